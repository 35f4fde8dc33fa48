import { describe, expect, it } from 'vitest'
import { readPlanSteps } from '#src/policy/documents/read-plan-steps.js'

const said = (value: unknown): string[] => {
  const read = readPlanSteps(value)
  return read.ok ? [] : read.problems.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('the steps that a caller brings', () => {
  it('are read with everything that they may say', () => {
    const steps = [
      {
        name: 'find',
        type: 'connector_call',
        description: 'Finds it',
        agent: 'searcher',
        connector: 'catalog',
        operation: 'search',
        parameters: { q: '{{query}}', deep: { list: [1, null, true] } },
        timeout: '1m',
        retries: { attempts: 5 },
        compensation: {
          connector: 'catalog',
          operation: 'forget',
          parameters: { id: '{{steps.find.output.id}}' },
        },
      },
      {
        id: 'check',
        name: 'big',
        type: 'conditional',
        depends_on: ['find', 'step_1_find'],
        condition: { value: '{{steps.find.output.total}}', operator: 'exists' },
        if_true: ['write'],
        if_false: [],
      },
      {
        name: 'write',
        type: 'llm-call',
        depends_on: ['check', 'nowhere'],
        provider: 'openai',
        model: 'gpt-4o',
        temperature: 0,
        max_tokens: 10,
        prompt: 'Write',
        retries: { backoff: '200ms' },
      },
    ]
    expect(readPlanSteps(steps)).toEqual({
      ok: true,
      steps: [
        {
          id: 'step_1_find',
          name: 'find',
          type: 'connector-call',
          description: 'Finds it',
          agent: 'searcher',
          dependsOn: [],
          call: { connector: 'catalog', operation: 'search' },
          parameters: { q: '{{query}}', deep: { list: [1, null, true] } },
          timeoutMs: 60_000,
          retries: { attempts: 5, backoffMs: 200 },
          compensation: {
            connector: 'catalog',
            operation: 'forget',
            parameters: { id: '{{steps.find.output.id}}' },
          },
        },
        {
          id: 'check',
          name: 'big',
          type: 'conditional',
          dependsOn: ['step_1_find'],
          condition: { value: '{{steps.find.output.total}}', operator: 'exists' },
          ifTrue: ['step_3_write'],
          ifFalse: [],
        },
        {
          id: 'step_3_write',
          name: 'write',
          type: 'llm-call',
          dependsOn: ['check', 'nowhere'],
          llm: { provider: 'openai', model: 'gpt-4o', temperature: 0, maxTokens: 10 },
          prompt: 'Write',
          retries: { attempts: 3, backoffMs: 200 },
        },
      ],
    })
  })

  it.each<[unknown, readonly string[]]>([
    [undefined, [': expected a list, found nothing']],
    [{}, [': expected a list, found a mapping']],
    [[1], ['0: expected a mapping, found 1']],
    [[null], ['0: expected a mapping, found nothing']],
    [[{}], ['0: name is missing', '0: type is missing']],
    [
      [{ name: 'a', type: 'human-task', depend_on: [], prompt: '' }],
      ['0.prompt: this is empty', '0.depend_on: unknown key "depend_on"; did you mean "depends_on"?'],
    ],
    [
      [{ name: 'a/b', id: '../x', type: 'human-task' }],
      ['id', 'name'].map(
        (each) => `0.${each}: this is made of letters, digits, _ and -, and starts with a letter or digit`,
      ),
    ],
    [
      [
        { name: 'a', type: 'llm-call', model: 'm' },
        { name: 'b', type: 'llm-call', provider: 'p' },
      ],
      ['0.model: model needs provider', '1.provider: provider needs model'],
    ],
    [
      [{ name: 'a', type: 'human-task', timeout: 5, retries: { attempts: 1.5, backoff: '1w' } }],
      [
        '0.timeout: expected text, found 5',
        '0.retries.attempts: expected a whole number, found 1.5',
        '0.retries.backoff: this is no duration: write 30m, 24h, 1h30m, 7d',
      ],
    ],
    [
      [{ name: 'a', type: 'human-task', condition: { value: 1, operator: 'equals' } }],
      ['0.condition.operator: equals needs an operand'],
    ],
    [
      [{ name: 'a', type: 'conditional', condition: { operator: 'exists' } }],
      ['0.condition: value is missing'],
    ],
    [
      JSON.parse('[{"name": "a", "type": "human-task", "__proto__": {"x": 1}}]'),
      [expect.stringMatching(/^0.__proto__: unknown key/)],
    ],
  ])('are refused where they are %j', (value, expected) => {
    expect(said(value)).toEqual(expected)
  })

  it('may use names that JavaScript knows, but for the one that changes what an object is', () => {
    const withParameters = (text: string) => [
      { name: 'constructor', type: 'human-task', parameters: JSON.parse(text) },
    ]
    expect(readPlanSteps(withParameters('{"constructor": {"toString": 2}}'))).toMatchObject({
      ok: true,
      steps: [{ id: 'step_1_constructor', parameters: { constructor: { toString: 2 } } }],
    })
    expect(said(withParameters('{"a": [{"__proto__": {"x": 1}}]}'))).toEqual([
      '0.parameters: a name in it is __proto__',
    ])
  })

  it('are answered with one sentence where there are too many', () => {
    const many = Array.from({ length: 10_000 }, () => ({ wrong: true }))
    expect(said(many)).toEqual([': a plan has 500 steps at most; this one has 10000'])
    expect(said(many.slice(0, 500))).toHaveLength(100)
  })
})
