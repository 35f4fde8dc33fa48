import fc from 'fast-check'
import { awkwardText, type Calls, generated, mostly, type Suite } from '../differential.js'

const letters = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\u{1f600}'), maxLength })
const part = letters(2)
const some = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\u{1f600}'), minLength: 1, maxLength: 2 })
const texts = fc.oneof(part, fc.array(mostly(part), { maxLength: 3 }))

const limit = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(1.5, 2 ** 53, -1e18, 2 ** 63))
const setOf = (n: number) => `{x | some x in c[${n}]}`
const strings: Calls = {
  'strings.any_prefix_match(c[0], c[1])': generated(300, texts, mostly(texts)),
  'strings.any_suffix_match(c[0], c[1])': generated(300, texts, texts),
  [`strings.any_prefix_match(${setOf(0)}, ${setOf(1)})`]: generated(100, fc.array(part), fc.array(part)),
  'strings.count(c[0], c[1])': generated(300, mostly(letters(8)), part),
  'strings.split_n(c[0], c[1], c[2])': generated(500, letters(8), mostly(part), limit),
  'replace(c[0], c[1], c[2])': generated(500, mostly(letters(8)), mostly(some), mostly(part)),
  // OPA takes characters of several bytes apart here.
  'replace(c[0], "", c[1])': generated(
    100,
    fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }),
    part,
  ),
  'indexof(c[0], c[1])': generated(500, letters(8), mostly(part)),
  'concat(c[0], c[1])': generated(300, mostly(part), mostly(fc.array(mostly(part), { maxLength: 4 }))),
  [`concat(c[0], ${setOf(1)})`]: generated(200, part, fc.array(letters(3))),
  'crypto.sha256(concat("", [hex.decode(c[0]), hex.decode(c[1])]))': [
    ['ff', '00'],
    ['c3', 'a9'],
  ],
  'indexof_n(c[0], c[1])': generated(500, letters(8), mostly(part)),
  'glob.quote_meta(c[0])': [['a*b?c[d]{e,f}\\!-'], ...generated(100, mostly(awkwardText()))],
  'trace(c[0])': [['note']],
}

const base64 = fc.oneof(
  fc.uint8Array({ maxLength: 7 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  fc.uint8Array({ maxLength: 7 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
  fc.string({ unit: fc.constantFrom(...'Qz09+/-_= \n\ré\0'), maxLength: 9 }),
)
const bytes: Calls = {
  'base64.decode(c[0])': generated(500, mostly(base64)),
  'base64.is_valid(c[0])': generated(300, mostly(base64)),
  'base64url.decode(c[0])': generated(500, mostly(base64)),
  'hex.encode(base64.decode(c[0]))': [['//8='], ['wyg='], ['AA==']],
  'hex.decode(c[0])': [['ff'], ['00'], ['c3a9'], ['f']],
}

const shown = fc.oneof(fc.jsonValue({ maxDepth: 2 }), awkwardText(), fc.array(letters(2)))
const templates: Calls = {
  '$"{c[0]} in {c[1]}"': generated(300, shown, shown),
  [`$"{${setOf(0)}}, \\{{c[1]}}"`]: generated(100, fc.array(shown), shown),
  '$"{c[0].none}"': [[{}]],
}

// Not the long number: two versions that differ in nothing else keep OPA busy for ever.
const identifier = fc.constantFrom('0', '1', '10', 'a', 'alpha', '-', 'x-1', '9223372036854775807')
const identifiers = fc
  .array(mostlyText(identifier, '01', ''), { minLength: 1, maxLength: 3 })
  .map((x) => x.join('.'))
const numeral = mostlyText(
  fc.constantFrom('0', '1', '2', '10', '9223372036854775807'),
  '01',
  '9223372036854775808',
  '',
)
const version = fc
  .tuple(
    mostlyText(fc.constantFrom('', 'v'), 'vv', ' '),
    fc.tuple(numeral, numeral, numeral).map((x) => x.join('.')),
    fc.oneof(
      fc.constant(''),
      identifiers.map((x) => `-${x}`),
    ),
    fc.oneof(
      fc.constant(''),
      identifiers.map((x) => `+${x}`),
    ),
  )
  .map((x) => x.join(''))

function mostlyText(expected: fc.Arbitrary<string>, ...odd: string[]): fc.Arbitrary<string> {
  return fc.oneof({ weight: 20, arbitrary: expected }, fc.constantFrom(...odd))
}

const versions: Calls = {
  'semver.is_valid(c[0])': generated(400, mostly(version)),
  'semver.compare(c[0], c[1])': generated(1000, mostly(version), version),
}

const amount = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).map(String),
  fc.constantFrom(
    ...['', '.', '1.', '.5', '1e3', '1e-3', '1E+2', '+5', '-5', '1.2.3', '1e0000001', '0.1', '010', 'e5'],
    ...['18446744073709551617', '0.30000000000000000000001', '1-2'],
  ),
)
const size = fc.constantFrom(
  ...[
    '',
    '',
    'm',
    'k',
    'K',
    'Ki',
    'M',
    'Mi',
    'MB',
    'mib',
    'G',
    'gi',
    'GiB',
    'T',
    'Ti',
    'P',
    'E',
    'Ei',
    'eb',
    'e',
  ],
  ...['kb', 'b', 'x', 'KI', '\u212a', ' k', '"k"'],
)
const quantity = fc.tuple(amount, size).map((x) => x.join(''))

const bound = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: -50, max: 50 }) },
  fc.constantFrom('1', null, 1.5),
)
const step = fc.oneof(fc.integer({ min: -1, max: 9 }), fc.constantFrom(0.5, 1e2))
const quantities: Calls = {
  'units.parse(c[0])': generated(600, mostly(quantity)),
  'units.parse_bytes(c[0])': generated(600, mostly(quantity)),
  'numbers.range_step(c[0], c[1], c[2])': generated(200, bound, bound, step),
  'numbers.range_step(1e20, 100000000000000000003, c[0])': [[1], [2], [1e3]],
}

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: length, maxLength: length })
const uuid = fc
  .tuple(
    ...[digits(8), digits(4), fc.constantFrom('1', '1', '2', '2', '4', '7', 'f'), digits(3)],
    ...[
      fc.constantFrom('8', '9', 'c', 'e', '0'),
      digits(1),
      fc.constantFrom('00', '01', '02', 'ff'),
      digits(12),
    ],
  )
  .map(([a, b, version, c, variant, d, domain, e]) => `${a}-${b}-${version}${c}-${variant}${d}${domain}-${e}`)
const spelling = fc.constantFrom('$', '$', '{$}', 'urn:uuid:$', 'URN:UUID:$', '($]', 'urn:uuix:$', '', '$0')
const spelt = fc
  .tuple(uuid, spelling)
  .map(([id, how]) => (how === '' ? id.replaceAll('-', '') : how.replace('$', id)))

const uuids: Calls = { 'uuid.parse(c[0])': generated(400, mostly(spelt)) }

export const textCalls: Suite = {
  'strings are counted, cut and searched by code points': strings,
  'bytes are read from base64 that is written as it should be': bytes,
  'values stand in templates as OPA prints them': templates,
  'versions are compared as OPA compares them': versions,
  'quantities are computed without the roundings of doubles': quantities,
  'UUIDs tell what they tell OPA': uuids,
}
