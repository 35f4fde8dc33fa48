import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { exitCodes } from '#sidecar/exit-codes.js'
import { settings } from '#sidecar/settings.js'
import { run } from './process.js'

const verbs = [
  ['serve'],
  ['policy'],
  ['policy', 'check'],
  ['policy', 'show'],
  ['policy', 'test'],
  ['healthcheck'],
  ['version'],
]

describe.concurrent('the command line', () => {
  it.each([[], ...verbs])('%s %s explains itself, with an example and the exit codes', async (...verb) => {
    const { code, stdout } = await run([...verb, '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain(`Usage: ${['stepgate', ...verb].join(' ')}`)
    expect(stdout).toMatch(/Example:\n {2}\$ stepgate /)
    for (const { code, means } of Object.values(exitCodes)) expect(stdout).toContain(`  ${code}  ${means}\n`)
  })

  it('lists every setting under serve, with its default and its variable', async () => {
    const { stdout } = await run(['serve', '--help'])
    const help = stdout.replaceAll(/\s+/g, ' ')
    for (const { flag, takes, env, defaultText = 'none' } of settings) {
      expect(help).toContain(`${flag} <${takes}>`)
      expect(help).toContain(`(default: ${defaultText.replaceAll('`', '')}; env: ${env})`)
    }
  })

  it('says of a setting what it is to the verb that takes it', async () => {
    const { stdout } = await run(['healthcheck', '--help'])
    expect(stdout).toMatch(/--port <number> +Port that it listens on\. \(default: 8080/)
    expect(stdout).not.toContain('only a loopback address is accepted')
  })

  it.each([
    [['serv']],
    [['policy', 'chek']],
    [['serve', '--prot', '1']],
    [['policy', 'show']],
    [[]],
    [['serve', '--port']],
    [['serve', '--port', '0', '--port', '8080']],
    [['serve', '--config', 'a', '--config', 'b']],
  ])('%j is a wrong invocation: 2, and nothing on standard output', async (args) => {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).not.toBe('')
  })

  it('gives its versions', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
    expect((await run(['--version'])).stdout).toBe(`${version}\n`)
    expect((await run(['version'])).stdout).toMatch(
      new RegExp(`^stepgate ${version}\nopa \\d+\\.\\d+\\.\\d+\nnode ${process.versions.node}\n$`),
    )
  })
})

it('the README has the same exit codes', async () => {
  const readme = await readFile(new URL('../../sidecar/README.md', import.meta.url), 'utf8')
  const rows = readme.replaceAll(/ +/g, ' ').split('\n')
  for (const { code, means } of Object.values(exitCodes)) expect(rows).toContain(`| ${code} | ${means} |`)
})
