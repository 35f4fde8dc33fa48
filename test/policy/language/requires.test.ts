import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { conditionHolds } from '#src/policy/language/condition.js'
import type { Condition } from '#src/policy/policy.js'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { type Input, judgeAll, policyWith, readAll, readYaml } from './reading.js'

const toolchain = openToolchain()
afterAll(() => toolchain.close())

const isIn = (path: string, ...values: (string | number | boolean)[]): Condition => ({
  kind: 'in',
  path: path.split('.'),
  values,
})
const any = { any: true } as const
const tool = isIn('tool_name', 'rm')
const present: Condition = { kind: 'present', path: ['tool_name'] }
const startsWith: Condition = { kind: 'starts_with', path: ['tool_name'], value: 'rm' }
const always: Condition = { kind: 'always' }

describe('what a YAML policy requires', () => {
  const rows: readonly (readonly [when: string, requires: Condition])[] = [
    ['{ field: tool_name, operator: equals, value: rm }', tool],
    ['{ field: tool_name, operator: in, value: [rm, dd, rm] }', isIn('tool_name', 'rm', 'dd')],
    ['{ field: tool_name, operator: not_equals, value: rm }', { ...tool, kind: 'not_in' } as Condition],
    ['{ field: tool_name, operator: starts_with, value: rm }', startsWith],
    [
      '{ field: tool_name, operator: ends_with, value: rm }',
      { ...startsWith, kind: 'ends_with' } as Condition,
    ],
    ['{ field: tool_name, operator: starts_with, value: "rm\uFFFD" }', present],
    ['{ not: { field: tool_name, operator: starts_with, value: rm } }', always],
    ['{ field: tool_name, operator: not_exists }', { kind: 'absent', path: ['tool_name'] }],
    [
      '{ field: "tool_input.a[*]", operator: equals, value: 1 }',
      { kind: 'in', path: ['tool_input', 'a', any], values: [1] },
    ],
    ['{ field: "tool_input.a[*]", operator: not_equals, value: 1 }', always],
    [
      '{ field: cost_usd, operator: less_than, value: 1 }',
      { kind: 'compare', path: ['cost_usd'], op: '<', value: 1 },
    ],
    ['{ field: now, operator: less_than, value: "2025" }', { kind: 'present', path: ['now'] }],
    [
      '{ field: model, operator: not_contains, value: x }',
      { kind: 'fact', name: 'model contains x', holds: false },
    ],
    [
      '{ any: [{ field: tool_name, operator: equals, value: rm }, { all: [{ field: model, operator: exists }, { field: tool_name, operator: equals, value: rm }] }] }',
      { kind: 'any', of: [tool, { kind: 'all', of: [{ kind: 'present', path: ['model'] }, tool] }] },
    ],
    [
      '{ not: { any: [{ field: tool_name, operator: equals, value: rm }, { field: model, operator: exists }] } }',
      { kind: 'all', of: [{ ...tool, kind: 'not_in' } as Condition, { kind: 'absent', path: ['model'] }] },
    ],
    [
      '{ not: [{ field: tool_name, operator: equals, value: rm }, { not: { field: model, operator: regex, value: x } }] }',
      {
        kind: 'any',
        of: [{ ...tool, kind: 'not_in' } as Condition, { kind: 'fact', name: 'model regex x', holds: true }],
      },
    ],
    [
      '{ any: [{ field: tool_name, operator: equals, value: rm }, { not: { field: model, operator: starts_with, value: x } }] }',
      always,
    ],
  ]

  test.each(rows)('%s', (when, requires) => {
    expect(readYaml({ 'p.yaml': policyWith('p', when) }).policies[0]?.requires).toEqual(requires)
  })
})

const helpers = `
risky := {"rm", "dd"}

sometimes := {"a"} if input.model == "x"

is_prod if input.metadata.env == "prod"

is_prod if input.metadata.env in ["live", "eu"]

default is_dev := false

is_dev if {
	not is_prod
	input.metadata.env == "dev"
}

shell if input.tool_name == "sh" else := false if input.model == "x" else if input.tool_name == "zsh"

default unless_x := true

unless_x := false if input.model == "x"

same(x) if input.tool_name == x

around := input if input.model

loop_a if loop_b

loop_b if input.tool_name == "rm"
`

/** Bodies of an action rule beside the helpers above, and what they require; `@` makes names of a body its own. */
const bodies: readonly (readonly [body: string, requires: Condition])[] = [
  ['input.tool_name == "rm"', tool],
  ['"rm" == input.tool_name', tool],
  ['input.tool_name = "rm"', tool],
  ['input["tool_name"] == "rm"', tool],
  ['input.tool_name in {"rm", "dd"}', isIn('tool_name', 'dd', 'rm')],
  ['input.tool_name in ["rm"]', tool],
  ['input.tool_name in risky', isIn('tool_name', 'dd', 'rm')],
  ['input.tool_name in sometimes', always],
  ['risky@ := {"x"}\n\tinput.tool_name in risky@', always],
  ['input.tool_name in {"rm", input.model}', always],
  ['input.tool_name in {"rm", null}', always],
  ['input.tool_name in {"a": "rm"}', always],
  ['input.metadata.n == 1', isIn('metadata.n', 1)],
  ['input.metadata.n == -1.5', isIn('metadata.n', -1.5)],
  ['input.metadata.n == 12345678901234567890', always],
  ['input.metadata.n == null', always],
  ['input.metadata.n == ["rm"]', always],
  ['input.metadata.n == true', isIn('metadata.n', true)],
  ['input.metadata.n', always],
  ['input.metadata.n > 1', always],
  ['input.tool_input.rows[0].id == 1', { kind: 'in', path: ['tool_input', 'rows', 0, 'id'], values: [1] }],
  ['input.tool_input.rows[_].id == 1', { kind: 'in', path: ['tool_input', 'rows', any, 'id'], values: [1] }],
  [
    'some i@\n\tinput.tool_input.rows[i@].id == 1',
    { kind: 'in', path: ['tool_input', 'rows', any, 'id'], values: [1] },
  ],
  ['input.tool_input[input.model].id == 1', { kind: 'in', path: ['tool_input', any, 'id'], values: [1] }],
  ['some row@ in input.tool_input.rows\n\trow@.id == 1', always],
  ['every row in input.tool_input.rows { row.id == 1 }', always],
  ['not input.tool_name == "rm"', always],
  ['input.tool_name == "rm" with input as {"tool_name": "rm"}', always],
  ['input.tool_name == "rm" with input.tool_name as "rm"', always],
  ['is_prod with input.metadata.env as "prod"', always],
  ['name@ := input.tool_name\n\tname@ == "rm"', tool],
  ['name@ := lower(input.tool_name)\n\tname@ == "rm"', always],
  ['some name@ in ["rm"]\n\tname@ == "rm"', always],
  ['startswith(input.tool_name, "rm")', startsWith],
  ['startswith("rm", input.tool_name)', present],
  ['startswith(input.tool_name, input.tool_name)', present],
  ['name@ := input.tool_name\n\tstartswith(name@, "rm")', startsWith],
  ['endswith(input.tool_name, "rm")', { ...startsWith, kind: 'ends_with' } as Condition],
  ['contains(input.tool_name, "rm")', present],
  ['regex.match("^rm", input.tool_name)', present],
  ['glob.match("rm*", null, input.tool_name)', present],
  ['startswith(lower(input.tool_name), "rm")', always],
  ['is_prod', { kind: 'any', of: [isIn('metadata.env', 'prod'), isIn('metadata.env', 'live', 'eu')] }],
  ['not is_prod', always],
  ['is_dev', isIn('metadata.env', 'dev')],
  ['shell', { kind: 'any', of: [isIn('tool_name', 'sh'), isIn('tool_name', 'zsh')] }],
  ['unless_x', always],
  ['same("rm")', always],
  ['around.tool_name == "rm"', always],
  ['loop_a', tool],
  [
    'is_prod\n\tinput.tool_name == "rm"\n\tcount(input.metadata) > 1',
    {
      kind: 'all',
      of: [{ kind: 'any', of: [isIn('metadata.env', 'prod'), isIn('metadata.env', 'live', 'eu')] }, tool],
    },
  ],
  ['[x@ | x@ := input.tool_name; x@ == "rm"] != []', always],
  ['true', always],
  ['input.tool_name == input.model', always],
  ['x@ := "rm"\n\tinput.tool_name == x@', always],
]

const regoWith = (id: string, rules: string): string =>
  `package stepgate.policy.${id}\n\n${rules}\n${helpers}`
const own = (body: string, mark: string): string => body.replaceAll('@', mark)
const rule = (body: string): string => `block contains "x" if {\n\t${body}\n}`

describe('what a Rego policy requires', async () => {
  const one = await readAll(
    Object.fromEntries(bodies.map(([body], i) => [`p${i}.rego`, regoWith(`p${i}`, rule(own(body, '')))])),
    toolchain,
  )
  const byId = new Map(one.policies.map(({ id, requires }) => [id, requires]))

  test.each(bodies.map(([body, requires], i) => ({ body, requires, i })))('$body', ({ requires, i }) => {
    expect(byId.get(`p${i}`)).toEqual(requires)
  })

  test('is that of any of its rules, of all actions', async () => {
    const rules = `${rule('input.tool_name == "rm"')}\n\nwarn contains "y" if input.model == "x"\n\nwarn contains "z" if is_dev`
    const { policies } = await readAll({ 'p.rego': regoWith('p', rules) }, toolchain)
    expect(policies[0]?.requires).toEqual({
      kind: 'any',
      of: [tool, isIn('model', 'x'), isIn('metadata.env', 'dev')],
    })
  })

  test('is nothing where a rule has no condition', async () => {
    const { policies } = await readAll(
      { 'p.rego': regoWith('p', `${rule('input.model == "x"')}\n\nwarn contains "always"`) },
      toolchain,
    )
    expect(policies[0]?.requires).toEqual(always)
  })
})

describe('what a name in a Rego policy means is said by its own module', () => {
  const requiredBy = async (...modules: string[]) => {
    const files = modules.map((rules, i) => [`p${i}.rego`, `package stepgate.policy.p\n\n${rules}\n`])
    const { policies, problems } = await readAll(Object.fromEntries(files), toolchain)
    expect(problems).toEqual([])
    return policies[0]?.requires
  }

  test.each([
    ['import input.step_input.dangerous as risky', rule('risky'), 'risky if input.tool_name == "rm"'],
    ['import data.flags.risky', rule('risky'), 'risky if input.tool_name == "rm"'],
    ['import data.conf.models as models', rule('input.model in models'), 'models := ["x"]'],
    ['import data.stepgate.lib.regex', rule('regex.match("^rm", input.tool_name)'), ''],
  ])('an import before a rule of another one: %s', async (imported, asks, other) => {
    expect(await requiredBy(`${imported}\n\n${asks}`, other)).toEqual(always)
    expect(await requiredBy(other, `${imported}\n\n${asks}`)).toEqual(always)
  })

  test('and an import of another module is nothing to it', async () => {
    const asks = rule('risky\n\tinput.model in models')
    const rules = 'risky if input.tool_name == "rm"\n\nmodels := ["x"]'
    const other = 'import data.a.risky\nimport data.a.models\n\nunasked if { risky; models }'
    expect(await requiredBy(asks, rules, other)).toEqual({ kind: 'all', of: [tool, isIn('model', 'x')] })
  })

  test('also in the rules that it asks of others', async () => {
    const other = 'import input.metadata.flag as inner\n\nrisky if inner'
    expect(await requiredBy(rule('risky'), other, 'inner if input.tool_name == "rm"')).toEqual(always)
    expect(await requiredBy(rule('risky'), 'risky if inner', 'inner if input.tool_name == "rm"')).toEqual(
      tool,
    )
  })

  test.each([
    ['startswith(a, b) if a == b', 'startswith(input.tool_name, null)'],
    ['equal(a, b) if b == "x"', 'input.tool_name == "x"'],
  ])('and a rule before a built-in: %s', async (own, asks) => {
    expect(await requiredBy(`${rule(asks)}\n\n${own}`)).toEqual(always)
  })
})

const value = fc.constantFrom<unknown>(
  'rm',
  'dd',
  'sh',
  'zsh',
  'x',
  'prod',
  'live',
  'dev',
  1,
  -1.5,
  0,
  true,
  false,
  null,
  [],
  ['rm'],
)
const inputs: fc.Arbitrary<Input> = fc.record(
  {
    tool_name: value,
    model: value,
    metadata: fc.record({ env: value, n: value }, { requiredKeys: [] }),
    tool_input: fc.record(
      {
        rows: fc.oneof(value, fc.array(fc.oneof(value, fc.record({ id: value })), { maxLength: 2 })),
        x: fc.record({ id: value }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
)

describe('whenever a Rego policy matches', () => {
  test('what it requires holds', async () => {
    const body = fc.array(fc.constantFrom(...bodies.map(([text]) => text)), { minLength: 1, maxLength: 3 })
    let matches = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(body, { minLength: 1, maxLength: 2 }), { minLength: 20, maxLength: 40 }),
        fc.array(inputs, { minLength: 20, maxLength: 30 }),
        async (policies, inputs) => {
          const files = policies.map((rules, i) => {
            const written = rules.map((parts) =>
              rule(parts.map((text, j) => own(text, `_${j}`)).join('\n\t')),
            )
            return [`p${i}.rego`, regoWith(`p${i}`, written.join('\n\n'))]
          })
          const set = await readAll(Object.fromEntries(files), toolchain)
          const judgements = await judgeAll(set, inputs, toolchain)
          for (const [j, input] of inputs.entries()) {
            for (const policy of set.policies) {
              if ((judgements[j]![policy.id]?.block?.length ?? 0) === 0) continue
              matches++
              expect(
                conditionHolds(policy.requires, input, {}),
                `${policy.rego}\n${JSON.stringify(input)}`,
              ).toBe(true)
            }
          }
        },
      ),
      { numRuns: 5, endOnFailure: true },
    )
    expect(matches).toBeGreaterThan(0)
  })
})
