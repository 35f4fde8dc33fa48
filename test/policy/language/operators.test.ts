import { afterAll, describe, expect, test } from 'vitest'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { type Input, judgeAll, policyWith, readYaml } from './reading.js'

/** A test, and values of the field it holds for and does not; `undefined` is a field that is missing. */
interface Row {
  readonly test: string
  readonly holds: readonly unknown[]
  readonly fails: readonly unknown[]
}

const missing = [undefined, null]
const words = (count: number) => Array.from({ length: count }, (_, i) => `w${i}`).join(', ')

const rows: readonly Row[] = [
  { test: 'equals, value: a', holds: ['a'], fails: ['A', 'ab', 1, ['a'], { a: 'a' }, true, ...missing] },
  { test: 'equals, value: 1001', holds: [1001, 1001.0], fails: ['1001', 1002, [1001], true, ...missing] },
  { test: 'equals, value: 0.1', holds: [0.1, 1e-1], fails: ['0.1', 0.2, ...missing] },
  { test: 'equals, value: true', holds: [true], fails: ['true', 1, false, ...missing] },
  { test: 'equals, value: ""', holds: [''], fails: ['a', false, 0, ...missing] },
  { test: 'not_equals, value: a', holds: ['b', 1, ['a'], {}, ...missing], fails: ['a'] },
  { test: 'not_equals, value: false', holds: [true, 0, '', ...missing], fails: [false] },
  { test: 'in, value: [a, 2, true]', holds: ['a', 2, true], fails: ['2', 'true', 1, ['a'], ...missing] },
  {
    test: `in, value: [${words(150)}, 2, true]`,
    holds: ['w0', 'w149', 2, true],
    fails: ['w150', '2', 'W1', ['w1'], ...missing],
  },
  { test: `not_in, value: [${words(150)}]`, holds: ['x', 2, ['w1'], ...missing], fails: ['w0', 'w149'] },
  { test: 'in, value: [a]', holds: ['a'], fails: ['b', ['a'], ...missing] },
  { test: 'not_in, value: [a, 2]', holds: ['b', '2', ['a'], ...missing], fails: ['a', 2] },
  {
    test: 'contains, value: Rod',
    holds: ['Prod', 'PRODUCTION', 'rod', ['x', 'Rod']],
    fails: ['pr od', ['prod'], ['rod'], 7, { rod: 'Rod' }, true, ...missing],
  },
  { test: 'contains, value: ÄÖ', holds: ['xäöx'], fails: ['ao', ...missing] },
  { test: 'contains, value: 5', holds: [[4, 5]], fails: ['5', 5, ['5'], ...missing] },
  { test: 'not_contains, value: rod', holds: ['dev', ['prod'], 7, {}, ...missing], fails: ['PROD', ['rod']] },
  {
    test: 'contains_any, value: [ab, cd, 3]',
    holds: ['xAB', 'cd', [3], ['cd']],
    fails: ['a', '3', 3, ...missing],
  },
  {
    test: 'starts_with, value: gpt',
    holds: ['gpt-4', 'gpt'],
    fails: ['GPT-4', 'a gpt', ['gpt'], 4, ...missing],
  },
  { test: 'ends_with, value: .sh', holds: ['a.sh', '.sh'], fails: ['a.SH', '.sh ', ['.sh'], 4, ...missing] },
  {
    test: 'regex, value: "^gpt-[45]"',
    holds: ['gpt-4o'],
    fails: ['GPT-4', 'x gpt-4', 4, ['gpt-4'], ...missing],
  },
  {
    test: 'regex, value: "(?i)drop\\\\s+table"',
    holds: ['x; DROP  Table y'],
    fails: ['droptable', ...missing],
  },
  { test: 'greater_than, value: 5', holds: [5.1, 1e9], fails: [5, 4, '6', [6], true, {}, ...missing] },
  { test: 'greater_or_equal, value: 5', holds: [5, 6], fails: [4.9, '5', ...missing] },
  { test: 'less_than, value: 5', holds: [4, -1], fails: [5, '4', false, true, [], ...missing] },
  { test: 'less_or_equal, value: -0.5', holds: [-0.5, -1], fails: [0, '-1', ...missing] },
  {
    test: 'greater_than, value: "2025-01"',
    holds: ['2025-02', '2025-01-01'],
    fails: ['2024', '2025-01', 2026, ['x'], {}, ...missing],
  },
  { test: 'less_than, value: b', holds: ['a', '', 'B'], fails: ['b', 'c', 1, true, ...missing] },
  { test: 'exists', holds: ['', 0, false, [], {}, 'x'], fails: [...missing] },
  { test: 'not_exists', holds: [...missing], fails: ['', 0, false, [], {}] },
  {
    test: 'cidr, value: 10.0.0.0/8',
    holds: ['10.1.2.3', '::ffff:10.1.2.3', '::ffff:0a01:0203', '10.2.0.0/16'],
    fails: ['11.1.2.3', '10.1.2', 'x', '', '2001:db8::1', 10, ['10.1.2.3'], '9.0.0.0/7', ...missing],
  },
  {
    test: 'cidr, value: ["2001:db8::/32", 192.0.2.7/32]',
    holds: ['2001:db8:1::1', '192.0.2.7', '::ffff:192.0.2.7'],
    fails: ['2001:db9::1', '192.0.2.8', '::ffff:192.0.2.8', '::192.0.2.7', ...missing],
  },
  {
    test: 'cidr, value: "::ffff:10.0.0.0/104"',
    holds: ['10.1.2.3', '::ffff:10.1.2.3', '10.2.0.0/16'],
    fails: ['11.1.2.3', '::10.1.2.3', '9.0.0.0/7', ...missing],
  },
  {
    test: 'detects, value: secret.aws_key',
    holds: ['key AKIAIOSFODNN7EXAMPL2', { deep: [{ key: 'AKIAIOSFODNN7EXAMPL2' }] }],
    fails: ['AKIA', 7, {}, true, ...missing],
  },
]

const toolchain = openToolchain()
afterAll(() => toolchain.close())

describe('every operator, on the compiled policy', async () => {
  const fields = ['metadata.value', 'tool_input.a["x.y"][1]', 'tool_input.list[*].v']
  const documents = rows.flatMap(({ test }, row) =>
    fields.map((field, place) => policyWith(`p-${row}-${place}`, `{ field: '${field}', operator: ${test} }`)),
  )
  const set = readYaml({ 'operators.yaml': documents.join('---\n') })
  const cases = rows.flatMap(({ holds, fails }, row) => [
    ...holds.map((value) => ({ row, value, holds: true })),
    ...fails.map((value) => ({ row, value, holds: false })),
  ])
  const inputs = cases.map(({ value }): Input => {
    const member = value === undefined ? {} : { value }
    const element = value === undefined ? {} : { v: value }
    const pair = value === undefined ? [0] : [0, value]
    return {
      metadata: member,
      tool_input: { a: { 'x.y': pair }, list: [{ v: unlike }, 7, element, { w: 1 }, null] },
    }
  })
  const judgements = await judgeAll(set, inputs, toolchain)

  test('reads without a complaint but of missing fields', () => {
    expect(set.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(set.policies).toHaveLength(documents.length)
  })

  test.each(cases.map((each, i) => ({ ...each, i, test: rows[each.row]!.test })))(
    '{ operator: $test } on $value: $holds',
    ({ row, value, holds, i, test }) => {
      const said = (place: number): boolean => (judgements[i]?.[`p-${row}-${place}`]?.block?.length ?? 0) > 0
      expect(said(0), 'a member').toBe(holds)
      expect(said(1), 'an element by name and place').toBe(holds)
      const negative = test.startsWith('not_')
      // Of many elements, one must satisfy the test; a negative operator wants none that satisfies its opposite.
      const absent = value === undefined || value === null
      if (test === 'exists') expect(said(2)).toBe(true)
      else if (test === 'not_exists') expect(said(2)).toBe(false)
      else expect(said(2), 'one of many elements').toBe(negative && absent ? true : holds)
    },
  )
})

/** Another element of the list, which satisfies no positive test of the table. */
const unlike = { other: 1 }
