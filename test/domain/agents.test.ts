import { describe, expect, it } from 'vitest'
import type { AgentConfig, AgentResource } from '#src/domain/agent.js'
import { createAgent, rolloutAgent, setActive, updateAgent } from '#src/domain/agent-changes.js'
import { differences } from '#src/domain/agent-differences.js'
import type { StoredAgent } from '#src/domain/agent-version.js'
import { effectiveAgents, type VersionsOf } from '#src/domain/choose-agents.js'

const identity = { org: 'o', tenant: 't', client: 't', open: true }
const by = { identity, now: 1000 }

const configOf = (model: string): AgentConfig => ({
  execution: { defaultMode: 'auto', maxParallelTasks: 5, timeoutSeconds: 300, hints: {} },
  agents: [{ name: 'writer', type: 'llm-call', llm: { provider: 'p', model } }],
  routing: [{ pattern: '.', agent: 'writer', priority: 0 }],
  synthesis: { enabled: true },
})
const defined = (name: string, model = 'one') => ({
  name,
  domain: 'generic',
  active: true,
  config: configOf(model),
  document: { agents: [{ name: 'writer', llm: { model } }] },
})
const file = (name: string): AgentResource => ({
  ...defined(name),
  id: `generic/${name}`,
  source: 'file',
  version: 1,
})
const stored = (name: string): StoredAgent => createAgent(`id-of-${name}`, defined(name), by).agent
const none: VersionsOf = () => undefined
const ids = (agents: readonly AgentResource[]) => agents.map(({ id }) => id)

describe('the agents that a run sees', () => {
  it('are the active ones of both kinds, by domain and name', () => {
    const off = setActive(stored('off'), false, by).agent
    expect(ids(effectiveAgents([file('b')], [stored('c'), off, stored('a')], none, 'run'))).toEqual([
      'id-of-a',
      'generic/b',
      'id-of-c',
    ])
  })

  it('are the database’s where a file has the same domain and name; switched off there, it is off', () => {
    const own = stored('same')
    expect(ids(effectiveAgents([file('same')], [own], none, 'run'))).toEqual(['id-of-same'])
    expect(effectiveAgents([file('same')], [setActive(own, false, by).agent], none, 'run')).toEqual([])
    const elsewhere = updateAgent(own, { domain: 'other' }, by).agent
    expect(ids(effectiveAgents([file('same')], [elsewhere], none, 'run'))).toEqual([
      'generic/same',
      'id-of-same',
    ])
  })
})

describe('a rollout', () => {
  const first = stored('writer')
  const second = updateAgent(first, defined('writer', 'two'), by)
  const candidate = { ...second.version, after: second.agent }
  const versionsOf: VersionsOf = (_, version) => (version === 2 ? candidate : undefined)
  const modelOf = (agent: StoredAgent, run: string) => {
    const [chosen] = effectiveAgents([], [agent], versionsOf, run)
    return [chosen?.config.agents[0]?.llm?.model, chosen?.version]
  }

  it('gives its share of 100,000 runs the other version, within one per cent, and a run always the same', () => {
    const { agent } = rolloutAgent({ ...first, version: 2 }, candidate, 20, by)
    const seen = { one: 0, two: 0 }
    for (let i = 0; i < 100_000; i++) {
      const [model, version] = modelOf(agent, `plan_${i}`)
      seen[model as 'one' | 'two']++
      expect(version).toBe(model === 'two' ? 2 : 3)
      if (i % 1000 === 0) expect(modelOf(agent, `plan_${i}`)).toEqual([model, version])
    }
    expect(Math.abs(seen.two / 100_000 - 0.2)).toBeLessThan(0.01)
  })

  it('that grows keeps the runs that it had', () => {
    const at = (percent: number) => rolloutAgent({ ...first, version: 2 }, candidate, percent, by).agent
    for (let i = 0; i < 2000; i++) {
      if (modelOf(at(10), `plan_${i}`)[0] === 'two') expect(modelOf(at(30), `plan_${i}`)[0]).toBe('two')
    }
  })

  it('of a version that is not there changes nothing', () => {
    const agent = { ...first, rollout: { version: 9, percent: 99 } }
    expect(modelOf(agent, 'run')).toEqual(['one', 1])
  })
})

describe('the summary of a change', () => {
  it.each([
    [{ a: 1 }, { a: 1 }, []],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, []],
    [{ a: { b: 'x' } }, { a: { b: 'y' } }, ['a.b: x -> y']],
    [{ a: 1 }, { b: [1, 2] }, ['a: removed', 'b: added 2 entries']],
    [{ routing: [1, 2] }, { routing: [1, 2, 3] }, ['routing: 2 rules -> 3']],
    [{ routing: [{ priority: 1 }] }, { routing: [{ priority: 2 }] }, ['routing[0].priority: 1 -> 2']],
    [
      { agents: [{ name: 'a', x: 1 }, { name: 'b' }] },
      {
        agents: [
          { name: 'c', y: 1 },
          { name: 'a', x: 2 },
        ],
      },
      ['agents.a.x: 1 -> 2', 'agents.b: removed', 'agents.c: added {name, y}'],
    ],
    [
      { agents: [{ name: 'a' }, { name: 'b' }] },
      { agents: [{ name: 'b' }, { name: 'a' }] },
      ['agents: order changed'],
    ],
    [{ t: 'x' }, { t: 'y'.repeat(200) }, [`t: x -> ${'y'.repeat(59)}…`]],
  ])('of %j to %j is %j', (before, after, lines) => {
    expect(differences(before, after)).toEqual(lines)
  })

  it('counts what it has no room for', () => {
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`setting_${i}`, i]))
    const { version } = updateAgent(stored('a'), { document: many }, by)
    expect(version.summary.length).toBeLessThanOrEqual(2000)
    expect(version.summary).toMatch(/; and \d+ more$/)
  })
})
