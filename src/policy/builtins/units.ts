/** `units.*`: numbers with units of size, `10Gi` and `1.5MB`, without the roundings of doubles. */
import { type Builtin, BuiltinHalt, decimalTerm, fail, integerTerm, stringOperand } from './operand.js'
import type { NumberTerm } from './term.js'

/** An exact fraction; the denominator is positive. */
interface Ratio {
  readonly numerator: bigint
  readonly denominator: bigint
}

const POWERS = ['k', 'm', 'g', 't', 'p', 'e']

// Of a letter: thousands, or with an `i` behind it 1024s.
function factorOf(unit: string): bigint | undefined {
  const power = POWERS.indexOf(unit[0] ?? '') + 1
  if (unit === '') return 1n
  if (power === 0 || unit.length > 2 || (unit.length === 2 && unit[1] !== 'i')) return undefined
  return (unit.length === 2 ? 1024n : 1000n) ** BigInt(power)
}

// The double nearest to a thousandth, which is what OPA multiplies by for `m`.
const MILLI: Ratio = { numerator: 1152921504606847n, denominator: 1n << 60n }

/** `units.parse`: `m` is a thousandth and `M` a million; otherwise the letters' case is nothing. */
function parseUnits(text: string): NumberTerm {
  const { amount, unit: spelt } = amountAndUnit(text.replaceAll('"', ''))
  const whole = /^[a-z]*$/i.test(spelt) ? factorOf(spelt.toLowerCase()) : undefined
  if (whole === undefined) return fail('unit not recognized')
  const factor = spelt === 'm' ? MILLI : { numerator: whole, denominator: 1n }
  return ratioTerm({
    numerator: amount.numerator * factor.numerator,
    denominator: amount.denominator * factor.denominator,
  })
}

/** `units.parse_bytes`: whole bytes, the rest cut off. No unit is smaller than one, and a `b` changes nothing. */
function parseBytes(text: string): NumberTerm {
  const { amount, unit } = amountAndUnit(text.replaceAll('"', '').toLowerCase())
  const factor =
    factorOf(/^[kmgtpe]i?b$/.test(unit) ? unit.slice(0, -1) : unit) ?? fail('byte unit not recognized')
  // OPA computes in floating point of 64 bits.
  const { numerator, denominator } = rounded(amount)
  const size = rounded({ numerator: numerator * factor, denominator })
  return integerTerm(size.numerator / size.denominator)
}

// OPA takes six digits here, and then a second to write the number out.
const LARGEST_POWER = 10_000

const NUMBER_AND_UNIT = /^((?:[\d.+-]|e(?=[\d+-])[+-]?)*)(.*)$/is

function amountAndUnit(text: string): { amount: Ratio; unit: string } {
  if (text.includes(' ')) return fail('spaces not allowed')
  const [, number = '', unit = ''] = NUMBER_AND_UNIT.exec(text)!
  const match = /^([-+]?)(\d*)(?:\.(\d*))?(?:e([-+]?)(\d+))?$/i.exec(number)
  const [, sign, whole = '', fraction = '', powerSign, power = '0'] = match ?? fail('no number')
  if (power.length > 6) return fail('exponent too large')
  if (whole + fraction === '') return fail('no amount')
  if (Number(power) > LARGEST_POWER) throw new BuiltinHalt(`a quantity beyond 1e${LARGEST_POWER}`)
  const digits = BigInt(whole + fraction)
  const exponent = (powerSign === '-' ? -1 : 1) * Number(power) - fraction.length
  const numerator = (sign === '-' ? -digits : digits) * 10n ** BigInt(Math.max(exponent, 0))
  return { amount: { numerator, denominator: 10n ** BigInt(Math.max(-exponent, 0)) }, unit }
}

// Ten decimals, half away from zero, where it is no whole number.
function ratioTerm({ numerator, denominator }: Ratio): NumberTerm {
  if (numerator % denominator === 0n) return integerTerm(numerator / denominator)
  const size = numerator < 0n ? -numerator : numerator
  const scaled = String((size * 10n ** 10n * 2n + denominator) / (denominator * 2n)).padStart(11, '0')
  return decimalTerm(`${numerator < 0n ? '-' : ''}${scaled.slice(0, -10)}.${scaled.slice(-10)}`)
}

// To the nearest number of 64 significant bits, half to even.
function rounded({ numerator, denominator }: Ratio): Ratio {
  const size = numerator < 0n ? -numerator : numerator
  if (size === 0n) return { numerator, denominator }
  const shift = BigInt(bits(size) - bits(denominator) - 64)
  let [n, d] = shift > 0n ? [size, denominator << shift] : [size << -shift, denominator]
  let power = shift
  if (n / d >= 1n << 64n) [d, power] = [d << 1n, power + 1n]
  let mantissa = n / d
  const rest = (n % d) * 2n
  if (rest > d || (rest === d && mantissa % 2n === 1n)) mantissa += 1n
  const signed = numerator < 0n ? -mantissa : mantissa
  n = power > 0n ? signed << power : signed
  return { numerator: n, denominator: power < 0n ? 1n << -power : 1n }
}

const bits = (value: bigint): number => value.toString(2).length

export const unitBuiltins: Readonly<Record<string, Builtin>> = {
  'units.parse': (text) => parseUnits(stringOperand(text)),
  'units.parse_bytes': (text) => parseBytes(stringOperand(text)),
}
