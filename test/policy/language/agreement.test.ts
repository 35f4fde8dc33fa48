import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { conditionHolds } from '#src/policy/language/condition.js'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { factsFor, type Input, judgeAll, policyWith, readYaml } from './reading.js'

const toolchain = openToolchain()
afterAll(() => toolchain.close())

type Json = string | number | boolean | null | Json[] | { [name: string]: Json }
type When = {
  all?: Conditions
  any?: Conditions
  not?: Conditions
  field?: string
  operator?: string
  value?: Json
}
type Conditions = When | Conditions[]

// Few fields and few values, so that tests often meet and often hold.
const fields = [
  'metadata.a',
  'metadata.b.c',
  'metadata["x-y"][0]',
  'tool_input.rows[*]',
  'tool_input.rows[*].id',
  'tool_input.rows[*].tags[*]',
  'model',
  'cost_usd',
  'workflow.steps[*].tool_name',
  'workflow.steps[*].completed',
  '*',
]
const words = ['a', 'A', 'ab', 'b', '1', '', '10.0.0.1']
const anyValue: Json[] = [
  ...words,
  0,
  1,
  2,
  -1.5,
  true,
  false,
  null,
  [],
  ['a', 1],
  ['AB'],
  {},
  { id: 'a' },
  { c: 1 },
]

const text = fc.constantFrom('a', 'A', 'b', 'ab', '1')
const scalar = fc.constantFrom<Json>('a', 'A', 'ab', '1', '', 0, 1, 2, true, false)
const operand: Record<string, fc.Arbitrary<Json | undefined>> = {
  equals: scalar,
  not_equals: scalar,
  in: fc.array(scalar, { minLength: 1, maxLength: 3 }),
  not_in: fc.array(scalar, { minLength: 1, maxLength: 3 }),
  contains: scalar,
  not_contains: scalar,
  contains_any: fc.array(scalar, { minLength: 1, maxLength: 3 }),
  starts_with: text,
  ends_with: text,
  regex: fc.constantFrom('^a', 'b$', '[0-9]', '(?i)a'),
  greater_than: fc.constantFrom<Json>(0, 1, 'a', 'ab'),
  greater_or_equal: fc.constantFrom<Json>(0, 1.5, 'b'),
  less_than: fc.constantFrom<Json>(1, 2, 'b'),
  less_or_equal: fc.constantFrom<Json>(1, 2, 'A'),
  exists: fc.constant(undefined),
  not_exists: fc.constant(undefined),
  cidr: fc.constantFrom<Json>('10.0.0.0/8', ['192.0.2.0/24', '10.0.0.1/32']),
}

const sensible = new Map<string, boolean>()

const tests: fc.Arbitrary<When> = fc
  .tuple(fc.constantFrom(...fields), fc.constantFrom(...Object.keys(operand)))
  .chain(([field, operator]) =>
    operand[operator]!.map((value) => ({ field, operator, ...(value === undefined ? {} : { value }) })),
  )
  .filter(isSensible)

/** What the language refuses has no meaning to compare; the fields with a known type, and `*`, take less. */
function isSensible(when: When): boolean {
  const text = JSON.stringify(when)
  const known = sensible.get(text)
  if (known !== undefined) return known
  const { policies } = readYaml({ 'p.yaml': policyWith('p', text) })
  sensible.set(text, policies.length === 1)
  return policies.length === 1
}

const conditions = fc.letrec<{ node: Conditions; group: When; list: Conditions }>((tie) => ({
  node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, tests, tie('group'), tie('list')),
  list: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
  group: fc
    .record({ all: tie('list'), any: tie('list'), not: tie('node') }, { requiredKeys: [] })
    .filter((group) => Object.keys(group).length > 0) as fc.Arbitrary<When>,
})).node

const maybe = (values: fc.Arbitrary<Json>): fc.Arbitrary<Json | undefined> =>
  fc.option(values, { nil: undefined, freq: 5 })
const some = fc.constantFrom<Json>(...anyValue)

const inputs: fc.Arbitrary<Input> = fc
  .record({
    a: maybe(some),
    c: maybe(some),
    xy: maybe(fc.oneof(some, fc.array(some, { maxLength: 2 }))),
    rows: maybe(
      fc.oneof(
        some,
        fc.array(
          fc.oneof(
            some,
            fc.record({ id: some, tags: fc.array(some, { maxLength: 2 }) }, { requiredKeys: [] }),
          ),
          { maxLength: 3 },
        ),
      ),
    ),
    model: maybe(fc.constantFrom(...words)),
    cost: maybe(fc.constantFrom(0, 1, 2, -1.5)),
    steps: fc.array(
      fc.record(
        { tool_name: fc.constantFrom(...words), completed: fc.boolean() },
        { requiredKeys: ['completed'] },
      ),
      { maxLength: 2 },
    ),
  })
  .map(({ a, c, xy, rows, model, cost, steps }) =>
    present({
      metadata: present({ a, b: present({ c }), 'x-y': xy }),
      tool_input: present({ rows }),
      model,
      cost_usd: cost,
      workflow: { steps },
    }),
  )

const present = (members: Record<string, unknown>): Input =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

describe('the meaning of a condition', () => {
  test('is the same for its Rego and for a reading of its words; what it requires then holds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(conditions, { minLength: 30, maxLength: 50 }),
        fc.array(inputs, { minLength: 20, maxLength: 30 }),
        async (whens, inputs) => {
          const documents = whens.map((when, i) => policyWith(`p${i}`, JSON.stringify(when)))
          const set = readYaml({ 'p.yaml': documents.join('---\n') })
          expect(set.problems.filter(({ severity }) => severity === 'error')).toEqual([])
          const judgements = await judgeAll(set, inputs, toolchain)
          for (const [j, input] of inputs.entries()) {
            const facts = factsFor(set.policies, input)
            for (const policy of set.policies) {
              const when = whens[Number(policy.id.slice(1))]!
              const matched = (judgements[j]![policy.id]?.block?.length ?? 0) > 0
              const label = JSON.stringify({ when, input })
              expect(matched, label).toBe(means(when, input))
              if (matched) expect(conditionHolds(policy.requires, input, facts), label).toBe(true)
            }
          }
        },
      ),
      { numRuns: 4, endOnFailure: true },
    )
  })
})

// The language once more, from its description alone.

function means(when: Conditions, input: Input): boolean {
  if (Array.isArray(when)) return when.every((each) => means(each, input))
  const listed = (conditions: Conditions): Conditions[] =>
    Array.isArray(conditions) ? conditions : [conditions]
  return (
    (when.all === undefined || means(when.all, input)) &&
    (when.any === undefined || listed(when.any).some((each) => means(each, input))) &&
    (when.not === undefined || !means(when.not, input)) &&
    (when.field === undefined || testHolds(when, input))
  )
}

function testHolds({ field, operator, value }: When, input: Input): boolean {
  const values = (field === '*' ? [allText(input)] : find(input, field!)).filter((each) => each != null)
  const positive = operator!.replace(/^not_/, '')
  const found = values.some((each) => satisfies(each, positive, value))
  return operator!.startsWith('not_') ? !found : found
}

function find(root: unknown, field: string): unknown[] {
  const steps = field.match(/\[\*\]|\["[^"]+"\]|\[\d+\]|[^.[\]]+/g)!
  return steps.reduce<unknown[]>(
    (values, step) => {
      if (step === '[*]')
        return values.flatMap((v) => (typeof v === 'object' && v !== null ? Object.values(v) : []))
      if (/^\[\d/.test(step))
        return values.flatMap((v) => (Array.isArray(v) ? v.slice(Number(step.slice(1, -1))).slice(0, 1) : []))
      const name = step.startsWith('[') ? step.slice(2, -2) : step
      return values.flatMap((v) =>
        typeof v === 'object' && v !== null && !Array.isArray(v) && name in v ? [(v as Input)[name]] : [],
      )
    },
    [root],
  )
}

/** Of step_input and tool_input; only words stand in the inputs here. */
function allText(input: Input): string {
  const all = JSON.stringify(input.tool_input ?? {})
  return [...all.matchAll(/"([^"]*)"|(-?\d+(?:\.\d+)?)/g)]
    .map(([, quoted, number]) => quoted ?? number)
    .join('\n')
}

function satisfies(found: unknown, operator: string, value: Json | undefined): boolean {
  const operands = Array.isArray(value) ? value : [value]
  switch (operator) {
    case 'equals':
    case 'in':
      return operands.some((each) => each === found)
    case 'contains':
    case 'contains_any':
      return operands.some((each) =>
        Array.isArray(found)
          ? found.includes(each)
          : typeof found === 'string' &&
            typeof each === 'string' &&
            found.toUpperCase().includes(each.toUpperCase()),
      )
    case 'starts_with':
      return typeof found === 'string' && found.indexOf(String(value)) === 0
    case 'ends_with':
      return typeof found === 'string' && found.slice(found.length - String(value).length) === value
    case 'regex': {
      const [, flag, source] = /^(\(\?i\))?(.*)$/.exec(String(value))!
      return typeof found === 'string' && new RegExp(source!, flag ? 'i' : '').test(found)
    }
    case 'exists':
      return true
    case 'cidr':
      return found === '10.0.0.1'
    default:
      return typeof found === typeof value && compare(found as number, operator, value as number)
  }
}

function compare(found: number, operator: string, limit: number): boolean {
  if (operator === 'greater_than') return found > limit
  if (operator === 'greater_or_equal') return found >= limit
  return operator === 'less_than' ? found < limit : found <= limit
}
