import { describe, expect, it } from 'vitest'
import type { AgentConfig } from '#src/domain/agent.js'
import { checkAgentConfig } from '#src/policy/documents/check-agent-config.js'
import { matchRoute } from '#src/policy/documents/match-route.js'

type Rule = readonly [pattern: string, priority?: number]

const configOf = (rules: readonly Rule[]): AgentConfig => {
  const checked = checkAgentConfig({
    agents: rules.map((_, i) => ({ name: `a${i}`, type: 'llm-call', prompt_template: '{{query}}' })),
    routing: rules.map(([pattern, priority], i) => ({
      pattern,
      agent: `a${i}`,
      ...(priority === undefined ? {} : { priority }),
    })),
  })
  if (!checked.ok) throw new Error(JSON.stringify(checked.fields))
  return checked.config
}

describe('the rule that takes a task', () => {
  it('is the one of the highest priority that matches, the first in the file among equals', () => {
    const config = configOf([['.*'], ['find', 5], ['find it', 10], ['look|find', 5], ['^find', -1]])
    const taken = (text: string) => matchRoute(config, text)?.agent
    expect(taken('please find it')).toBe('a2')
    expect(taken('please find')).toBe('a1')
    expect(taken('look')).toBe('a3')
    expect(taken('write')).toBe('a0')
    expect(taken('')).toBe('a0')
  })

  it('is none where no pattern matches', () => {
    expect(matchRoute(configOf([['find']]), 'write')).toBeUndefined()
    const { config } = checkAgentConfig({
      agents: [{ name: 'a', type: 'llm-call', prompt_template: 'x' }],
    }) as {
      config: AgentConfig
    }
    expect(matchRoute(config, 'write')).toBeUndefined()
  })

  it.each([
    ['find', 'FIND', true],
    ['straße', 'STRAßE', true],
    ['(?-i)Find', 'find', false],
    ['(?-i)Find', 'Find', true],
    ['(?-i:A)b', 'AB', true],
    ['(?-i:A)b', 'aB', false],
    ['^find|look$', 'please look', true],
    ['^find|look$', 'look please', false],
    ['\\bfinance\\b', 'Re: Finance.', true],
    ['\\p{Greek}+', 'αβγ', true],
    ['a.c', 'a\nc', false],
  ])('%j in %j is %s: letter case is ignored unless the pattern says otherwise', (pattern, text, found) => {
    expect(matchRoute(configOf([[pattern]]), text) !== undefined).toBe(found)
  })

  it('is found in linear time, whatever the pattern', () => {
    const slow = configOf([['(x|xx)*y'], ['(?:.*z){0,1}$'], ['x*x*x*x*x*x*y']].map(([p]) => [p!]))
    expect(matchRoute(slow, 'x'.repeat(20_000))?.agent).toBe('a1')
  })
})

const agent = { name: 'a', type: 'llm-call', prompt_template: 'x' }

describe('a configuration that comes as JSON', () => {
  it('is checked by the rules of the files, field by field', () => {
    expect(
      checkAgentConfig({
        execution: { default_mode: 'step', max_parallel: 1 },
        agents: [{ name: 'A', type: 'llm-call', llm: { provider: 'openai', temperature: 3 } }],
        routing: [{ pattern: '.*', agent: 'a' }],
      }),
    ).toEqual({
      ok: false,
      fields: [
        {
          field: 'execution.default_mode',
          message: 'unknown value "step"; known are auto, sequential, parallel, balanced',
        },
        {
          field: 'execution.max_parallel',
          message: 'unknown key "max_parallel"; did you mean "max_parallel_tasks"?',
        },
        {
          field: 'agents[0].name',
          message: 'a name is made of a-z, 0-9, _ and -, and starts with a letter or digit',
        },
        { field: 'agents[0].llm', message: 'model is missing' },
        { field: 'agents[0].llm.temperature', message: 'temperature is from 0 to 2' },
      ],
    })
    expect(checkAgentConfig({ agents: [agent, agent], routing: [{ pattern: '(', agent: 'b' }] })).toEqual({
      ok: false,
      fields: [
        { field: 'agents[1].name', message: 'the name "a" stands twice' },
        { field: 'routing[0].agent', message: 'there is no agent "b" here; known are a' },
        { field: 'routing[0].pattern', message: 'the group is not closed with ) (at 1)' },
      ],
    })
  })

  it.each([
    [null, 'expected a mapping, found nothing'],
    [undefined, 'expected a mapping, found nothing'],
    [[], 'expected a mapping, found a list'],
    ['x', 'expected a mapping, found text'],
    [{}, 'agents is missing'],
  ])('is none when it is %j', (document, message) => {
    expect(checkAgentConfig(document)).toEqual({ ok: false, fields: [{ field: 'config', message }] })
  })

  it('made to be slow is refused before it costs anything', () => {
    const fields = (document: unknown) => {
      const checked = checkAgentConfig(document)
      return checked.ok ? [] : checked.fields.map(({ field, message }) => `${field}: ${message}`)
    }
    const rules = (pattern: string, count = 200) =>
      Array.from({ length: count }, (_, i) => ({ pattern: pattern + i, agent: 'a' }))
    const together = 'the patterns stand for more than 4000 characters together: write fewer or shorter ones'
    expect(fields({ agents: [agent], routing: rules('.{0,999}') })).toEqual([
      `routing[4].pattern: ${together}`,
    ])
    expect(fields({ agents: [agent], routing: rules('(?:.{9}){999}') }).slice(0, 1)).toEqual([
      'routing[0].pattern: nested repeats multiply to more than 1000 (at 9)',
    ])
    expect(fields({ agents: [agent], routing: rules('x', 201) })).toEqual([
      'routing: there are 200 rules at most',
    ])
    expect(fields({ agents: Array.from({ length: 101 }, () => agent) })[0]).toBe(
      'agents: there are 100 agents at most',
    )
    expect(
      fields(Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, 1]))).length,
    ).toBeLessThan(30)
    expect(fields(JSON.parse('{"agents": [], "__proto__": {"x": 1}, "constructor": 1}'))).toEqual([
      'agents: there is no agent',
      expect.stringMatching(/^__proto__: unknown key/),
      expect.stringMatching(/^constructor: unknown key/),
    ])
  })
})
