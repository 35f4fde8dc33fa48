import { describe, expect, test } from 'vitest'
import { jsonProblem } from '#src/policy/language/json-problem.js'
import { isPolicyFile } from '#src/policy/language/read-policies.js'
import { policyWith, printed, readYaml } from './reading.js'

const exists = '{ field: model, operator: exists }'

describe('the files of a folder', () => {
  test('are the YAML, JSON and Rego ones that no dot hides', () => {
    const paths = [
      'a.yaml',
      'a/b.yml',
      'a.json',
      'a/b/c_test.rego',
      'README.md',
      '.a.yaml',
      '.git/a.yaml',
      '..data/a.rego',
      'a/..2025/b.json',
      'a.yaml.swp',
      'yaml',
    ]
    expect(paths.filter(isPolicyFile)).toEqual(['a.yaml', 'a/b.yml', 'a.json', 'a/b/c_test.rego'])
  })

  test('come out in the same order whatever order they went in', () => {
    const files = { 'b.yaml': policyWith('a', exists), 'a.yaml': policyWith('b', exists), 'c.yaml': 'x' }
    const turned = Object.fromEntries(Object.entries(files).reverse())
    expect(readYaml(turned)).toEqual(readYaml(files))
    expect(readYaml(files).policies.map(({ id }) => id)).toEqual(['a', 'b'])
  })

  test('may hold other kinds beside policies, in one file', () => {
    const text = `apiVersion: stepgate.dev/v1
kind: Provider
metadata: { name: local }
spec: { type: openai-compatible, base_url: "https://models.example/v1" }
---
${policyWith('p', exists)}---
apiVersion: axonflow.io/v1
kind: AgentConfig
metadata: { name: writers, domain: generic }
spec: { agents: [{ name: writer, type: llm-call, prompt_template: "{{query}}" }] }
`
    const { registry, problems, policies } = readYaml({ 'all.yml': text })
    expect(problems).toEqual([])
    expect(policies).toHaveLength(1)
    expect([...registry.providers.keys()]).toEqual(['local'])
    expect(registry.agents.map(({ id }) => id)).toEqual(['generic/writers'])
  })

  test('say with both places that an id is taken', () => {
    const text = `${policyWith('p', exists)}---\n${policyWith('p', exists)}`
    expect(printed(readYaml({ 'a.yaml': text, 'b.yaml': policyWith('p', exists) }).problems)).toEqual([
      'a.yaml:9:1 error the policy id "p" is taken: a.yaml:1 has it too',
      'b.yaml:1:1 error the policy id "p" is taken: a.yaml:1 has it too',
    ])
  })
})

describe('data', () => {
  const data = (value: string): string => `apiVersion: stepgate.dev/v1\nkind: Data\ndata: ${value}\n`

  test('of all files is one object', () => {
    const { data: merged, problems } = readYaml({
      'a.json': '{"limits": {"daily": 5}, "list": [1], "__proto__": {"x": 1}}',
      'b.yaml': data('{ limits: { monthly: 90 }, teams: { a: [x] } }'),
      'c.json': '{"kind": "of data", "apiVersion": "v1"}',
    })
    expect(problems).toEqual([])
    expect(JSON.parse(JSON.stringify(merged))).toEqual(
      JSON.parse(
        '{"limits":{"daily":5,"monthly":90},"list":[1],"__proto__":{"x":1},"teams":{"a":["x"]},"kind":"of data","apiVersion":"v1"}',
      ),
    )
  })

  test('said twice is an error at the name, with both files', () => {
    const { problems } = readYaml({
      'a.json': '{"limits": {"daily": 5, "b": {"c": 1}}}',
      'b.yaml': `${data('{ limits: { monthly: 1 } }')}---\n${data('\n  limits:\n    daily: 5\n    b: 2')}`,
      'c.json': '{"list": [{"limits": 1}],\n\t"é": 1, "li\\u006dits": []}',
      'd.json': '{"limits": {"x": {"b": 1}, "b":\n{"c": 3}}}',
    })
    expect(printed(problems)).toEqual([
      'b.yaml:9:5 error data.limits.daily is said by a.json and by b.yaml',
      'b.yaml:10:5 error data.limits.b is said by a.json and by b.yaml',
      'c.json:2:10 error data.limits is said by a.json and by c.json',
      'd.json:2:2 error data.limits.b.c is said by a.json and by d.json',
    ])
  })

  test('cannot stand where the policies are', () => {
    const files = {
      'a.json': '{"x": {"stepgate": 1},\n "stepgate": {}}',
      'b.yaml': data('\n  y: 1\n  stepgate: 2'),
    }
    expect(printed(readYaml(files).problems)).toEqual([
      'a.json:2:2 error data.stepgate is where the policies are: choose another name',
      'b.yaml:5:3 error data.stepgate is where the policies are: choose another name',
    ])
  })

  test('in YAML holds no number that would become another one', () => {
    const numbers = data(
      '\n  fine: [1e300, 9007199254740991, 0.1]\n  no: [.inf, 1e999,\n    -9007199254740993, .nan]',
    )
    expect(printed(readYaml({ 'a.yaml': numbers }).problems)).toEqual([
      'a.yaml:5:8 error this is no finite number',
      'a.yaml:5:14 error this is no finite number',
      'a.yaml:6:5 error this number is too large to be kept exactly: write it in quotes',
      'a.yaml:6:24 error this is no finite number',
    ])
  })

  test('does not hold itself', () => {
    expect(printed(readYaml({ 'a.yaml': data('&a\n  x: [1, *a]') }).problems)).toEqual([
      'a.yaml:4:10 error this alias stands inside what it stands for, &a',
    ])
  })

  test('is an object', () => {
    expect(printed(readYaml({ 'a.json': '[1]', 'b.yaml': data('[1]') }).problems)).toEqual([
      'a.json:1:1 error data is a mapping, not a list',
      'b.yaml:3:7 error expected a mapping, found a list',
    ])
  })

  test('in JSON may as well be a policy', () => {
    const policy = {
      apiVersion: 'stepgate.dev/v1',
      kind: 'Policy',
      metadata: { id: 'p' },
      spec: { when: { field: 'model', operator: 'exists' }, action: 'block', reason: 'no' },
    }
    const { policies, problems } = readYaml({ 'p.json': JSON.stringify(policy, null, 2) })
    expect(problems).toEqual([])
    expect(policies.map(({ id }) => id)).toEqual(['p'])
  })

  const broken: readonly (readonly [text: string, place: string, message: string])[] = [
    ['', '1:1', 'the file is empty: write what it is to hold, or delete it'],
    ['{', '1:2', 'this is not JSON: expected a name or }'],
    ['{"a": 1,}', '1:9', 'this is not JSON: expected a name'],
    ['{"a": 1\n "b": 2}', '2:2', 'this is not JSON: expected a , or }'],
    ["{'a': 1}", '1:2', 'this is not JSON: expected a name or }'],
    ['{"a": 01}', '1:8', 'this is not JSON: expected a , or }'],
    ['{"a": [1, 2}', '1:12', 'this is not JSON: expected a , or ]'],
    ['{} {}', '1:4', 'this is not JSON: expected nothing more'],
    ['{"a": 1, "b": {"a": 2, "a": 3}}', '1:24', '"a" stands here twice'],
    ['{"a": 1, "\\u0061": 2}', '1:10', '"a" stands here twice'],
    ['{"a": [1e308, 1e999]}', '1:15', 'this is no finite number'],
    ['{"a":\n 9007199254740993}', '2:2', 'this number is too large to be kept exactly: write it in quotes'],
  ]

  test.each(broken)('%j is refused', (text, place, message) => {
    const { problems } = readYaml({ 'a.json': text })
    expect(printed(problems)).toEqual([`a.json:${place} error ${message}`])
  })

  test('in JSON that nests too deep is refused where it does', () => {
    const lists = `{"a":\n ${'['.repeat(100)}1${']'.repeat(100)}}`
    expect(printed(readYaml({ 'a.json': lists }).problems)).toEqual([
      'a.json:2:101 error nested deeper than 100 levels',
    ])
    expect(printed(readYaml({ 'a.json': '{"a": '.repeat(50_000) }).problems)).toEqual([
      'a.json:1:601 error nested deeper than 100 levels',
    ])
  })

  test.each(['{}', ' [1, -2.5e3, "a\\n\\u00e9", true, null, {"a": {}, "b": []}]\n', '"x"', '0'])(
    '%j is JSON',
    (text) => {
      expect(jsonProblem(text)).toBeUndefined()
      expect(() => JSON.parse(text)).not.toThrow()
    },
  )
})

describe('tests of policies', () => {
  const withTests = (tests: string): string => `${policyWith('p', exists)}tests:\n${tests}`
  const reading = (text: string, file = 'p.yaml') => {
    const { tests, problems } = readYaml({ [file]: text })
    return {
      tests: tests.map(({ name, line, input, expect }) => ({ name, line, input, expect })),
      said: printed(problems),
    }
  }

  test('stand in the document of a policy', () => {
    expect(
      reading(
        withTests(
          '  - name: held\n    input: { model: x }\n    expect: { decision: block, policies: [p], reason: no }\n',
        ),
      ),
    ).toEqual({
      tests: [
        {
          name: 'held',
          line: 9,
          input: { model: 'x' },
          expect: { decision: 'block', policies: ['p'], reason: 'no' },
        },
      ],
      said: [],
    })
  })

  test('stand in files of their own, as a matrix with an expectation for each input', () => {
    const text = `tests:
  - name: who may delete
    input: { tool_name: db.delete, user: { role: dev } }
    inputs:
      nobody: {}
      admin: { user: { role: admin } }
    expect:
      nobody: { decision: block }
      admin: { decision: allow, policies: [] }
`
    expect(reading(text, 'deletes_test.yaml')).toEqual({
      tests: [
        {
          name: 'who may delete: nobody',
          line: 5,
          input: { tool_name: 'db.delete', user: { role: 'dev' } },
          expect: { decision: 'block' },
        },
        {
          name: 'who may delete: admin',
          line: 6,
          input: { tool_name: 'db.delete', user: { role: 'admin' } },
          expect: { decision: 'allow', policies: [] },
        },
      ],
      said: [],
    })
  })

  test('may expect one thing of many inputs, named or not', () => {
    const text = (inputs: string): string =>
      `apiVersion: stepgate.dev/v1\nkind: PolicyTest\ntests:\n  - name: all\n    inputs: ${inputs}\n    expect: { decision: block }\n`
    expect(
      reading(text('[{ model: a }, { model: b }]')).tests.map(({ name, input }) => [name, input]),
    ).toEqual([
      ['all: input 1', { model: 'a' }],
      ['all: input 2', { model: 'b' }],
    ])
    expect(
      reading(text('{ a: { model: a }, b: {} }')).tests.map(({ name, expect }) => [name, expect]),
    ).toEqual([
      ['all: a', { decision: 'block' }],
      ['all: b', { decision: 'block' }],
    ])
  })

  test('name the policy that was probably meant', () => {
    const text = policyWith('spending', exists).replace('id: spending', 'id: spending-limit')
    const { said } = reading(`${text}tests:\n  - { name: x, expect: { policies: [spending-limits] } }\n`)
    expect(said).toEqual([
      'p.yaml:9:1 warning the test "x" expects the policy "spending-limits", which is not there; did you mean "spending-limit"?',
    ])
  })

  const wrong: readonly (readonly [about: string, test: string, said: readonly string[]])[] = [
    ['no name', '{ expect: { decision: block } }', ['9:5 error name is missing']],
    ['no expectation', '{ name: x }', ['9:5 error expect is missing']],
    [
      'nothing expected',
      '{ name: x, expect: {} }',
      ['9:16 error nothing is expected: write decision, policies or reason'],
    ],
    [
      'an unknown decision',
      '{ name: x, expect: { decision: deny } }',
      ['9:36 error unknown value "deny"; known are allow, block, require_approval'],
    ],
    [
      'an unknown word',
      '{ name: x, expect: { decison: block } }',
      ['9:26 error unknown key "decison"; did you mean "decision"?'],
    ],
    [
      'an unknown field',
      '{ name: x, input: { modle: y }, expect: { decision: block } }',
      ['9:25 error unknown field "modle"; did you mean "model"?'],
    ],
    [
      'an input without expectation',
      '{ name: x, inputs: { a: {}, b: {} }, expect: { a: { decision: block } } }',
      ['9:33 error nothing is expected of the input b'],
    ],
    [
      'an expectation without input',
      '{ name: x, inputs: { a: {} }, expect: { a: { decision: block }, c: { decision: block } } }',
      ['9:69 error there is no input named c'],
    ],
    [
      'names without inputs',
      '{ name: x, expect: { a: { decision: block } } }',
      ['9:26 error expectations by name need inputs with the same names'],
    ],
    [
      'an input named like a word',
      '{ name: x, inputs: { reason: {} }, expect: { decision: block } }',
      ['9:26 error an input cannot be named reason: that is a word of expect'],
    ],
    [
      'a policy that is not there',
      '{ name: x, expect: { policies: [p, pp] } }',
      ['9:1 warning the test "x" expects the policy "pp", which is not there'],
    ],
  ]

  const inputs: readonly (readonly [input: string, said: readonly string[]])[] = [
    ['{ user: { rol: admin } }', ['0:10 unknown field "user.rol"; did you mean "user.role"?']],
    ['{ step: { gate_cnt: 2 } }', ['0:10 unknown field "step.gate_cnt"; did you mean "step.gate_count"?']],
    [
      '{ workflow: { step_cnt: 2 } }',
      ['0:14 unknown field "workflow.step_cnt"; did you mean "workflow.step_count"?'],
    ],
    [
      '{ workflow: { steps: [{ tool_name: a }, { tool: b }] } }',
      [
        '0:42 unknown field "workflow.steps[1].tool"; workflow.steps[1] has step_id, step_name, step_type, tool_name, decision, completed',
      ],
    ],
    [
      '{ plan: { steps: [{ tool_nam: a, parameters: { any: 1 } }], drift: none } }',
      [
        '0:20 unknown field "plan.steps[0].tool_nam"; did you mean "plan.steps[0].tool_name"?',
        '0:60 plan.drift is there only for policies with applies_to: [step]',
      ],
    ],
    [
      '{ tool_name: x, plan: { steps: [] } }',
      [
        '0:2 tool_name is there only for policies with applies_to: [step]; of a plan: plan.steps[*].tool_name',
      ],
    ],
    ['{ tokens_in: many }', ['0:13 expected a whole number, found text']],
    [
      '{ tokens_in: 1.5, cost_usd: "1" }',
      ['0:13 expected a whole number, found 1.5', '0:28 expected a number, found text'],
    ],
    ['{ cost_usd: .inf }', ['0:12 expected a number, found Infinity']],
    ['{ user: 5 }', ['0:8 expected a mapping, found 5']],
    [
      '{ user: { id: 5 }, model: null }',
      ['0:14 expected text, found 5', '0:26 expected text, found nothing'],
    ],
    [
      '{ metadata: prod, step_input: [a] }',
      ['0:12 expected a mapping, found text', '0:30 expected a mapping, found a list'],
    ],
    ['{ workflow: { steps: {} } }', ['0:21 expected a list, found a mapping']],
    [
      '{ workflow: { steps: [a, { completed: 1 }] } }',
      ['0:22 expected a mapping, found text', '0:38 expected true or false, found 1'],
    ],
    ['{ plan: { tools: [a, 5] } }', ['0:21 expected text, found 5']],
    [
      '{ step: { prior_completion_status: complete } }',
      ['0:35 unknown value "complete"; did you mean "completed"?'],
    ],
    [
      '{ metadata: { any: null }, step_input: { user: { rol: 1 } }, tool_input: {}, output: null, code: { a: [1] }, cost_usd: 2, tokens_in: 3 }',
      [],
    ],
  ]
  test.each(inputs)('bring what the gate can bring: %s', (input, said) => {
    const matrix = `  - name: x\n    inputs:\n      a: ${input}\n    expect: { decision: block }\n`
    const found = reading(withTests(matrix)).said.map((line) =>
      line.replace(/^p\.yaml:(\d+):(\d+) error/, (_, row, column) => `${row - 11}:${column - 10}`),
    )
    expect(found).toEqual(said)
  })

  test.each(wrong)('%s', (_, test, said) => {
    expect(reading(withTests(`  - ${test}\n`)).said).toEqual(said.map((line) => `p.yaml:${line}`))
  })
})
