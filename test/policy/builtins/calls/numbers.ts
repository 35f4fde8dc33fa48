import fc from 'fast-check'
import { type Calls, generated, mostly, type Suite } from '../differential.js'

// Numbers go as texts, for JavaScript would round them.
const n = (i: number) => `json.unmarshal(c[${i}])`

const small = fc.integer({ min: -20, max: 20 }).map(String)
const large = fc.bigInt({ min: -(2n ** 130n), max: 2n ** 130n }).map(String)
const digits = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength })
const price = fc.tuple(fc.integer({ min: -9999, max: 99999 }), digits(2)).map((parts) => parts.join('.'))
const fraction = fc.tuple(fc.oneof(small, large), digits(30)).map((parts) => parts.join('.'))
const power = fc
  .tuple(
    fc.oneof(small, price, fraction),
    fc.constantFrom('e', 'E'),
    fc.oneof(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -420, max: 420 })),
  )
  .map((parts) => parts.join(''))
const awkward = fc.constantFrom(
  ...[
    '0',
    '-0',
    '0.0',
    '-0.0',
    '1.0',
    '2.00',
    '10e-1',
    '1e+2',
    '0.1',
    '0.2',
    '0.3',
    '1.1',
    '0.5',
    '-0.5',
    '2.5',
  ],
  ...['9007199254740993', '-9007199254740993', '2147483647', '2147483648', '-2147483648', '-2147483649'],
  ...['9223372036854775807', '9223372036854775808', '-9223372036854775808', '18446744073709551615'],
  ...[
    '18446744073709551616',
    '12345678901234567890.5',
    '1.7976931348623157e308',
    '5e-324',
    '1e400',
    '-1e-400',
  ],
)
const decimal = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value))
const number = fc.oneof(
  { weight: 3, arbitrary: small },
  large,
  { weight: 3, arbitrary: price },
  fraction,
  power,
  { weight: 3, arbitrary: awkward },
  decimal,
)
const wrong = fc.constantFrom('"1"', 'null', '[1]', 'true', '{}')
const operand = fc.oneof({ weight: 40, arbitrary: number }, wrong)
const numbers = fc
  .oneof(fc.array(small), fc.array(price), fc.array(number, { maxLength: 5 }))
  .map((all) => `[${all.join()}]`)
const setOf = (i: number) => `{x | some x in ${n(i)}}`

const arithmetic: Calls = {
  [`${n(0)} + ${n(1)}`]: generated(1000, operand, operand),
  [`${n(0)} - ${n(1)}`]: generated(1000, operand, operand),
  [`${n(0)} * ${n(1)}`]: generated(1000, operand, operand),
  [`${n(0)} / ${n(1)}`]: generated(1500, operand, operand),
  [`${n(0)} % ${n(1)}`]: generated(600, operand, operand),
  // What a policy asks of the answer.
  [`${n(0)} / ${n(1)} * ${n(1)} == ${n(0)}`]: generated(500, price, small),
  [`${n(0)} + ${n(1)} == ${n(2)}`]: [['0.1', '0.2', '0.3'], ...generated(300, price, price, price)],
  [`abs(${n(0)})`]: generated(400, operand),
  [`round(${n(0)})`]: generated(400, operand),
  [`ceil(${n(0)})`]: generated(400, operand),
  [`floor(${n(0)})`]: generated(400, operand),
  [`sum(${n(0)})`]: generated(300, numbers),
  [`sum(${setOf(0)})`]: generated(100, numbers),
  [`product(${n(0)})`]: generated(300, numbers),
  [`product(${setOf(0)})`]: generated(100, numbers),
  [`${setOf(0)} - ${setOf(1)}`]: generated(100, numbers, numbers),
}

const whole = fc.oneof({ weight: 3, arbitrary: small }, large, awkward, wrong)
const shift = fc.oneof(fc.integer({ min: -1, max: 200 }).map(String), fc.constantFrom('1e2', '3.0', '0.5'))
const bound = fc.oneof({ weight: 9, arbitrary: small }, fc.constantFrom('5.0', '1e1', '-0', '1.5', '"1"'))
const wholes: Calls = {
  [`bits.and(${n(0)}, ${n(1)})`]: generated(300, whole, whole),
  [`bits.or(${n(0)}, ${n(1)})`]: generated(300, whole, whole),
  [`bits.xor(${n(0)}, ${n(1)})`]: generated(300, whole, whole),
  [`bits.negate(${n(0)})`]: generated(200, whole),
  [`bits.lsh(${n(0)}, ${n(1)})`]: generated(300, whole, shift),
  [`bits.rsh(${n(0)}, ${n(1)})`]: generated(300, whole, shift),
  [`numbers.range(${n(0)}, ${n(1)})`]: generated(200, bound, bound),
  'numbers.range(18446744073709551615, 1e20 - 81553255926290448383)': [[]],
  [`array.slice(c[0], ${n(1)}, ${n(2)})`]: generated(300, fc.array(fc.nat(9)), operand, operand),
  [`substring(c[0], ${n(1)}, ${n(2)})`]: generated(
    300,
    fc.constantFrom('', 'abcdef', 'Straße 😀!'),
    bound,
    operand,
  ),
}

const radix = fc.constantFrom('2', '8', '10', '16', '7', '10.0', '"2"')
const spelling = fc.oneof(
  number,
  fc.constantFrom(
    ...[
      '',
      '+1',
      '-',
      '+',
      '.',
      '.5',
      '5.',
      '-.5e1',
      '1_000',
      '1__0',
      '_1',
      '1_',
      '0x1p4',
      '0X_1.8P-3',
      '0x1',
      '01',
    ],
    ...[
      '1e',
      '1e5',
      '1E+5',
      '1e400',
      '-1e999',
      '1e-400',
      '1e-99999',
      'inf',
      '-Infinity',
      'NaN',
      ' 1',
      '1 ',
      '0b1',
    ],
    ...['0o7', '١', '1,0', '0x1.p0', '0x.8p0', '0xp1', '1e1_0', '--1'],
  ),
)
const texts: Calls = {
  [`format_int(${n(0)}, ${n(1)})`]: generated(600, operand, radix),
  // Of a spelling that JSON lacks OPA keeps the spelling, and computes with the value.
  'to_number(c[0]) + 0': generated(500, fc.oneof(mostly(spelling), number)),
  'to_number(c[0]) == 1000': [['1000'], ['1_000'], ['1e3'], ['+1000'], ['0x3e8p0']],
}

export const numberCalls: Suite = {
  'whole numbers are exact, and fractions rounded as OPA rounds them': arithmetic,
  'whole numbers are read however they are spelt': wholes,
  'numbers are written and read': texts,
}
