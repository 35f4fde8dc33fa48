import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { BuiltinHalt, policyBuiltinNames } from '#src/policy/builtins/index.js'
import { NATIVE_BUILTINS } from '#src/policy/toolchain/capabilities.js'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { load } from './differential.js'

const toolchain = openToolchain()
afterAll(() => toolchain.close())

async function compile(rego: string): Promise<Uint8Array> {
  const files = { 'host.rego': `package host\n\n${rego}\n` }
  const compiled = await toolchain.compile({
    files,
    entrypoints: ['host/answer'],
    hosted: policyBuiltinNames,
  })
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors))
  return compiled.wasm
}

describe('a compiled policy', () => {
  test.each([
    ['time.now_ns()', 'time.now_ns'],
    ['http.send({"url": "http://localhost", "method": "get"})', 'http.send'],
    ['rand.intn("a", 2)', 'rand.intn'],
    ['uuid.rfc4122("a")', 'uuid.rfc4122'],
    ['opa.runtime()', 'opa.runtime'],
    ['net.lookup_ip_addr("localhost")', 'net.lookup_ip_addr'],
  ])('that calls %s is refused at load, by name', async (call, name) => {
    const wasm = await compile(`answer := [${call}, semver.is_valid("1.0.0")]`)
    await expect(load(wasm)).rejects.toThrow(`not available: ${name}`)
  })

  test('goes on where a built-in has no answer', async () => {
    const policy = await load(
      await compile(`answer := {"versions": [v | some t in input; v := semver.compare(t, "1.0.0")]}`),
    )
    expect(policy(['2.0.0', 'not one', 7, '0.1.0'])).toEqual({ versions: [1, -1] })
  })

  test('keeps every nanosecond', async () => {
    const policy = await load(
      await compile(`answer := format_int(time.parse_rfc3339_ns(input) - 1700000000000000000, 10)`),
    )
    expect(policy('2023-11-14T22:13:20.000000001Z')).toBe('1')
  })

  test('gets sets as sets, and hands them over as such', async () => {
    const policy = await load(
      await compile(`
expanded := net.cidr_expand(input)
answer := {
	"set": is_set(expanded),
	"member": "10.0.0.1" in expanded,
	"subset": object.subset({"a", "b", "c"}, {"c", "a"}),
	"patched": is_set(json.patch({"k": {1, 2}}, [{"op": "remove", "path": ["k", 1]}]).k),
}`),
    )
    expect(policy('10.0.0.0/30')).toEqual({ set: true, member: true, subset: true, patched: true })
  })

  test('keeps bytes that are no text, and ends where they would be a key or in a set', async () => {
    const policy = await load(
      await compile(`
answer := {"plain": [hex.encode(hex.decode(h)) | some h in input.bytes], "inside": inside}

inside := [hex.encode(x) | some h in input.bytes; x := object.union_n([{"a": ["é", hex.decode(h)]}, {}]).a[1]]

answer := object.union_n([{hex.decode(input.key): 1}, {}])

answer := json.filter({"a": {hex.decode(input.member)}}, ["a"])`),
    )
    const bytes = ['6869', 'ff', 'c328']
    expect(policy({ bytes })).toEqual({ plain: bytes, inside: bytes })
    expect(() => policy({ key: 'ff' })).toThrow(BuiltinHalt)
    expect(() => policy({ member: 'ff' })).toThrow(BuiltinHalt)
  })

  test('ends with the reason where an answer would be too large, and can be asked again', async () => {
    const policy = await load(
      await compile(
        `answer := count(numbers.range_step(1, input, 2)) if count(net.cidr_expand("::/125")) == 8`,
      ),
    )
    expect(() => policy(1e12)).toThrow(BuiltinHalt)
    expect(policy(9)).toBe(5)
  })

  test.each([
    'count(numbers.range(1, input))',
    'bits.lsh(1, input)',
    'product([bits.lsh(1, 6000), bits.lsh(1, 6000), input])',
    'bits.lsh(1, 6000) * bits.lsh(input, 6000)',
    'concat(sprintf("%*d", [100000, input]), [sprintf("%d", [i]) | some i in numbers.range(1, 1000)])',
    'replace(sprintf("%*d", [1000, 1]), " ", sprintf("%*d", [100000, input]))',
    'bits.lsh(1, 9000) / (1 / bits.lsh(input, 9000))',
  ])('ends where %s would be too large', async (call) => {
    const policy = await load(await compile(`answer := ${call}`))
    expect(() => policy(1e9)).toThrow(BuiltinHalt)
  })

  test('ends where JSON is nested deeper than can be read, and can be asked again', async () => {
    const policy = await load(await compile('answer := json.unmarshal(input)'))
    expect(() => policy('['.repeat(100_000) + ']'.repeat(100_000))).toThrow()
    expect(policy('[1]')).toEqual([1])
  })

  test('ends where a time would be written with the abbreviation of its zone', async () => {
    const policy = await load(await compile(`answer := time.format([0, input, "15:04 MST"])`))
    expect(policy('UTC')).toBe('00:00 UTC')
    expect(() => policy('Europe/Berlin')).toThrow(BuiltinHalt)
  })

  test('keeps the halves of a character that a template cuts, and joins them again', async () => {
    const policy = await load(await compile(`answer := strings.render_template(input, {"a": "é"})`))
    expect(policy('{{slice .a 0 1}}')).toBe('\ufffd')
    expect(policy('{{slice .a 0 1}}{{slice .a 1 2}}{{len (print (slice .a 0 1) (slice .a 1))}}')).toBe('é2')
  })

  test('renders a template of a hundred blocks around a hundred parentheses', async () => {
    const policy = await load(await compile(`answer := strings.render_template(input, {})`))
    const [blocks, ends] = ['{{range 1}}'.repeat(100), '{{end}}'.repeat(100)]
    expect(policy(`${blocks}{{${'(print '.repeat(100)}1${')'.repeat(100)}}}${ends}`)).toBe('1')
  })

  test.each([
    ['counts for ever', '{{range 9223372036854775807}}{{end}}'],
    ['calls itself', '{{define "a"}}{{template "a"}}{{end}}{{template "a"}}'],
    ['calls itself by the name of the whole', '{{range .}}{{template "template" $}}{{end}}'],
    ['doubles what it has', '{{$x := "x"}}{{range 64}}{{$x = print $x $x}}{{end}}'],
    ['asks for room', `{{printf "${'%1000000d'.repeat(99)}" ${'1 '.repeat(99)}}}`],
    ['asks for room for each of a list', '{{range 99}}{{$x := printf "%1000000v" $.list}}{{end}}'],
    ['reads what is long again and again', '{{range 9999999}}{{if eq $.long $.same}}{{end}}{{end}}'],
    ['has more parentheses than anyone reads', `{{${'('.repeat(100_000)}1${')'.repeat(100_000)}}}`],
    ['has more blocks than anyone reads', '{{if 1}}'.repeat(100_000)],
    ['prints an address', '{{printf "%p" .list}}'],
  ])('ends where a template %s, and can be asked again', async (_, template) => {
    const policy = await load(await compile(`answer := strings.render_template(input.template, input.of)`))
    const of = { list: [1, 2], long: `${'x'.repeat(99_999)}a`, same: `${'x'.repeat(99_999)}b` }
    expect(() => policy({ template, of })).toThrow(BuiltinHalt)
    expect(policy({ template: '{{index .list 0}}', of })).toBe('1')
  })

  test('finds a long text in a longer one, and trims by as long a set, in time that both can be waited for', async () => {
    const policy = await load(
      await compile(`answer := [
	contains(input.text, input.part),
	indexof(input.text, input.part),
	count(indexof_n(input.text, input.half)),
	strings.count(input.text, input.half),
	count(split(input.text, input.part)),
	count(replace(input.text, input.part, "")),
	count(trim(input.text, input.set)),
]`),
    )
    const a = 'a'.repeat(100_000)
    const text = `${a}${a}${a}ab${a}`
    expect(policy({ text, part: `${a}ab${a}`, half: a, set: `${a.replaceAll('a', 'c')}a` })).toEqual([
      true,
      200_000,
      200_003,
      4,
      2,
      200_000,
      1,
    ])
    expect(policy({ text, part: `${a}b${a}c`, half: `${a}b${a}b`, set: '' })).toEqual([
      false,
      -1,
      0,
      0,
      1,
      400_002,
      400_002,
    ])
  })

  test('ends where JSON holds a number of more digits than anyone reads', async () => {
    const policy = await load(await compile(`answer := json.unmarshal(input)`))
    expect(policy(`[${'7'.repeat(300)}]`)).toHaveLength(1)
    for (const number of ['7'.repeat(10_001), `0.${'0'.repeat(10_000)}1`])
      expect(() => policy(`[${number}]`)).toThrow(BuiltinHalt)
  })

  test('ends with its own complaint as an error', async () => {
    const policy = await load(await compile(`answer := 1 if input.a\n\nanswer := 2 if input.b`))
    expect(policy({ a: true })).toBe(1)
    expect(() => policy({ a: true, b: true })).toThrow(/conflict|multiple outputs/)
  })
})

describe('the list of built-ins', () => {
  test('names what OPA knows and does not compile in, or not as its interpreter has it', async () => {
    const reply = await toolchain.capabilities()
    if (!reply.ok) throw new Error(JSON.stringify(reply.errors))
    const { builtins } = reply.capabilities as { builtins: { name: string; nondeterministic?: boolean }[] }
    const known = builtins.filter((builtin) => !builtin.nondeterministic).map((builtin) => builtin.name)
    expect(policyBuiltinNames.filter((name) => !known.includes(name))).toEqual([])
    expect(policyBuiltinNames.filter((name) => NATIVE_BUILTINS.includes(name))).toEqual([
      'abs',
      'array.slice',
      'base64.decode',
      'base64.is_valid',
      'base64url.decode',
      'bits.and',
      'bits.lsh',
      'bits.negate',
      'bits.or',
      'bits.rsh',
      'bits.xor',
      'ceil',
      'concat',
      'contains',
      'div',
      'floor',
      'format_int',
      'glob.match',
      'indexof',
      'internal.template_string',
      'json.filter',
      'json.is_valid',
      'json.marshal',
      'json.remove',
      'json.unmarshal',
      'minus',
      'mul',
      'net.cidr_contains',
      'net.cidr_intersects',
      'numbers.range',
      'object.union_n',
      'plus',
      'product',
      'regex.find_all_string_submatch_n',
      'regex.is_valid',
      'regex.match',
      'rem',
      'replace',
      'round',
      'split',
      'substring',
      'sum',
      'to_number',
      'trim',
      'trim_left',
      'trim_right',
    ])
  })
})

test('a value goes to the host and comes back as it was', async () => {
  const policy = await load(await compile('answer := object.union_n([input]).value'))
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      expect(policy({ value })).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('what JSON lacks goes to the host and comes back too', async () => {
  const value = '[1.0, set(), {"a": -9223372036854775808}, {[1]: {2}}, 1e400, "\\u0000é"]'
  const policy = await load(
    await compile(`answer := [value, array.slice([value], 0, 1)[0] == value]

value := object.union_n([{"value": ${value}}]).value`),
  )
  expect(policy(null)).toEqual([[1, [], { a: -(2 ** 63) }, { '[1]': [2] }, Infinity, '\0é'], true])
})
