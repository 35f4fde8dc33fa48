import { chmod, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openPolicies, type Policies, type PolicyFolderOptions } from '#src/policy/bundle/open-policies.js'
import type { PolicyProblem } from '#src/policy/policy.js'
import type { ParseRequest } from '#src/policy/toolchain/operations.js'
import { openToolchain, type Toolchain } from '#src/policy/toolchain/toolchain.js'
import { yamlPolicy } from '../engine/loaded-policies.js'

const compiler = openToolchain()
afterAll(() => compiler.close())

/** The real toolchain, and the modules it was asked to compile. */
function counted(): { toolchain: Toolchain; compiled: string[][] } {
  const compiled: string[][] = []
  const toolchain: Toolchain = {
    ...compiler,
    compile: (request) => {
      compiled.push(Object.keys(request.files))
      return compiler.compile(request)
    },
  }
  return { toolchain, compiled }
}

let root: string
let folder: string
let opened: Policies[] = []
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'policies-'))
  folder = join(root, 'policies')
  await mkdir(folder)
})
afterEach(async () => {
  await Promise.all(opened.map((each) => each.close()))
  opened = []
  await rm(root, { recursive: true, force: true })
})

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

async function open(options: Partial<PolicyFolderOptions> = {}) {
  const refusals: (readonly PolicyProblem[])[] = []
  const loads: string[] = []
  const policies = await openPolicies({
    folder,
    toolchain: compiler,
    pollMs: 0,
    onLoaded: ({ id }) => loads.push(id),
    onRefused: (problems) => refusals.push(problems),
    ...options,
  })
  opened.push(policies)
  return { policies, loads, refusals }
}

const blocks = (tool: string) =>
  yamlPolicy(`no-${tool}`, {
    when: { field: 'tool_name', operator: 'equals', value: tool },
    reason: `no ${tool}`,
  })

function judged(policies: Policies, tool: string): string[] {
  const input = { tool_name: tool }
  const { matches, fault } = policies.engine().evaluate('step', input, () => JSON.stringify(input))
  return fault ? [fault.code] : matches.map(({ policyId }) => policyId)
}

const soon = { timeout: 20_000, interval: 10 }

describe('a policy folder', () => {
  test('is live as soon as it is open, under a revision named for its content', async () => {
    await write({
      'a.yaml': blocks('a'),
      'own.rego': 'package stepgate.policy.own\n\nwarn contains "x" if input.tool_name == "b"\n',
    })
    const { policies, loads } = await open({ clock: () => 1_700_000_000_000 })
    const { revision } = policies.status()
    expect(revision).toMatchObject({
      loadedAt: 1_700_000_000_000,
      counts: { policies: 2, yaml: 1, rego: 1, shards: 1, tests: 0 },
    })
    expect(revision?.id).toBe(`r_${revision?.digest.slice(0, 12)}`)
    expect(loads).toEqual([revision?.id])
    expect([judged(policies, 'a'), judged(policies, 'b'), judged(policies, 'c')]).toEqual([
      ['no-a'],
      ['own'],
      [],
    ])
    const again = await open()
    expect(again.policies.engine().revision.digest).toBe(revision?.digest)
    await write({ 'a.yaml': `${blocks('a')} ` })
    await policies.reload()
    expect(policies.engine().revision.digest).not.toBe(revision?.digest)
  })

  test('names the commit it is at, and a new one with the same files', async () => {
    await write({ 'a.yaml': blocks('a'), '.git/HEAD': '1'.repeat(40) })
    const { policies } = await open()
    expect(policies.engine().revision.commit).toBe('1'.repeat(40))
    await write({ '.git/HEAD': '2'.repeat(40) })
    expect(await policies.reload()).toMatchObject({ outcome: 'loaded', revision: { commit: '2'.repeat(40) } })
    expect(await policies.reload()).toMatchObject({ outcome: 'unchanged' })
  })

  test('that is empty is a set without policies: everything is allowed', async () => {
    const { policies } = await open()
    expect(policies.status()).toMatchObject({ revision: { counts: { policies: 0, shards: 0 } } })
    expect(judged(policies, 'a')).toEqual([])
  })

  test('that is refused at the start blocks everything, and goes live once it is put right', async () => {
    await write({ 'a.yaml': 'apiVersion: stepgate.dev/v1\nkind: Polic\n' })
    const { policies, refusals, loads } = await open({ watch: true })
    expect(refusals).toHaveLength(1)
    expect(refusals[0]).toMatchObject([{ file: 'a.yaml', line: 2, severity: 'error' }])
    expect(judged(policies, 'a')).toEqual(['no_policy_revision'])
    expect(policies.status().revision).toBeUndefined()
    await write({ 'a.yaml': blocks('a') })
    await vi.waitFor(() => expect(loads).toHaveLength(1), soon)
    expect(judged(policies, 'a')).toEqual(['no-a'])
    expect(policies.status().lastError).toBeUndefined()
  })

  test('keeps its revision when an edit breaks it, says what is wrong, and does not repeat itself', async () => {
    await write({ 'a.yaml': blocks('a') })
    const { policies, refusals } = await open()
    const { revision } = policies.engine()
    await write({ 'b.rego': 'package stepgate.policy.b\n\nblock contains x if input.y\n' })
    expect(await policies.reload()).toMatchObject({ outcome: 'refused' })
    expect(refusals).toHaveLength(1)
    expect(refusals[0]).toMatchObject([
      { file: 'b.rego', line: 3, column: expect.any(Number), severity: 'error' },
    ])
    expect(policies.status()).toMatchObject({ revision, lastError: { problems: refusals[0]! } })
    expect(policies.engine().revision).toBe(revision)
    expect(judged(policies, 'a')).toEqual(['no-a'])
    await rm(join(folder, 'b.rego'))
    expect(await policies.reload()).toMatchObject({ outcome: 'unchanged' })
    expect(policies.status().lastError).toBeUndefined()
  })

  test('a mistake that only the compiler finds is one too', async () => {
    await write({ 'a.rego': 'package stepgate.policy.a\n\nblock contains "x" if time.now_nanos() > 1\n' })
    const { policies, refusals } = await open()
    expect(policies.status().revision).toBeUndefined()
    expect(refusals[0]?.[0]).toMatchObject({
      file: 'a.rego',
      line: 3,
      message: expect.stringContaining('time.now_nanos'),
    })
  })

  test.each([
    '{ k := concat("", ["step", "gate"]); data[k].lib.h.deletes }',
    '{ some name; data[name].lib.h.deletes }',
    'data["step\\u0067ate"].lib.h.deletes',
  ])('a library is there however its name is come by: %s', async (asks) => {
    await write({
      'lib.rego': 'package stepgate.lib.h\n\ndeletes if input.tool_name == "rm"\n',
      'own.rego': `package stepgate.policy.own\n\nblock contains "x" if ${asks}\n`,
    })
    const { policies } = await open()
    expect(judged(policies, 'rm')).toEqual(['own'])
    expect(judged(policies, 'ls')).toEqual([])
  })

  test('whose files a failing toolchain could not read is read again, by the next process too', async () => {
    await write({ 'own.rego': 'package stepgate.policy.own\n\nblock contains "x"\n' })
    const closed = openToolchain()
    await closed.close()
    let reader = closed
    const toolchain = { ...compiler, parse: (request: ParseRequest) => reader.parse(request) }
    const cacheDir = join(root, 'cache')
    const { policies, refusals } = await open({ toolchain, cacheDir })
    expect(refusals).toEqual([[{ file: 'own.rego', message: 'the toolchain is closed', severity: 'error' }]])
    reader = compiler
    expect(await policies.reload()).toMatchObject({ outcome: 'loaded' })
    await rm(cacheDir, { recursive: true })
    reader = closed
    await open({ toolchain, cacheDir })
    expect(judged((await open({ cacheDir })).policies, 'any')).toEqual(['own'])
  })

  test('rules that need themselves are refused at their places, each with the way round', async () => {
    await write({ 'keep.yaml': blocks('keep') })
    const { policies } = await open()
    const before = policies.engine().revision.id
    const loop =
      'package stepgate.policy.loop\n\nblock contains "x" if ping\n\nping if pong\n\npong if ping\n'
    await write({ 'loop.rego': loop })
    const outcome = await policies.reload()
    const rules = 'data.stepgate.policy.loop'
    expect(outcome).toMatchObject({
      outcome: 'refused',
      problems: [
        {
          file: 'loop.rego',
          line: 5,
          column: 1,
          message: `rule ${rules}.ping is recursive: ${rules}.ping -> ${rules}.pong -> ${rules}.ping`,
        },
        { file: 'loop.rego', line: 7, column: 1 },
      ],
    })
    expect(policies.engine().revision.id).toBe(before)
  })

  test('evaluations that began on the old revision end on it', async () => {
    await write({ 'a.yaml': blocks('a') })
    const { policies } = await open()
    const before = policies.engine()
    await write({ 'a.yaml': blocks('b') })
    await policies.reload()
    const input = { tool_name: 'a' }
    const ask = () => before.evaluate('step', input, () => JSON.stringify(input))
    expect(ask().matches.map(({ policyId }) => policyId)).toEqual(['no-a'])
    expect(ask().revision).toBe(before.revision.id)
    expect(judged(policies, 'a')).toEqual([])
  })

  test('reloads asked for at once end with the last content live', async () => {
    await write({ 'a.yaml': blocks('a') })
    const { policies } = await open()
    const outcomes = []
    for (const tool of ['b', 'c', 'd', 'e']) {
      await write({ 'a.yaml': blocks(tool) })
      outcomes.push(policies.reload())
    }
    await Promise.all(outcomes)
    expect(judged(policies, 'e')).toEqual(['no-e'])
  })

  test('gates between two reloads are judged by the one or the other set, never by none', async () => {
    await write({ 'a.yaml': blocks('a'), 'b.yaml': blocks('b') })
    const { policies, loads } = await open()
    const seen = new Set<string>()
    const input = { tool_name: 'a' }
    let done = false
    const gates = (async () => {
      while (!done) {
        const { revision, matches, fault } = policies.engine().evaluate('step', input, () => '')
        expect([fault, matches.map(({ policyId }) => policyId)]).toEqual([undefined, ['no-a']])
        seen.add(revision)
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    for (let i = 0; i < 6; i++) {
      await write({ 'b.yaml': i % 3 === 2 ? 'kind: nonsense' : blocks(`b${i}`) })
      await policies.reload()
    }
    done = true
    await gates
    expect([...seen].sort()).toEqual([...new Set(loads)].sort())
    expect(loads).toHaveLength(5)
  })

  test('that is closed reloads no more', async () => {
    await write({ 'a.yaml': blocks('a') })
    const { policies, loads } = await open()
    await policies.close()
    await write({ 'a.yaml': blocks('b') })
    expect(await policies.reload()).toMatchObject({ outcome: 'refused' })
    expect(loads).toHaveLength(1)
  })

  test('data reaches the policies that read it, also when it alone changes, and nothing is compiled then', async () => {
    const { toolchain, compiled } = counted()
    await write({
      'limits.yaml': JSON.stringify({
        apiVersion: 'stepgate.dev/v1',
        kind: 'Data',
        data: { limits: { tools: ['a'] } },
      }),
      'own.rego':
        'package stepgate.policy.own\n\nblock contains "listed" if input.tool_name in data.limits.tools\n',
    })
    const { policies } = await open({ toolchain })
    expect([judged(policies, 'a'), judged(policies, 'b')]).toEqual([['own'], []])
    await write({
      'limits.yaml': JSON.stringify({
        apiVersion: 'stepgate.dev/v1',
        kind: 'Data',
        data: { limits: { tools: ['b'] } },
      }),
    })
    await policies.reload()
    expect([judged(policies, 'a'), judged(policies, 'b')]).toEqual([[], ['own']])
    expect(compiled).toHaveLength(1)
  })
})

describe('a folder that is watched', () => {
  test('is loaded again when a file is added, changed, replaced by rename, and removed', async () => {
    await write({ 'a.yaml': blocks('a') })
    const { policies } = await open({ watch: true })
    const live = (tool: string, ids: string[]) =>
      vi.waitFor(() => expect(judged(policies, tool)).toEqual(ids), soon)
    await write({ 'deep/er/b.yaml': blocks('b') })
    await live('b', ['no-b'])
    await write({ 'deep/er/b.yaml': blocks('c') })
    await live('c', ['no-c'])
    await write({ 'deep/er/.b.yaml.swp': blocks('d') })
    await rename(join(folder, 'deep/er/.b.yaml.swp'), join(folder, 'deep/er/b.yaml'))
    await live('d', ['no-d'])
    await rm(join(folder, 'deep'), { recursive: true })
    await live('d', [])
    expect(judged(policies, 'a')).toEqual(['no-a'])
  })

  test('follows the swap of a mounted ConfigMap', async () => {
    await write({ '..1/a.yaml': blocks('a') })
    await symlink('..1', join(folder, '..data'))
    await symlink('..data/a.yaml', join(folder, 'a.yaml'))
    const { policies, loads } = await open({ watch: true })
    expect(judged(policies, 'a')).toEqual(['no-a'])
    await write({ '..2/a.yaml': blocks('b') })
    await symlink('..2', join(folder, '..tmp'))
    await rename(join(folder, '..tmp'), join(folder, '..data'))
    await vi.waitFor(() => expect(judged(policies, 'b')).toEqual(['no-b']), soon)
    expect(loads).toHaveLength(2)
  })

  test('that is removed keeps its revision, and is live again when it comes back', async () => {
    await write({ 'a.yaml': blocks('a') })
    const { policies, refusals } = await open({ watch: true })
    await rm(folder, { recursive: true })
    await vi.waitFor(() => expect(refusals.length).toBeGreaterThan(0), soon)
    expect(judged(policies, 'a')).toEqual(['no-a'])
    await write({ 'a.yaml': blocks('b') })
    await vi.waitFor(() => expect(judged(policies, 'b')).toEqual(['no-b']), soon)
  })

  test('that is emptied keeps its revision, loudly, and is live again when policies come back', async () => {
    await write({ 'a.yaml': blocks('a') })
    const { policies, refusals } = await open({ watch: true })
    await rm(join(folder, 'a.yaml'))
    await vi.waitFor(() => expect(refusals.length).toBeGreaterThan(0), soon)
    expect(judged(policies, 'a')).toEqual(['no-a'])
    expect(policies.status().lastError?.problems[0]?.message).toMatch('no policy is left')
    await write({ 'a.yaml': blocks('b') })
    await vi.waitFor(() => expect(judged(policies, 'b')).toEqual(['no-b']), soon)
    expect(policies.status().lastError).toBeUndefined()
  })

  test('that is replaced by another folder of the same name goes on with that one', async () => {
    await write({ 'a.yaml': blocks('a') })
    const { policies } = await open({ watch: true })
    for (const tool of ['b', 'c']) {
      await mkdir(join(root, 'next'))
      await writeFile(join(root, 'next/a.yaml'), blocks(tool))
      await rename(folder, join(root, `before-${tool}`))
      await rename(join(root, 'next'), folder)
      await vi.waitFor(() => expect(judged(policies, tool)).toEqual([`no-${tool}`]), soon)
    }
    await write({ 'a.yaml': blocks('d') })
    await vi.waitFor(() => expect(judged(policies, 'd')).toEqual(['no-d']), soon)
  })

  test('that is a link follows it to another folder', async () => {
    for (const tool of ['a', 'b']) {
      await mkdir(join(root, tool))
      await writeFile(join(root, tool, 'x.yaml'), blocks(tool))
    }
    await symlink('a', join(root, 'current'))
    const { policies } = await open({ watch: true, folder: join(root, 'current') })
    expect(judged(policies, 'a')).toEqual(['no-a'])
    await symlink('b', join(root, 'new'))
    await rename(join(root, 'new'), join(root, 'current'))
    await vi.waitFor(() => expect(judged(policies, 'b')).toEqual(['no-b']), soon)
    await writeFile(join(root, 'b/x.yaml'), blocks('c'))
    await vi.waitFor(() => expect(judged(policies, 'c')).toEqual(['no-c']), soon)
  })

  test('is looked at now and then where the system tells of nothing', async () => {
    const elsewhere = join(root, 'elsewhere')
    await mkdir(elsewhere)
    await writeFile(join(elsewhere, 'a.yaml'), blocks('a'))
    await symlink(join(elsewhere, 'a.yaml'), join(folder, 'a.yaml'))
    const { policies } = await open({ watch: true, pollMs: 50 })
    await writeFile(join(elsewhere, 'a.yaml'), blocks('b'))
    await vi.waitFor(() => expect(judged(policies, 'b')).toEqual(['no-b']), soon)
  })
})

describe('a library that no policy uses', () => {
  const unused = (rule: string) => ({
    'a.yaml': blocks('a'),
    'l.rego': `package stepgate.lib.l\n\n${rule}\n`,
  })

  test.each([
    ['calls what the gate has not', 'now := http.send({"url": "x"})', 3, 8, 'undefined function http.send'],
    ['has variables without a value', 'both if x == y', 3, 9, 'var x is unsafe'],
    ['calls itself in a circle', 'p if q\n\nq if p', 3, 1, 'rule data.stepgate.lib.l.p is recursive'],
  ])('and that %s is refused with its place', async (_, rule, line, column, message) => {
    await write(unused(rule))
    const { refusals } = await open()
    expect(refusals[0]).toContainEqual(
      expect.objectContaining({ file: 'l.rego', line, column, message: expect.stringContaining(message) }),
    )
  })

  test('and that is in order is no hindrance, also where it uses another', async () => {
    await write({
      ...unused('long(text) if data.stepgate.lib.m.long(text)'),
      'm.rego': 'package stepgate.lib.m\n\nlong(text) if count(text) > 10\n',
    })
    const { policies, refusals } = await open()
    expect(refusals).toEqual([])
    expect(judged(policies, 'a')).toEqual(['no-a'])
  })
})

describe('what is too much for the compiler', () => {
  const rego = (id: string, value: string) =>
    `package stepgate.policy.${id}\n\nblock contains "no" if input.tool_name == ${value}\n`
  const refused = expect.stringContaining('too long or nests too deep')

  test('because it is too long is refused, and what is beside it is not', async () => {
    const long = `[${'0,'.repeat(7000)}]`
    await write({ 'a.rego': rego('a', '"a"'), 'b.rego': rego('b', long), 'c.rego': rego('c', '"c"') })
    const { refusals } = await open()
    expect(refusals[0]).toEqual([{ file: 'b.rego', line: 1, column: 1, message: refused, severity: 'error' }])
  })

  test('may be said in YAML, or stand in data', async () => {
    const hosts = Array.from({ length: 20_000 }, (_, i) => `host-${i}`)
    await write({
      'a.yaml': yamlPolicy('named', { when: { field: 'tool_name', operator: 'in', value: hosts } }),
      'b.rego': rego('b', 'data.hosts[_]'),
      'hosts.json': JSON.stringify({ hosts }),
    })
    const { policies } = await open()
    expect(judged(policies, 'host-19999').sort()).toEqual(['b', 'named'])
    expect(judged(policies, 'host-20000')).toEqual([])
  })
})

describe('a restart', () => {
  const files = {
    'a.yaml': blocks('a'),
    'own.rego': `package stepgate.policy.own

import data.stepgate.lib.words

warn contains words.text if input.tool_name == "b"
`,
    'lib.rego': 'package stepgate.lib.words\n\ntext := "x"\n',
    'unused.rego': 'package stepgate.lib.unused\n\nlong(text) if count(text) > 10\n',
  }
  const cacheDir = () => join(root, 'cache')
  const start = async () => {
    const toolchain = openToolchain()
    const { policies } = await open({ toolchain, cacheDir: cacheDir() })
    const started = toolchain.loaded()
    await toolchain.close()
    return { policies, started }
  }
  const right = (policies: Policies) => {
    expect([judged(policies, 'a'), judged(policies, 'b'), judged(policies, 'c')]).toEqual([
      ['no-a'],
      ['own'],
      [],
    ])
  }
  beforeEach(async () => {
    await write(files)
    await open({ cacheDir: cacheDir() })
  })

  test('over the same files compiles nothing and does not start the toolchain', async () => {
    const { policies, started } = await start()
    expect(started).toBe(false)
    right(policies)
  })

  test('with a damaged cache compiles again', async () => {
    for (const name of await readdir(cacheDir())) await writeFile(join(cacheDir(), name), 'damaged')
    const { policies, started } = await start()
    expect(started).toBe(true)
    right(policies)
    expect((await start()).started).toBe(false)
  })

  test('with a cache that cannot be used at all compiles again', async () => {
    await rm(cacheDir(), { recursive: true })
    await writeFile(cacheDir(), 'a file')
    right((await start()).policies)
    await rm(cacheDir())
    await mkdir(cacheDir())
    await chmod(cacheDir(), 0o500)
    right((await start()).policies)
  })
})

describe('agents and what they reach', () => {
  const provider = (url: string): string =>
    `apiVersion: stepgate.dev/v1\nkind: Provider\nmetadata: { name: openai }\nspec: { type: openai-compatible, base_url: "${url}", models: { m: } }\n`
  const agents = (name: string): string =>
    `apiVersion: axonflow.io/v1\nkind: AgentConfig\nmetadata: { name: ${name}, domain: generic }\nspec: { agents: [{ name: a, type: llm-call, llm: { provider: openai, model: m } }] }\n`
  const urlOf = (policies: Policies) => policies.registry().providers.get('openai')?.baseUrl

  test('are live with the policies, and a change of them alone compiles nothing', async () => {
    const { toolchain, compiled } = counted()
    await write({ 'a.yaml': blocks('a'), 'provider.yaml': provider('https://one.example') })
    const { policies, loads } = await open({ toolchain })
    expect(urlOf(policies)).toBe('https://one.example')
    const before = compiled.length
    await write({ 'provider.yaml': provider('https://two.example'), 'agents.yaml': agents('writers') })
    expect(await policies.reload()).toMatchObject({ outcome: 'loaded' })
    expect(urlOf(policies)).toBe('https://two.example')
    expect(policies.registry().agents.map(({ id }) => id)).toEqual(['generic/writers'])
    expect(new Set(loads).size).toBe(2)
    expect(compiled.length).toBe(before)
    expect(judged(policies, 'a')).toEqual(['no-a'])
  })

  test('keep their last good state with the policies, whichever of them an edit breaks', async () => {
    await write({ 'a.yaml': blocks('a'), 'provider.yaml': provider('https://one.example') })
    const { policies, refusals } = await open()
    await write({
      'agents.yaml': agents('writers').replace('provider: openai', 'provider: opnai'),
      'b.yaml': blocks('b'),
    })
    await policies.reload()
    expect(refusals.flat().map(({ file, line, column, message }) => [file, line, column, message])).toEqual([
      ['agents.yaml', 4, 62, 'there is no provider "opnai"; did you mean "openai"?'],
    ])
    expect(policies.registry().agents).toEqual([])
    expect(judged(policies, 'b')).toEqual([])
    await write({ 'agents.yaml': agents('writers'), 'b.yaml': 'kind: Policy' })
    expect(await policies.reload()).toMatchObject({ outcome: 'refused' })
    expect(policies.registry().agents).toEqual([])
    await write({ 'b.yaml': blocks('b') })
    await policies.reload()
    expect(policies.registry().agents).toHaveLength(1)
    expect(judged(policies, 'b')).toEqual(['no-b'])
  })

  test('are none before a first set was loaded', async () => {
    await write({ 'provider.yaml': provider('nowhere') })
    const { policies } = await open()
    expect(policies.registry()).toMatchObject({ agents: [], providers: new Map(), connectors: new Map() })
  })

  test('come back from the cache as they were', async () => {
    await write({ 'provider.yaml': provider('https://one.example'), 'agents.yaml': agents('writers') })
    const cacheDir = join(root, 'cache')
    const first = await open({ cacheDir })
    const second = await open({ cacheDir })
    expect(second.policies.registry()).toEqual(first.policies.registry())
    expect(second.policies.registry().agents).toHaveLength(1)
  })
})

test('one changed policy among many compiles its own shard, and metadata alone compiles nothing', async () => {
  const tools = Array.from({ length: 120 }, (_, i) => `tool${i}`)
  await write(Object.fromEntries(tools.map((tool) => [`${tool}.yaml`, blocks(tool)])))
  const { toolchain, compiled } = counted()
  const { policies } = await open({ toolchain })
  const { shards } = policies.engine().revision.counts
  expect(compiled).toHaveLength(shards)
  expect(shards).toBeGreaterThan(2)
  compiled.length = 0
  await write({
    'tool7.yaml': yamlPolicy('no-tool7', {
      when: { field: 'tool_name', operator: 'equals', value: 'other' },
      reason: 'no tool7',
    }),
  })
  await policies.reload()
  expect(compiled).toHaveLength(1)
  expect([judged(policies, 'other'), judged(policies, 'tool7'), judged(policies, 'tool8')]).toEqual([
    ['no-tool7'],
    [],
    ['no-tool8'],
  ])
  compiled.length = 0
  await write({
    'tool8.yaml': yamlPolicy('no-tool8', {
      when: { field: 'tool_name', operator: 'equals', value: 'tool8' },
      reason: 'no tool8',
      enforcement: 'off',
    }),
  })
  await policies.reload()
  expect(compiled).toHaveLength(0)
  expect(judged(policies, 'tool8')).toEqual([])
})
