import { describe, expect, it } from 'vitest'
import type { Connector } from '#src/domain/agent.js'
import { checkSteps } from '#src/domain/plan/check-steps.js'
import type { KnownCalls } from '#src/domain/plan/known-calls.js'
import type { PlanStep } from '#src/domain/plan/step.js'

const common = { timeoutMs: 1, retries: { attempts: 1, backoffMs: 1 } }
const catalog: Connector = {
  ...common,
  name: 'catalog',
  type: 'http',
  baseUrl: 'https://catalog.example',
  allowPrivate: false,
  headers: {},
  operations: { search: { method: 'GET', path: '/', idempotent: true } },
}
const files: Connector = {
  ...common,
  name: 'files',
  type: 'mcp-stdio',
  command: ['files'],
  environment: {},
  tools: ['read_file'],
  idempotentTools: [],
}
const known: KnownCalls = {
  connectors: new Map<string, Connector>([
    ['catalog', catalog],
    ['files', files],
  ]),
  providers: new Map([
    [
      'openai',
      { ...common, name: 'openai', type: 'openai-compatible', baseUrl: '', allowPrivate: false, models: {} },
    ],
  ]),
}

/** A step that waits for others; of type human-task, which needs nothing, unless it says otherwise. */
const step = (name: string, dependsOn: readonly string[] = [], more: Partial<PlanStep> = {}): PlanStep => ({
  id: name,
  name,
  type: 'human-task',
  dependsOn,
  ...more,
})

const said = (steps: readonly PlanStep[], calls: KnownCalls | undefined = known): string[] =>
  checkSteps(steps, calls).map(({ path, message }) => `${path.join('.')}: ${message}`)

const call = { connector: 'catalog', operation: 'search' }

describe('the steps of a plan', () => {
  it('are in order when everything they name is there and comes before', () => {
    const steps = [
      step('step_1_look-up', [], {
        name: 'look-up',
        type: 'connector-call',
        call,
        parameters: {
          q: '{{query}} {{domain}} {{context.region}} {{plan.id}} {{plan.mode}}',
          list: ['{{context}}'],
        },
        compensation: { ...call, parameters: { q: '{{steps.look-up.output.body[0].id}}' } },
      }),
      step('is-big', ['step_1_look-up'], {
        type: 'conditional',
        condition: { value: '{{steps.look-up.output.total}}', operator: 'greater_than', operand: 3 },
        ifTrue: ['ask'],
        ifFalse: ['write'],
      }),
      step('ask', ['is-big'], { prompt: 'Is {{steps.step_1_look-up.output}} right?' }),
      step('read', [], { type: 'connector-call', call: { connector: 'files', operation: 'read_file' } }),
      step('write', ['is-big', 'read'], {
        type: 'llm-call',
        prompt: '{{parameters.tone}} {{ steps.read.output }} {{steps.look-up.output}}',
        parameters: { tone: 'dry' },
        llm: { provider: 'openai', model: 'any' },
      }),
      step('end', ['ask', 'write'], { type: 'synthesis' }),
    ]
    expect(said(steps)).toEqual([])
  })

  it.each<[about: string, steps: readonly PlanStep[], said: readonly string[]]>([
    ['none', [], [': a plan has one step at least']],
    ['an id twice', [step('a'), step('a', [], { name: 'b' })], ['1.id: the id "a" stands twice']],
    ['a name twice', [step('a'), step('b', [], { name: 'a' })], ['1.name: the name "a" stands twice']],
    [
      "a name that is another's id",
      [step('a'), step('b', [], { name: 'c' }), step('c', [], { name: 'b' })],
      ['1.name: the name "c" is the id of another step', '2.name: the name "b" is the id of another step'],
    ],
    [
      'steps that are not there',
      [step('a', ['b'], { type: 'conditional', condition: { value: 1, operator: 'exists' }, ifTrue: ['c'] })],
      [
        '0.depends_on.0: the step "a" depends on "b", which is no step of the plan',
        '0.if_true.0: the step "a" names "c", which is no step of the plan',
      ],
    ],
    ['itself', [step('a', ['a'])], ['0.depends_on.0: the step "a" depends on itself']],
    [
      'a circle',
      [step('first'), step('a', ['first', 'b']), step('b', ['c']), step('c', ['a']), step('d', ['c'])],
      ['1.depends_on: these steps wait for one another: a -> b -> c -> a'],
    ],
    [
      'two circles apart',
      [step('a', ['b']), step('b', ['a']), step('c', ['d']), step('d', ['c'])],
      [
        '0.depends_on: these steps wait for one another: a -> b -> a',
        '2.depends_on: these steps wait for one another: c -> d -> c',
      ],
    ],
    [
      'branches that do not wait, or are both',
      [
        step('a', [], {
          type: 'conditional',
          condition: { value: 1, operator: 'exists' },
          ifTrue: ['b', 'c'],
          ifFalse: ['c', 'a'],
        }),
        step('b'),
        step('c', ['a']),
      ],
      [
        '0.if_false.1: the step "a" names itself in if_false',
        '0.if_true.0: the step "b" in if_true of "a" does not wait for it: add depends_on: [a] to "b"',
        '0.if_false.0: the step "c" stands in if_true and in if_false of "a"',
      ],
    ],
    [
      'what a type needs',
      [
        step('a', [], { type: 'llm-call' }),
        step('b', [], { type: 'connector-call' }),
        step('c', [], { type: 'conditional' }),
      ],
      [
        '0: the step "a" is of type llm-call and needs prompt',
        '1: the step "b" is of type connector-call and needs connector and operation',
        '2: the step "c" is of type conditional and needs condition',
      ],
    ],
    [
      'what a type cannot use',
      [
        step('a', [], { type: 'connector-call', call, prompt: 'x', llm: { provider: 'openai', model: 'm' } }),
        step('b', [], { call, ifTrue: ['a'] }),
        step('c', [], { type: 'synthesis', compensation: call }),
      ],
      [
        '0.prompt: the step "a" is of type connector-call: prompt goes only with llm-call, synthesis, human-task',
        '0.provider: the step "a" is of type connector-call: provider goes only with llm-call, synthesis',
        '1.connector: the step "b" is of type human-task: connector goes only with connector-call',
        '1.if_true: the step "b" is of type human-task: if_true goes only with conditional',
        '1.if_true.0: the step "a" in if_true of "b" does not wait for it: add depends_on: [b] to "a"',
        '2.compensation: the step "c" is of type synthesis: compensation goes only with llm-call, connector-call, human-task',
      ],
    ],
    [
      'calls that nothing declares',
      [
        step('a', [], { type: 'connector-call', call: { connector: 'catalogue', operation: 'search' } }),
        step('b', [], {
          type: 'connector-call',
          call: { connector: 'files', operation: 'write_file' },
          compensation: { connector: 'catalog', operation: 'delete' },
        }),
        step('c', [], { type: 'llm-call', prompt: 'x', llm: { provider: 'acme', model: 'm' } }),
      ],
      [
        '0.connector: the step "a": there is no connector "catalogue"; known are catalog, files',
        '1.operation: the step "b": the connector "files" has no tool "write_file"; known are read_file',
        '1.compensation.operation: the step "b": the connector "catalog" has no operation "delete"; known are search',
        '2.provider: the step "c": there is no provider "acme"; known are openai',
      ],
    ],
  ])('are refused for %s', (_, steps, expected) => {
    expect(said(steps)).toEqual(expected)
  })

  it('may be checked without asking what is declared', () => {
    const steps = [step('a', [], { type: 'connector-call', call: { connector: 'x', operation: 'y' } })]
    expect(checkSteps(steps, undefined)).toEqual([])
  })
})

const template = (prompt: string): string[] =>
  said([step('first'), step('other'), step('me', ['first'], { prompt })]).map((line) =>
    line.replace('2.prompt: the step "me": ', ''),
  )

describe('a template', () => {
  it.each([
    ['{{steps.first.output}}', []],
    ['{{ steps.first.output.a[0].b-c }}', []],
    [
      '{{steps.other.output}}',
      ['{{steps.other.output}} is of a step that this one does not wait for: add other to depends_on'],
    ],
    [
      '{{steps.me.output}}',
      ['{{steps.me.output}} is what the step itself brings; only its compensation may read it'],
    ],
    ['{{steps.none.output}}', ['{{steps.none.output}} names no step of the plan']],
    ['{{steps.__proto__.output}}', ['{{steps.__proto__.output}} names no step of the plan']],
    ['{{steps.first}}', ['{{steps.first}} is not what came out of a step: write steps.first.output']],
    [
      '{{steps.first.error}}',
      ['{{steps.first.error}} is not what came out of a step: write steps.first.output'],
    ],
    ['{{steps}}', ['{{steps}} names no step: write steps.<name>.output']],
    ['{{plan.id}} {{plan.mode}}', []],
    ['{{plan}}', ['{{plan}} is not plan.id or plan.mode']],
    ['{{plan.steps}}', ['{{plan.steps}} is not plan.id or plan.mode']],
    ['{{query.x}}', ['{{query.x}} has nothing below query']],
    [
      '{{env.HOME}} {{process}}',
      ['env.HOME', 'process'].map(
        (path) =>
          `{{${path}}} cannot be read: there are query, domain, context, parameters, plan.id, plan.mode and steps.<name>.output`,
      ),
    ],
    ['{{}}', ['{{}} is not a path such as steps.search.output']],
    ['{{#if x}}', ['{{#if x}} is not a path such as steps.search.output']],
    ['{{a b}} {{a b}}', ['{{a b}} is not a path such as steps.search.output']],
    ['{ {query} } {query}', []],
  ])('%s', (prompt, expected) => {
    expect(template(prompt)).toEqual(expected)
  })

  it('of parameters, or of an undoing call, reads no parameters of the step', () => {
    const parameters = { q: '{{parameters.q}}' }
    const steps = [
      step('a', [], { type: 'connector-call', call, parameters, compensation: { ...call, parameters } }),
    ]
    const why = `the step "a": {{parameters.q}} cannot be read here: a step's own parameters are there for its prompt and its condition`
    expect(said(steps)).toEqual([`0.parameters: ${why}`, `0.compensation.parameters: ${why}`])
  })

  it('reads what is named in steps that wait in a circle without a second complaint', () => {
    const steps = [step('a', ['b'], { prompt: '{{steps.b.output}}' }), step('b', ['a'])]
    expect(said(steps)).toEqual(['0.depends_on: these steps wait for one another: a -> b -> a'])
  })
})

describe('plans made to be slow', () => {
  const chain = (count: number, dependsOn: (i: number) => string[]): PlanStep[] =>
    Array.from({ length: count }, (_, i) => step(`s${i}`, dependsOn(i)))

  it('of too many steps are answered with one sentence', () => {
    expect(said(chain(10_000, () => ['none']))).toEqual([
      ': a plan has 500 steps at most; this one has 10000',
    ])
    expect(said(chain(500, (i) => (i === 0 ? [] : [`s${i - 1}`])))).toEqual([])
  })

  it('where every step waits for all before it, in either direction, are checked', () => {
    const before = (i: number): string[] => Array.from({ length: i }, (_, j) => `s${j}`)
    const after = (i: number): string[] => Array.from({ length: 499 - i }, (_, j) => `s${i + 1 + j}`)
    expect(said(chain(500, before))).toEqual([])
    expect(said(chain(500, after))).toEqual([])
    expect(said(chain(500, (i) => [...before(i), ...after(i)]))[0]).toBe(
      '0.depends_on: these steps wait for one another: s0 -> s1 -> s0',
    )
    const around = said(chain(500, (i) => [`s${(i + 1) % 500}`]))
    expect(around).toEqual([expect.stringMatching(/wait for one another: s0 -> s1 -> .* -> s29 -> … -> s0$/)])
  })

  it('with more wrong than anybody reads are answered with the first hundred', () => {
    expect(said(chain(500, () => ['x', 'y']))).toHaveLength(100)
  })

  it('with a template of nothing but braces and white space are checked', () => {
    expect(said([step('a', [], { prompt: `{{${' '.repeat(900_000)}` })])).toHaveLength(1)
    expect(said([step('a', [], { prompt: '{{'.repeat(450_000) })])).toHaveLength(1)
    expect(said([step('a', [], { prompt: '{{x}}'.repeat(200_000) })])).toHaveLength(1)
  })
})
