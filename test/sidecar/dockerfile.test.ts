import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url)
const lines = (path: string): string[] =>
  readFileSync(at(path), 'utf8')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
const instructions = lines('Dockerfile').map((line) => ({
  word: line.split(' ')[0]!,
  rest: line.replace(/^\S+ /, ''),
}))
const all = (word: string): string[] => instructions.filter((i) => i.word === word).map((i) => i.rest)
const manifest = JSON.parse(readFileSync(at('package.json'), 'utf8')) as {
  bin: { stepgate: string }
  files: string[]
}

/** What the build context holds of a path, by the rules of .dockerignore that this project uses: names, no patterns. */
const inContext = (path: string): boolean => lines('.dockerignore').includes(`!${path.split('/')[0]}`)

describe('the image', () => {
  it('copies from the context only what is there and not ignored', () => {
    const copied = all('COPY')
      .filter((rest) => !rest.startsWith('--from'))
      .flatMap((rest) => rest.split(' ').slice(0, -1))
    expect(copied).toEqual(['package.json', 'package-lock.json', '.'])
    expect(copied.filter((path) => !existsSync(at(path)))).toEqual([])
  })

  it('has in its context everything that the build and the package need', () => {
    const needed = [
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'sidecar',
      'LICENSE',
      'NOTICE',
      ...manifest.files,
    ]
    expect(needed.filter((path) => path !== 'dist' && !inContext(path))).toEqual([])
    expect(needed.filter((path) => path !== 'dist' && !existsSync(at(path)))).toEqual([])
  })

  it('copies between stages only what the build made', () => {
    const made = all('RUN').join(' ')
    const copied = all('COPY')
      .filter((rest) => rest.startsWith('--from=build'))
      .map((rest) => rest.split(' ').at(-2)!)
    expect(copied).toEqual(['/ship', '/policies', '/data'])
    for (const path of copied) expect(made).toContain(path)
  })

  it('takes both bases as arguments, so that another registry can stand in', () => {
    expect(all('FROM')).toEqual([`\${BUILD_BASE} AS build`, `\${BASE}`])
    expect(all('ARG')).toEqual([
      'BUILD_BASE=node:24-bookworm-slim',
      'BASE=gcr.io/distroless/nodejs24-debian12:nonroot',
    ])
  })

  it('runs as a numbered user without rights, who may write to /data and nowhere else', () => {
    expect(all('USER')).toEqual(['65532:65532'])
    const owned = all('COPY').filter((rest) => rest.includes('--chown'))
    expect(owned).toEqual(['--from=build --chown=65532:65532 /data /data'])
    expect(all('VOLUME')).toEqual(['/data'])
    expect(all('ENV').join()).toContain('STEPGATE_DATABASE=file:/data/stepgate.db')
  })

  it('starts the program of the package, without a shell and without npm', () => {
    const program = `/app/${manifest.bin.stepgate}`
    const [entry, command] = [all('ENTRYPOINT')[0]!, all('CMD')[0]!]
    expect(JSON.parse(entry)).toEqual(['node', '--max-semi-space-size=8', program])
    expect(JSON.parse(command)).toEqual(['serve'])
    const healthcheck = all('HEALTHCHECK')[0]!
    expect(JSON.parse(healthcheck.slice(healthcheck.indexOf('[')))).toEqual(['node', program, 'healthcheck'])
    const last = instructions.findLastIndex((i) => i.word === 'FROM')
    expect(instructions.slice(last).filter((i) => i.word === 'RUN')).toEqual([])
  })

  it('runs no script of a dependency while it is built', () => {
    const installs = all('RUN')
      .flatMap((rest) => rest.split('&&'))
      .filter((step) => /npm (ci|prune|pack)/.test(step))
    expect(installs.filter((step) => !step.includes('--ignore-scripts'))).toEqual([])
  })
})
