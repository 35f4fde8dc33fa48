import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What each room may import besides itself. The order of rooms is the direction of dependencies. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'src/domain': [],
  'src/policy': ['src/domain'],
  'src/store': ['src/domain'],
  'src/outbound': ['src/domain'],
  'src/control': ['src/domain', 'src/policy', 'src/store', 'src/outbound'],
  'src/http': ['src/domain', 'src/policy', 'src/store', 'src/outbound', 'src/control'],
  'src/index.ts': ['src/domain', 'src/policy', 'src/store', 'src/outbound', 'src/control', 'src/http'],
  sidecar: ['src/domain', 'src/policy', 'src/store', 'src/outbound', 'src/control', 'src/http'],
}

/** Packages with a trap inside are met in one place only. */
const onlyImporter = ['@open-policy-agent/opa-wasm', 'libsql']

/** Longer files need a reason here: a file says one thing. */
const maxLines = 250
const longFiles: Readonly<Record<string, string>> = {}

interface Import {
  /** A file of the project, or a package. */
  readonly target: string
  readonly typeOnly: boolean
}

interface Source {
  readonly path: string
  readonly lines: number
  readonly code: string
  readonly imports: readonly Import[]
}

let sources: readonly Source[] = []

beforeAll(async () => {
  const found = await Promise.all(
    ['src', 'sidecar'].map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true })).map((file) => join(folder, file)),
    ),
  )
  sources = await Promise.all(
    found
      .flat()
      .filter((path) => path.endsWith('.ts'))
      .map(read),
  )
})

async function read(path: string): Promise<Source> {
  const text = await readFile(join(root, path), 'utf8')
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
  const statements = code.matchAll(/\b(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]+\sfrom\s+)?'([^']+)'/g)
  const calls = code.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)
  const imports = [
    ...[...statements].map(([, type, name]) => ({
      target: resolve(path, name!),
      typeOnly: type !== undefined,
    })),
    ...[...calls].map(([, name]) => ({ target: resolve(path, name!), typeOnly: false })),
  ]
  return { path, lines: text.split('\n').length - 1, code, imports }
}

const resolve = (from: string, name: string): string =>
  name.startsWith('.') ? relative(root, join(root, dirname(from), name)).replace(/\.js$/, '.ts') : name

const roomOf = (path: string): string | undefined =>
  Object.keys(allowed).find((room) => path === room || path.startsWith(`${room}/`))

const ours = (target: string): boolean => /^(src|sidecar|test|policies|examples)\//.test(target)

describe('the direction of dependencies', () => {
  it('finds the sources and their imports', () => {
    expect(sources.length).toBeGreaterThan(20)
    expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(sources.length)
  })

  it('gives every file a room', () => {
    expect(sources.map(({ path }) => path).filter((path) => roomOf(path) === undefined)).toEqual([])
  })

  it('lets a room import only what stands before it', () => {
    const back = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => ours(target))
        .filter(({ target }) => {
          const [here, there] = [roomOf(path)!, roomOf(target)]
          return here !== there && !(there !== undefined && allowed[here]!.includes(there))
        })
        .map(({ target }) => `${path} imports ${target}`),
    )
    expect(back).toEqual([])
  })

  it('points every import at a file that is there', () => {
    const known = new Set(sources.map(({ path }) => path))
    const missing = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => ours(target) && !known.has(target))
        .map(({ target }) => `${path} imports ${target}`),
    )
    expect(missing).toEqual([])
  })

  it('keeps the domain free of everything but itself and node:crypto', () => {
    const foreign = sources
      .filter(({ path }) => roomOf(path) === 'src/domain')
      .flatMap(({ path, imports }) => imports.map(({ target }) => ({ path, target })))
      .filter(({ target }) => roomOf(target) !== 'src/domain' && target !== 'node:crypto')
    expect(foreign).toEqual([])
  })

  it.each(onlyImporter)('meets %s in one file', (name) => {
    const importers = sources.filter(({ imports }) =>
      imports.some(({ target, typeOnly }) => target === name && !typeOnly),
    )
    expect(importers.map(({ path }) => path)).toHaveLength(1)
  })

  it('has no two files that need each other to run', () => {
    const graph = new Map(
      sources.map(({ path, imports }) => [path, imports.filter((i) => !i.typeOnly).map((i) => i.target)]),
    )
    expect([...graph.keys()].flatMap((path) => cycleFrom(path, graph))).toEqual([])
  })
})

/** Started by the library as a process of its own. */
const ownProcess = 'src/policy/toolchain/process-main.ts'

describe('the library', () => {
  it.each([
    ['reads no command line', /\bprocess\.argv\b/],
    ['reads no environment', /\bprocess\.env\b/],
    ['opens no listening socket', /\.listen\(/],
    ['ends no process', /\bprocess\.(exit|kill|abort)\(|\bprocess\.exitCode\b/],
    ['writes to no console', /\bconsole\.|\bprocess\.std(out|err)\b/],
  ])('%s', (_, pattern) => {
    const library = sources.filter(({ path }) => path.startsWith('src/') && path !== ownProcess)
    expect(library.filter(({ code }) => pattern.test(code)).map(({ path }) => path)).toEqual([])
  })
})

it(`keeps every file under ${maxLines} lines, or says why not`, () => {
  const long = sources.filter(({ lines }) => lines > maxLines).map(({ path, lines }) => ({ path, lines }))
  expect(long.filter(({ path }) => longFiles[path] === undefined)).toEqual([])
  expect(Object.keys(longFiles).filter((path) => !long.some((file) => file.path === path))).toEqual([])
})

/** The shortest way from a file back to itself, written once: from the first of its files in the alphabet. */
function cycleFrom(start: string, graph: ReadonlyMap<string, readonly string[]>): string[] {
  const seen = new Set<string>()
  let paths: string[][] = [[start]]
  while (paths.length > 0) {
    const longer: string[][] = []
    for (const path of paths) {
      for (const next of graph.get(path.at(-1)!) ?? []) {
        if (next === start) return path.every((file) => file >= start) ? [[...path, start].join(' -> ')] : []
        if (seen.has(next) || !graph.has(next)) continue
        seen.add(next)
        longer.push([...path, next])
      }
    }
    paths = longer
  }
  return []
}
