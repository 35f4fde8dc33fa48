import fc from 'fast-check'
import { type Calls, generated, mostly, type Suite } from '../differential.js'

const quad = fc
  .tuple(
    fc.constantFrom('0', '10', '10', '10', '127', '128', '192', '223', '255'),
    fc.constantFrom('0', '1', '2', '128', '254', '255'),
    ...[fc.constantFrom('0', '2', '255'), fc.constantFrom('0', '1', '4', '255')],
  )
  .map((octets) => octets.join('.'))
const inHex = (text: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number)
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}
const mapped = fc
  .tuple(fc.constantFrom('::ffff:$', '::FFFF:$', '0:0:0:0:0:ffff:$', '::ffff:#'), quad)
  .map(([form, text]) => form.replace('$', text).replace('#', inHex(text)))
const sixes = fc.oneof(
  fc.constantFrom('::', '::1', '2001:db8::', '2001:DB8::1', 'fd00::1', 'ffff::ffff:0:0', '::fffe:ffff:ffff'),
  // Neighbours of the mapped: these embed IPv4 in other ways.
  quad.map((text) => `::${text}`),
  quad.map((text) => `64:ff9b::${text}`),
  quad.map((text) => `::fffe:${text}`),
)
const odd = fc.constantFrom(
  ...[
    '',
    'x',
    '10.1.2',
    '010.1.2.3',
    '10.1.2.3.4',
    '10.1.2.256',
    'fe80::1%en0',
    '::ffff:10.1.2',
    ':::',
    '1::2::3',
  ],
)
const address = fc.oneof(
  { weight: 6, arbitrary: quad },
  { weight: 6, arbitrary: mapped },
  { weight: 4, arbitrary: sixes },
  odd,
)

const under = (
  of: fc.Arbitrary<string>,
  ...prefixes: fc.Arbitrary<number | string>[]
): fc.Arbitrary<string> => fc.tuple(of, fc.oneof(...prefixes)).map(([text, prefix]) => `${text}/${prefix}`)
const up = (min: number, max: number) => fc.integer({ min, max })
const strange = fc.constantFrom('-1', '+8', '08', '33', '129', '', '8/8', ' 8')
const network = fc.oneof(
  { weight: 6, arbitrary: under(quad, up(0, 32), up(6, 10)) },
  { weight: 6, arbitrary: under(mapped, up(96, 128), up(102, 106), up(79, 98), up(0, 128)) },
  { weight: 4, arbitrary: under(sixes, up(0, 128), up(79, 98)) },
  under(address, strange),
  address,
)
const few = fc.oneof(
  under(quad, up(27, 32)),
  under(mapped, up(123, 128)),
  under(sixes, up(123, 128)),
  under(odd, up(30, 32)),
)

const tests: Calls = {
  'net.cidr_contains(c[0], c[1])': [
    ['10.0.0.0/8', '::ffff:10.2.3.4'],
    ['::ffff:10.0.0.0/104', '10.2.3.4'],
    ['::ffff:10.0.0.0/104', '10.2.0.0/16'],
    ['::/0', '::ffff:10.2.3.4'],
    ['0.0.0.0/0', '::10.2.3.4'],
    ...generated(1500, mostly(network), mostly(fc.oneof(address, network))),
  ],
  'net.cidr_intersects(c[0], c[1])': [
    ['10.0.0.0/8', '::ffff:10.2.0.0/112'],
    ...generated(1000, mostly(network), mostly(network)),
  ],
  'net.cidr_is_valid(c[0])': generated(500, mostly(network)),
}

const networks = fc.oneof(
  network,
  fc.array(fc.oneof(network, network, fc.array(network, { maxLength: 2 })), { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('a', 'b'), network),
)
const matches: Calls = {
  'net.cidr_contains_matches(c[0], c[1])': generated(800, mostly(networks), mostly(networks)),
  'net.cidr_contains_matches({x | some x in c[0]}, {x | some x in c[1]})': generated(
    200,
    fc.array(network, { maxLength: 3 }),
    fc.array(network, { maxLength: 3 }),
  ),
}

// None that are mapped, or hold those that are: of such OPA makes nonsense, or panics.
const far = fc.constantFrom('2001:db8::', '2001:db8::8', '2001:DB8:8000::1', 'fd00::1')
const merged = fc.oneof(quad, under(quad, up(1, 32), up(22, 32)), under(far, up(31, 34), up(120, 128)))
const lists: Calls = {
  'net.cidr_expand(c[0])': generated(200, mostly(few)),
  'net.cidr_merge(c[0])': generated(500, mostly(fc.array(mostly(merged), { maxLength: 4 }))),
}

export const netCalls: Suite = {
  'addresses and networks hold each other, IPv4 mapped into IPv6 included': tests,
  'networks are matched with networks': matches,
  'networks are expanded and merged': lists,
}
