import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { checkPolicies } from '#src/policy/verify/check-policies.js'
import type { PolicyTestResult } from '#src/policy/verify/run-policy-test.js'
import { runPolicyTests } from '#src/policy/verify/run-policy-tests.js'

const toolchain = openToolchain()
afterAll(() => toolchain.close())

const policy = `package stepgate.policy.spend

block contains msg if {
	input.amount > data.limits.max
	msg := sprintf("%v is too much", [input.amount])
}

warn contains claims.name if {
	[_, claims, _] := io.jwt.decode(input.token)
}
`

const head = `package stepgate.policy.spend_test

import data.stepgate.policy.spend

`

function folderWith(test: string, more: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'stepgate-rego-tests-'))
  const files = {
    'spend.rego': policy,
    'limits.json': '{"limits": {"max": 10}}',
    'spend_test.rego': head + test,
    ...more,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

async function results(
  test: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Record<string, PolicyTestResult>> {
  const run = await runPolicyTests({ folder: folderWith(test, more), toolchain })
  if (!run.ok) throw new Error(JSON.stringify(run.problems))
  return Object.fromEntries(run.results.map((result) => [result.name.split('_test.')[1]!, result]))
}

describe('a test in Rego', () => {
  it('runs on the compiled policies, over their data and what it lays over both', async () => {
    expect(
      await results(`test_over if spend.block == {"11 is too much"} with input as {"amount": 11}

test_raised if count(spend.block) == 0 with input as {"amount": 11} with data.limits.max as 12

test_below if count(spend.block) == 1 with input.amount as 9

test_stubbed if count(spend.block) == 2 with spend.block as {"a", "b"}
`),
    ).toMatchObject({
      test_over: { file: 'spend_test.rego', line: 5, outcome: 'pass' },
      test_raised: { outcome: 'pass' },
      test_below: { outcome: 'fail' },
      test_stubbed: { outcome: 'pass' },
    })
  })

  it('has the built-ins of the gate, also those that OPA does not compile in, and may stand in for them', async () => {
    const unsigned = 'eyJhbGciOiJub25lIn0.eyJuYW1lIjoiYW5uIn0.'
    expect(
      await results(`test_real if spend.warn == {"ann"} with input as {"token": "${unsigned}"}

decoded(_) := [{}, {"name": "eve"}, ""]

test_mocked if spend.warn == {"eve"} with input as {"token": "x"} with io.jwt.decode as decoded

test_bad if count(spend.warn) == 1 with input as {"token": "x"}
`),
    ).toMatchObject({
      test_real: { outcome: 'pass' },
      test_mocked: { outcome: 'pass' },
      test_bad: {
        outcome: 'fail',
        notes: expect.arrayContaining([expect.stringContaining('io.jwt.decode: ')]),
      },
    })
  })

  it('that calls what the gate has not is refused, by check and by test, with its place', async () => {
    const folder = folderWith('test_now if time.now_ns() > 0\n')
    const problem = {
      file: 'spend_test.rego',
      line: 5,
      column: 13,
      message: 'undefined function time.now_ns',
      severity: 'error',
    }
    expect(await checkPolicies({ folder, toolchain })).toMatchObject({ ok: false, problems: [problem] })
    expect(await runPolicyTests({ folder, toolchain })).toEqual({ ok: false, problems: [problem] })
  })

  it.each([
    ['package', { 'odd_test.rego': 'package t["a/b"]\n\ntest_a if true\n' }, 1],
    ['name', { 'odd_test.rego': 'package t\n\nof["a/b"].test_a if true\n' }, 3],
  ])(
    'whose %s has a slash, at which the compiler takes names apart, is refused with its place',
    async (_, odd, line) => {
      const folder = folderWith('test_a if true\n', odd)
      const problems = [
        { file: 'odd_test.rego', line, message: expect.stringMatching(/^"a\/b" has a slash/) },
      ]
      expect(await checkPolicies({ folder, toolchain })).toMatchObject({ ok: false, problems })
      expect(await runPolicyTests({ folder, toolchain })).toMatchObject({ ok: false, problems })
    },
  )

  it("may look for more patterns than OPA's WASM keeps", async () => {
    const patterns = Array.from({ length: 150 }, (_, i) => `"^p${i}$"`).join(', ')
    expect(
      await results(`found(text) := count({p | some p in {${patterns}}; regex.match(p, text)})

test_first if found("p0") == 1

test_last if found("p149") == 1

test_none if found("p150") == 0
`),
    ).toMatchObject({
      test_first: { outcome: 'pass' },
      test_last: { outcome: 'pass' },
      test_none: { outcome: 'pass' },
    })
  })

  it('may test policies in YAML, which it names', async () => {
    const yaml = `apiVersion: stepgate.dev/v1
kind: Policy
metadata: { id: no-rm }
spec:
  when: [{ field: tool_name, operator: equals, value: rm }]
  action: block
  reason: no {tool_name}
`
    const test =
      'test_rm if data.stepgate.policy["no-rm"].block == {"no rm"} with input as {"tool_name": "rm"}\n'
    expect(await results(test, { 'no-rm.yaml': yaml })).toMatchObject({ test_rm: { outcome: 'pass' } })
  })

  it('says why it failed, and what it printed', async () => {
    const { test_wrong: wrong } = await results(`test_wrong if {
	found := spend.block with input as {"amount": 11}
	print("found", found, input.nothing)
	count(found) == 2
}
`)
    expect(wrong).toMatchObject({ outcome: 'fail', differences: [] })
    expect(wrong!.notes).toEqual([
      'the rule is not true',
      'printed: found {"11 is too much"} <undefined>',
      expect.stringMatching(/^spend_test\.rego:5 .*Enter data\.stepgate/),
      expect.stringMatching(/^spend_test\.rego:7 .*Enter .* = input\.nothing/),
      expect.stringMatching(/^spend_test\.rego:7 .*Fail .* = input\.nothing/),
      expect.stringMatching(/^spend_test\.rego:8 .*Fail .* = 2/),
    ])
  })

  it('whose rules contradict each other is an error that says where', async () => {
    const { test_both: both } = await results(`limit := 1

limit := 2 if input.amount == 1

test_both if limit == 1 with input as {"amount": 1}

`)
    expect(both).toMatchObject({
      outcome: 'error',
      notes: [expect.stringContaining('spend_test.rego:7:1: var assignment conflict')],
    })
  })

  it('may be a table, of which every case is to hold that was come to', async () => {
    const tables = await results(`test_table[note] if {
	some note, amount in {"small": 1, "large": 12, "larger": 13}
	count(spend.block) == 0 with input as {"amount": amount}
}

test_named[case.note] if {
	some case in [{"note": "a", "amount": 1}, {"note": "b", "amount": 2}]
	count(spend.block) == 0 with input as case
}

test_nested[kind][note] if {
	some kind, cases in {"x": {"one": 1, "two": 11}}
	some note, amount in cases
	count(spend.block) == 0 with input as {"amount": amount}
}
`)
    expect(tables.test_table).toMatchObject({ outcome: 'fail' })
    expect(tables.test_table!.notes.slice(0, 2)).toEqual(['case large failed', 'case larger failed'])
    expect(tables.test_named).toMatchObject({ outcome: 'pass', notes: [] })
    expect(tables.test_nested!.notes[0]).toBe('case x.two failed')
  })

  it('may be left for later, and may share its name with another', async () => {
    const { todo_test_later: later, ...same } = await results(`todo_test_later if false

test_same if true

test_same if false

test_same if 1 == 1
`)
    expect(later).toMatchObject({ outcome: 'skip', line: 5 })
    expect(Object.entries(same).map(([name, { outcome, line }]) => [name, outcome, line])).toEqual([
      ['test_same', 'pass', 7],
      ['test_same#01', 'fail', 9],
      ['test_same#02', 'pass', 11],
    ])
  })

  it('that would not end comes to the end of its memory, and the others run', async () => {
    const endless = await results(`test_endless if {
	all := numbers.range(1, 100000)
	some i in all
	some j in all
	i < j
	j > 100000
}

test_after if true
`)
    expect(endless).toMatchObject({
      test_endless: { outcome: 'error', notes: [expect.stringContaining('memory')] },
      test_after: { outcome: 'pass' },
    })
  })

  it('may stand beside hundreds', async () => {
    const hundreds = Array.from(
      { length: 400 },
      (_, i) =>
        `test_${i} if spend.block == {"${100 + i} is too much"} with input as {"amount": ${100 + i}, "why": "${'because '.repeat(20)}${i}"}\n`,
    )
    const outcomes = Object.values(await results(hundreds.join('\n'))).map(({ outcome }) => outcome)
    expect(outcomes).toEqual(hundreds.map(() => 'pass'))
  })
})
