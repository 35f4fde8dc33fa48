/** Strings that are no UTF-8, which `base64.decode` and `hex.decode` make of what a caller sends. */
import fc from 'fast-check'
import { type Calls, generated, type Suite } from '../differential.js'

// Halves of characters among whole ones: é is C3 A9, U+1F600 is F0 9F 98 80.
const byte = fc.constantFrom(
  '61',
  '61',
  '62',
  'c3',
  'a9',
  'ff',
  '80',
  'c3a9',
  'f09f9880',
  '20',
  'c285',
  'e280a8',
)
const hex = (minLength: number, maxLength: number) =>
  fc.array(byte, { minLength, maxLength }).map((bytes) => bytes.join(''))
const [text, part, some] = [hex(0, 8), hex(0, 2), hex(1, 2)]
const plain = fc.constantFrom('a', 'b', 'é', '\u{1f600}', '\ufffd', 'ab', '')
const at = fc.integer({ min: -1, max: 6 })

const t = 'hex.decode(c[0])'
const p = 'hex.decode(c[1])'
const each = (call: string) => `[hex.encode(part) | some part in ${call}]`

const strings: Calls = {
  [`hex.encode(replace(${t}, ${p}, hex.decode(c[2])))`]: generated(500, text, some, part),
  [`hex.encode(replace(${t}, c[1], c[2]))`]: generated(
    200,
    text,
    plain.filter((x) => x !== ''),
    plain,
  ),
  [`hex.encode(substring(${t}, c[1], c[2]))`]: generated(500, text, at, at),
  [`indexof(${t}, ${p})`]: generated(500, text, part),
  [`indexof(${t}, c[1])`]: generated(200, text, plain),
  [`indexof_n(${t}, ${p})`]: generated(500, text, part),
  [`contains(${t}, ${p})`]: generated(300, text, part),
  [`strings.count(${t}, ${p})`]: generated(300, text, part),
  [each(`split(${t}, ${p})`)]: generated(500, text, part),
  [each(`strings.split_n(${t}, ${p}, c[2])`)]: generated(500, text, part, at),
  [`strings.any_prefix_match(${t}, [${p}])`]: generated(300, text, part),
  [`strings.any_suffix_match([${t}], ${p})`]: generated(300, text, part),
  [`hex.encode(trim(${t}, ${p}))`]: generated(500, text, hex(0, 3)),
  [`hex.encode(trim_left(${t}, ${p}))`]: generated(300, text, hex(0, 3)),
  [`hex.encode(trim_right(${t}, ${p}))`]: generated(300, text, hex(0, 3)),
  [`hex.encode(concat(${p}, [${t}, ${t}]))`]: generated(200, text, part),
  [`hex.encode(sprintf("%s|%v", [${t}, ${p}]))`]: generated(200, text, part),
}

const patterns: Calls = {
  [`regex.match("a.+b", ${t})`]: generated(300, text),
  [`regex.match("^[^a]*a.?$|\\\\x{FFFD}b", ${t})`]: generated(300, text),
  '[hex.encode(x) | some groups in regex.find_all_string_submatch_n("a(.)|(b)", hex.decode(c[0]), c[1]); some x in groups]':
    generated(300, text, at),
  [`glob.match("a*b", [], ${t})`]: generated(300, text),
  [`glob.match("*?[!a]*", ["b"], ${t})`]: generated(300, text),
  [each(`regex.find_n("[^a]|a+|\\\\x{FFFD}", ${t}, -1)`)]: generated(300, text),
  [each(`regex.split("a+|\\\\x{FFFD}b", ${t})`)]: generated(300, text),
  [`hex.encode(regex.replace(${t}, "(a)|([^ab])", "<$2$1>"))`]: generated(300, text),
  [`hex.encode(regex.replace(${t}, "b", ""))`]: generated(300, text),
  [`regex.template_match("a{.*}b", ${t}, "{", "}")`]: generated(300, text),
}

const others: Calls = {
  [`urlquery.encode(${t})`]: generated(100, text),
  [`hex.encode(urlquery.decode(${t}))`]: generated(100, text),
  [`hex.encode(urlquery.decode_object(${t})[_][_])`]: [['613dff'], ['613dc3a9']],
  [`hex.encode(uri.parse(${t}).path)`]: generated(
    100,
    text.filter((x) => x !== '' && !x.startsWith('20')),
  ),
  [`uri.is_valid(${t})`]: generated(100, text),
}

const inside = `[${t}, {"k": [1, ${t}], "l": 2}]`
const collections: Calls = {
  [`hex.encode(array.slice(${inside}, 0, 1)[0])`]: generated(50, text),
  [`hex.encode(array.slice(${inside}, 1, 2)[0].k[1])`]: generated(50, text),
  [`hex.encode(object.union_n([{"a": ${t}}, {"b": 1}]).a)`]: generated(50, text),
  [`hex.encode(json.filter({"a": ${inside}, "b": 1}, ["a"]).a[1].k[1])`]: generated(50, text),
  [`hex.encode(json.remove({"a": ${inside}, "b": 1}, ["b"]).a[0])`]: generated(50, text),
  [`hex.encode(json.patch({"a": ${inside}}, [{"op": "add", "path": "b", "value": 1}]).a[0])`]: generated(
    50,
    text,
  ),
}

export const byteCalls: Suite = {
  'strings that are no UTF-8': strings,
  'patterns over strings that are no UTF-8': patterns,
  'addresses that are no UTF-8': others,
  'collections with strings that are no UTF-8': collections,
}
