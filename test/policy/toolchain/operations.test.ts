import { afterAll, describe, expect, it } from 'vitest'
import { openToolchain, type ToolchainReply } from '#src/policy/toolchain/toolchain.js'

const toolchain = openToolchain()
afterAll(() => toolchain.close())

const limits = `package pol.limits

# METADATA
# title: Spending limit
# custom:
#   severity: high
default allow := false

allow if {
	input.amount < data.limits.max
	"clerk" in input.roles
}

why contains message if {
	not allow
	message := sprintf("%v is too much", [input.amount])
	print("refused", input.amount)
}
`
const limitsTest = `package pol.limits_test

import data.pol.limits

test_small if limits.allow with input as {"amount": 1, "roles": ["clerk"]}

test_large if not limits.allow with input as {"amount": 99, "roles": ["clerk"]}

test_wrong if limits.allow with input as {"amount": 99, "roles": ["clerk"]}

todo_test_later if false

test_table[note] if {
	some note, row in {"one": {"amount": 1, "allow": true}, "many": {"amount": 50, "allow": false}}
	limits.allow == row.allow with input as {"amount": row.amount, "roles": ["clerk"]}
}
`
const files = { 'pol/limits.rego': limits, 'limits/data.json': '{"max": 10}' }

function answered<T>(reply: ToolchainReply<T>): T {
  if (!reply.ok) throw new Error(JSON.stringify(reply.errors))
  return reply
}

function refused(reply: ToolchainReply<unknown>) {
  if (reply.ok) throw new Error('was not refused')
  return reply.errors
}

describe('version and capabilities', () => {
  it('says which OPA and which Go it is', async () => {
    expect(answered(await toolchain.version())).toMatchObject({ opa: '1.22.0', go: 'go1.26.8' })
  })

  it('describes the capabilities of this OPA, or of a selection of its built-ins', async () => {
    const names = (reply: ToolchainReply<{ capabilities: unknown }>) =>
      (answered(reply).capabilities as { builtins: { name: string }[] }).builtins.map(({ name }) => name)
    expect(names(await toolchain.capabilities())).toContain('http.send')
    const some = names(await toolchain.capabilities({ builtinNames: ['count'] }))
    expect(some.filter((name) => !name.startsWith('internal.'))).toEqual(['count'])
  })
})

describe('parse', () => {
  it('gives the syntax tree with annotations', async () => {
    const { modules } = answered(await toolchain.parse({ files }))
    expect(modules).toMatchObject({
      'pol/limits.rego': {
        package: { path: [{}, { value: 'pol' }, { value: 'limits' }] },
        annotations: [{ scope: 'rule', title: 'Spending limit', custom: { severity: 'high' } }],
      },
    })
    expect(modules).not.toHaveProperty(['pol/limits.rego', 'rules', 1, 'location'])
  })

  it('gives the place of every rule and term when asked to, in the one call only', async () => {
    const located = answered(await toolchain.parse({ files, locations: true })).modules
    expect(located['pol/limits.rego']).toMatchObject({
      rules: [
        {},
        {
          location: { row: 9, col: 1 },
          body: [{ terms: [{}, { location: { row: 10, col: 2 } }, { location: { row: 10, col: 17 } }] }, {}],
        },
        {},
      ],
    })
    const { modules } = answered(await toolchain.parse({ files }))
    expect(modules).not.toHaveProperty(['pol/limits.rego', 'rules', 1, 'location'])
  })

  it('names file, row and column of the errors of all files', async () => {
    const bad = { 'b.rego': 'package b\n\nallow { 1 }\n', 'a.rego': 'package a\n\nx if {' }
    expect(refused(await toolchain.parse({ files: bad }))).toMatchObject([
      { code: 'rego_parse_error', file: 'a.rego', row: 3, col: 6 },
      { code: 'rego_parse_error', file: 'b.rego', row: 3, col: 1, message: expect.stringContaining('`if`') },
    ])
  })
})

describe('check', () => {
  it('counts the modules of a sound set', async () => {
    expect(answered(await toolchain.check({ files }))).toMatchObject({ modules: 1 })
  })

  it('places type errors and unsafe variables', async () => {
    const bad = { 'x.rego': 'package x\n\nallow if foo(1)\n', 'y.rego': 'package y\n\nb := z + 1\n' }
    const errors = refused(await toolchain.check({ files: bad }))
    expect(errors).toContainEqual(
      expect.objectContaining({ code: 'rego_type_error', file: 'x.rego', row: 3, col: 10 }),
    )
    expect(refused(await toolchain.check({ files: { 'y.rego': bad['y.rego'] } }))).toMatchObject([
      { code: 'rego_unsafe_var_error', file: 'y.rego', row: 3, message: 'var z is unsafe' },
    ])
  })

  it('finds unused imports when strict', async () => {
    const unused = { 'x.rego': 'package x\n\nimport data.other\n\nallow := true\n' }
    expect((await toolchain.check({ files: unused })).ok).toBe(true)
    expect(refused(await toolchain.check({ files: unused, strict: true }))).toMatchObject([
      { code: 'rego_compile_error', file: 'x.rego', row: 3, col: 1 },
    ])
  })
})

describe('format', () => {
  it('formats as opa fmt does', async () => {
    const reply = await toolchain.format({ 'x.rego': 'package x\nallow   if { input.a==1;input.b==2 }' })
    expect(answered(reply).files).toEqual({
      'x.rego': 'package x\n\nallow if {\n\tinput.a == 1\n\tinput.b == 2\n}\n',
    })
  })

  it('formats none when one does not parse', async () => {
    const reply = await toolchain.format({ 'a.rego': 'package a\n', 'x.rego': 'package x\nallow if {' })
    expect(refused(reply)).toMatchObject([{ code: 'rego_parse_error', file: 'x.rego', row: 2 }])
  })
})

describe('compile', () => {
  it('gives a module, its entry points in order, the data and the annotations', async () => {
    const entrypoints = ['pol/limits/why', 'pol/limits/allow']
    const compiled = answered(await toolchain.compile({ files, entrypoints }))
    expect(compiled.entrypoints.slice(0, 2)).toEqual(entrypoints)
    expect(compiled.data).toEqual({ limits: { max: 10 } })
    expect(compiled.manifest).toMatchObject({
      wasm: [{}, { entrypoint: 'pol/limits/allow', annotations: [{ title: 'Spending limit' }] }],
    })
    expect([...compiled.wasm.subarray(0, 4)]).toEqual([0, 0x61, 0x73, 0x6d])
  })

  it('takes entry points from annotations', async () => {
    const annotated = { 'x.rego': 'package x\n\n# METADATA\n# entrypoint: true\nallow if input.a\n' }
    expect(answered(await toolchain.compile({ files: annotated, entrypoints: [] })).entrypoints).toEqual([
      'x/allow',
    ])
  })

  it('gives the same bytes for the same files', async () => {
    const request = { files, entrypoints: ['pol/limits/allow'] }
    const first = answered(await toolchain.compile(request))
    expect(answered(await toolchain.compile(request)).wasm).toEqual(first.wasm)
  })

  it('places the errors of every file, and refuses entry points that are none', async () => {
    const bad = { 'x.rego': 'package x\nallow if {', 'y.rego': 'package y\nb if }' }
    expect(refused(await toolchain.compile({ files: bad, entrypoints: ['x/allow'] }))).toMatchObject([
      { code: 'rego_parse_error', file: 'x.rego', row: 2, col: 10 },
      { code: 'rego_parse_error', file: 'y.rego', row: 2, col: 6 },
    ])
    expect(refused(await toolchain.compile({ files, entrypoints: ['pol/none'] }))).toMatchObject([
      { code: 'opa_error', message: expect.stringContaining('pol/none') },
    ])
  })
})

describe('test', () => {
  const tested = { ...files, 'pol/limits_test.rego': limitsTest }

  it('runs tests, tables and todos in the order of the file', async () => {
    const reply = answered(await toolchain.test({ files: tested }))
    expect(reply.results.map(({ name, outcome, row }) => [name, outcome, row])).toEqual([
      ['test_small', 'pass', 5],
      ['test_large', 'pass', 7],
      ['test_wrong', 'fail', 9],
      ['todo_test_later', 'skip', 11],
      ['test_table', 'pass', 13],
    ])
    expect(reply).toMatchObject({ passed: 3, failed: 1, errored: 0, skipped: 1 })
    expect(reply.results[4]!.cases).toEqual([
      { name: 'many', pass: true },
      { name: 'one', pass: true },
    ])
  })

  it('runs a selection, over the data given with the call', async () => {
    const reply = await toolchain.test({ files: tested, run: 'test_small', data: { limits: { max: 0 } } })
    expect(answered(reply).results).toMatchObject([{ name: 'test_small', outcome: 'fail' }])
  })

  it('traces what fails', async () => {
    const reply = answered(await toolchain.test({ files: tested, run: 'test_wrong', explain: 'fails' }))
    expect(reply.results[0]!.trace).toContain('pol/limits.rego:10')
  })

  it('reports coverage line by line', async () => {
    const { coverage } = answered(await toolchain.test({ files: tested, coverage: true }))
    const report = coverage!.files['pol/limits.rego']!
    expect(report.not_covered?.map(({ start }) => start.row)).toContain(17)
    expect(coverage!.coverage).toBeGreaterThan(50)
  })

  it('ends a test that takes too long, and goes on', async () => {
    const slow = {
      'slow_test.rego': `package slow_test

test_slow if count([1 | some i in numbers.range(1, 100000); some j in numbers.range(1, 100000); i < j]) > 0

test_wrong_argument if 1 / 0 == 1

test_quick if true
`,
    }
    const reply = answered(await toolchain.test({ files: slow, timeoutMs: 100 }))
    expect(reply.results).toMatchObject([
      { name: 'test_slow', outcome: 'error', errors: [{ code: 'eval_cancel_error' }] },
      {
        name: 'test_wrong_argument',
        outcome: 'error',
        errors: [{ code: 'eval_builtin_error', row: 5, col: 24 }],
      },
      { name: 'test_quick', outcome: 'pass' },
    ])
  })

  it('refuses tests that do not compile', async () => {
    const bad = { 'x_test.rego': 'package x_test\n\ntest_a if data.x.f(1)\n' }
    expect(refused(await toolchain.test({ files: bad }))).toMatchObject([
      { code: 'rego_type_error', file: 'x_test.rego', row: 3 },
    ])
  })
})

describe('compile tests', () => {
  const tested = { ...files, 'pol/limits_test.rego': limitsTest }

  it('makes an entry point of each test, in the order of the file, but of none that is left for later', async () => {
    const reply = answered(await toolchain.compileTests({ files: tested }))
    const about = { package: 'data.pol.limits_test', file: 'pol/limits_test.rego' }
    expect(reply.tests).toEqual([
      { ...about, name: 'test_small', row: 5, entrypoint: 'pol/limits_test/test_small' },
      { ...about, name: 'test_large', row: 7, entrypoint: 'pol/limits_test/test_large' },
      { ...about, name: 'test_wrong', row: 9, entrypoint: 'pol/limits_test/test_wrong' },
      { ...about, name: 'todo_test_later', row: 11 },
      { ...about, name: 'test_table', row: 13, entrypoint: 'pol/limits_test/test_table', table: true },
    ])
    expect([...reply.wasm!.subarray(0, 4)]).toEqual([0, 0x61, 0x73, 0x6d])
  })

  it('compiles those that are asked for, and nothing where there are none', async () => {
    const small = answered(await toolchain.compileTests({ files: tested, run: 'test_small' }))
    expect(small.tests.map(({ name }) => name)).toEqual(['test_small'])
    expect(answered(await toolchain.compileTests({ files: tested, run: 'later' })).wasm).toBeUndefined()
    expect(answered(await toolchain.compileTests({ files: tested, run: 'nowhere' }))).toEqual({
      ok: true,
      tests: [],
    })
  })

  it('takes no function for a test, and numbers tests of one name across files', async () => {
    const same = {
      'a_test.rego': 'package a_test\n\ntest_x if true\n\ntest_helper(x) if x\n\nin.deep.test_y if true\n',
      'b_test.rego': 'package a_test\n\ntest_x if false\n\ntest_x[case] if some case in ["c"]\n',
    }
    const { tests } = answered(await toolchain.compileTests({ files: same }))
    expect(tests.map(({ name, entrypoint, file, table }) => [name, entrypoint, file, table])).toEqual([
      ['test_x', 'a_test/test_x', 'a_test.rego', undefined],
      ['in.deep.test_y', 'a_test/in/deep/test_y', 'a_test.rego', undefined],
      ['test_x#01', 'a_test/test_x#01', 'b_test.rego', undefined],
      ['test_x#02', 'a_test/test_x#02', 'b_test.rego', true],
    ])
  })

  it('leaves no trace in the compiles that follow', async () => {
    const named = { 'x.rego': 'package x\n\ntest_a if input.a\n\ntest_a if input.b\n' }
    const compile = async () =>
      answered(await toolchain.compile({ files: named, entrypoints: ['x/test_a'] })).wasm
    const before = await compile()
    answered(await toolchain.compileTests({ files: named }))
    expect(await compile()).toEqual(before)
  })

  it('refuses tests that do not compile, and patterns that are none', async () => {
    const bad = { 'x_test.rego': 'package x_test\n\ntest_a if data.x.f(1)\n' }
    expect(refused(await toolchain.compileTests({ files: bad }))).toMatchObject([
      { code: 'rego_type_error', file: 'x_test.rego', row: 3 },
    ])
    expect(refused(await toolchain.compileTests({ files: tested, run: '(' }))).toMatchObject([
      { message: expect.stringContaining('missing closing )') },
    ])
  })
})

describe('eval', () => {
  const input = { amount: 12, roles: ['clerk'] }

  it('answers a query over rules, data files and input, with what was printed', async () => {
    const reply = answered(await toolchain.eval({ files, query: 'x := data.pol.limits.why', input }))
    expect(reply.result).toMatchObject([{ bindings: { x: ['12 is too much'] } }])
    expect(reply.printed).toContain('refused 12')
  })

  it('puts the data of the call over the data files', async () => {
    const request = { files, query: 'data.pol.limits.allow', input, data: { limits: { max: 100 } } }
    expect(answered(await toolchain.eval(request)).result[0]!.expressions[0]!.value).toBe(true)
  })

  it('answers an undefined query with no row', async () => {
    expect(answered(await toolchain.eval({ files, query: 'data.pol.none' })).result).toEqual([])
  })

  it('traces and covers', async () => {
    const request = { files, query: 'data.pol.limits.allow', input, explain: 'full', coverage: true } as const
    const reply = answered(await toolchain.eval(request))
    expect(reply.traceText).toContain('Enter data.pol.limits.allow')
    expect(reply.trace).toContainEqual(
      expect.objectContaining({ op: 'Fail', file: 'pol/limits.rego', row: 10 }),
    )
    expect(reply.coverage?.files['pol/limits.rego']?.covered).not.toEqual([])
  })

  it('keeps large integers exact', async () => {
    const reply = await toolchain.eval({ files: {}, query: 'x := sprintf("%d", [9007199254740993])' })
    expect(answered(reply).result[0]!.bindings).toEqual({ x: '9007199254740993' })
  })

  it('leaves an expression undefined when its built-in fails, or says so when strict', async () => {
    const request = { files: {}, query: 'x := 1 / input.zero', input: { zero: 0 } }
    expect(answered(await toolchain.eval(request)).result).toEqual([])
    expect(refused(await toolchain.eval({ ...request, strict: true }))).toMatchObject([
      { code: 'eval_builtin_error', message: expect.stringContaining('divide by zero') },
    ])
  })

  it('places conflicting values and errors in the query', async () => {
    const conflict = { 'x.rego': 'package x\n\na := 1 if input.a\n\na := 2 if input.a\n' }
    expect(
      refused(await toolchain.eval({ files: conflict, query: 'data.x.a', input: { a: 1 } })),
    ).toMatchObject([{ code: 'eval_conflict_error', file: 'x.rego', row: 5, col: 1 }])
    expect(refused(await toolchain.eval({ files, query: 'data.x.' }))).toMatchObject([
      { code: 'rego_parse_error', row: 1, col: 7 },
    ])
  })

  it('gives up after its time', async () => {
    const query = 'count([1 | some i in numbers.range(1, 100000); some j in numbers.range(1, 100000); i < j])'
    expect(refused(await toolchain.eval({ files: {}, query, timeoutMs: 100 }))).toMatchObject([
      { code: 'eval_cancel_error' },
    ])
  })
})

describe('evalMany', () => {
  it('answers each input in its place; one that fails stops no other', async () => {
    const rules = { 'x.rego': 'package x\n\na := 1 if input.one\n\na := 2 if input.two\n' }
    const inputs = [{ one: true }, { one: true, two: true }, {}, { two: true }]
    const { results } = answered(await toolchain.evalMany({ files: rules, query: 'data.x.a', inputs }))
    expect(results).toMatchObject([
      { ok: true, values: [1] },
      { ok: false, errors: [{ code: 'eval_conflict_error', file: 'x.rego', row: 5 }] },
      { ok: true, values: [] },
      { ok: true, values: [2] },
    ])
  })

  it('agrees with eval on many inputs', async () => {
    const inputs = Array.from({ length: 2_000 }, (_, i) => ({
      amount: i % 20,
      roles: i % 3 ? ['clerk'] : [],
    }))
    const { results } = answered(await toolchain.evalMany({ files, query: 'data.pol.limits.allow', inputs }))
    expect(results).toEqual(
      inputs.map(({ amount, roles }) => ({ ok: true, values: [amount < 10 && roles.length > 0] })),
    )
  })

  it('shares one time limit among all inputs', async () => {
    const query =
      'count([1 | some i in numbers.range(1, input.n); some j in numbers.range(1, input.n); i < j]) >= 0'
    const inputs = [{ n: 1 }, { n: 100_000 }, { n: 100_000 }]
    const { results } = answered(await toolchain.evalMany({ files: {}, query, inputs, timeoutMs: 300 }))
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false])
  })
})
