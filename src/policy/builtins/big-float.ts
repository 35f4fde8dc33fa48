/**
 * Floating point as Go's `big.Float` has it, which OPA computes fractions with: in binary, rounded to a number of bits
 * (64, where nothing else is said), and written with as few digits as tell it from its neighbours.
 */
import { binaryDigits, type Digits, fixed, moderate, round } from './go-float.js'
import { LARGEST_POWER, tooLarge } from './operand.js'
import { withoutTrailing } from './term.js'

/** `mantissa` times two to the `exponent`; zero has a sign too. */
export interface BigFloat {
  readonly negative: boolean
  readonly mantissa: bigint
  readonly exponent: number
  /** Bits that the mantissa may have. */
  readonly precision: number
}

export const PRECISION = 64
const double = new DataView(new ArrayBuffer(8))

/** Of a number that is not negative; 0 for zero. */
export function bitLength(value: bigint): number {
  const near = Number(value)
  if (near === 0 || near === Number.POSITIVE_INFINITY) return near === 0 ? 0 : value.toString(2).length
  double.setFloat64(0, near)
  const length = (double.getUint16(0) >> 4) - 1022
  // It may have been rounded up to a power of two.
  return value >> BigInt(length - 1) === 0n ? length - 1 : length
}

/** The nearest number of so many bits; a tie goes to the even one. @throws BuiltinHalt for one beyond all measure */
function rounded(negative: boolean, mantissa: bigint, exponent: number, precision = PRECISION): BigFloat {
  if (mantissa === 0n) return { negative, mantissa, exponent: 0, precision }
  const length = bitLength(mantissa)
  if (Math.abs(length + exponent) > LARGEST_POWER) return tooLarge()
  const excess = length - precision
  if (excess <= 0) return { negative, mantissa, exponent, precision }
  const [by, half] = [BigInt(excess), 1n << BigInt(excess - 1)]
  const rest = mantissa & ((1n << by) - 1n)
  let kept = mantissa >> by
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n
  return { negative, mantissa: kept, exponent: exponent + excess, precision }
}

/** Reads a JSON number. */
export function readFloat(text: string): BigFloat {
  const [, sign, whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? []
  const mantissa = BigInt(whole + fraction)
  const exponent = mantissa === 0n ? 0 : Number(power) - fraction.length
  if (Math.abs(exponent) > LARGEST_POWER) return tooLarge()
  const digits = { negative: sign === '-', mantissa, exponent, precision: PRECISION }
  if (exponent === 0) return rounded(digits.negative, mantissa, 0)
  const power5 = powerOfFive(Math.abs(exponent))
  return exponent > 0 ? multiply(digits, power5) : divide(digits, power5)
}

const fives = Array.from({ length: 28 }, (_, n) => wholeFloat(5n ** BigInt(n)))

// With the guard bits that Go gives it, and no more: a long exponent makes itself felt in the last bit.
function powerOfFive(n: number): BigFloat {
  const exact = Math.min(n, fives.length - 1)
  let [power, square] = [fives[exact]!, fives[1]!]
  for (let left = n - exact; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power = multiply(power, square, 128)
    if (left > 1) square = multiply(square, square, 192)
  }
  return power
}

/** A whole number, with all the bits it takes. */
export function wholeFloat(value: bigint): BigFloat {
  const mantissa = value < 0n ? -value : value
  const precision = Math.max(bitLength(mantissa), PRECISION)
  return { negative: value < 0n, mantissa, exponent: 0, precision }
}

const signed = ({ negative, mantissa }: BigFloat): bigint => (negative ? -mantissa : mantissa)

export function add(a: BigFloat, b: BigFloat, precision = Math.max(a.precision, b.precision)): BigFloat {
  const exponent =
    a.mantissa === 0n ? b.exponent : b.mantissa === 0n ? a.exponent : Math.min(a.exponent, b.exponent)
  const at = (each: BigFloat) =>
    each.mantissa === 0n ? 0n : signed(each) << BigInt(each.exponent - exponent)
  const sum = at(a) + at(b)
  const negative = sum < 0n || (sum === 0n && a.negative && b.negative)
  return rounded(negative, sum < 0n ? -sum : sum, exponent, precision)
}

export const negated = (a: BigFloat): BigFloat => ({ ...a, negative: !a.negative })

export function multiply(a: BigFloat, b: BigFloat, precision = PRECISION): BigFloat {
  return rounded(a.negative !== b.negative, a.mantissa * b.mantissa, a.exponent + b.exponent, precision)
}

/** The divisor is not zero. */
export function divide(a: BigFloat, b: BigFloat, precision = PRECISION): BigFloat {
  const negative = a.negative !== b.negative
  if (a.mantissa === 0n) return { negative, mantissa: 0n, exponent: 0, precision }
  const shift = Math.max(precision + 2 + bitLength(b.mantissa) - bitLength(a.mantissa), 0)
  const dividend = a.mantissa << BigInt(shift)
  const quotient = dividend / b.mantissa
  // What is left over only has to keep a tie from being one.
  const rest = quotient * b.mantissa === dividend ? 0n : 1n
  return rounded(negative, (quotient << 1n) | rest, a.exponent - b.exponent - shift - 1, precision)
}

/** The whole part, towards zero. */
export function truncated(a: BigFloat): bigint {
  const by = BigInt(Math.abs(a.exponent))
  const size = a.exponent >= 0 ? a.mantissa << by : a.mantissa >> by
  return a.negative ? -size : size
}

/** Whether there is nothing behind the point. */
export const isWhole = (a: BigFloat): boolean =>
  a.exponent >= 0 || a.mantissa === (a.mantissa >> BigInt(-a.exponent)) << BigInt(-a.exponent)

/** As OPA writes it: all digits of a whole number, else as Go's `%g`. */
export function floatText(a: BigFloat): string {
  const short = a.precision === PRECISION ? doubleText(a) : undefined
  if (short !== undefined) return short
  const digits = shortestDigits(a)
  return (a.negative ? '-' : '') + (isWhole(a) ? fixed(digits, 0) : moderate(digits))
}

// Most are what the nearest double is written as: no other digits so few are as near. Go writes those between alike.
function doubleText(a: BigFloat): string | undefined {
  const near = Number(a.mantissa) * 2 ** a.exponent
  if (!(near >= 1e-4 && near < 1e6)) return undefined
  const text = `${a.negative ? '-' : ''}${near}`
  const read = readFloat(text)
  const by = BigInt(Math.abs(read.exponent - a.exponent))
  const equal =
    read.exponent < a.exponent ? a.mantissa << by === read.mantissa : read.mantissa << by === a.mantissa
  return equal ? text : undefined
}

/** The shortest digits between the halves of the way to the neighbours; digit by digit, as Go looks for them. */
function shortestDigits({ mantissa, exponent, precision }: BigFloat): Digits {
  const exact = binaryDigits(mantissa, exponent)
  if (mantissa === 0n) return exact
  const shift = precision + 1 - bitLength(mantissa)
  const half = mantissa << BigInt(shift)
  const lower = binaryDigits(half - 1n, exponent - shift)
  const upper = binaryDigits(half + 1n, exponent - shift)
  const inclusive = (half & 2n) === 0n
  for (let i = 0; i < exact.text.length; i++) {
    const [digit, low, high] = [exact.text[i]!, lower.text[i] ?? '0', upper.text[i] ?? '0']
    const down = low !== digit || (inclusive && i + 1 === lower.text.length)
    const up = digit !== high && (inclusive || Number(digit) + 1 < Number(high) || i + 1 < upper.text.length)
    if (down && up) return round(exact, i + 1)
    if (down) return { text: withoutTrailing(exact.text.slice(0, i + 1), '0'), point: exact.point }
    if (up) return roundedUp(exact, i + 1)
  }
  return exact
}

function roundedUp({ text, point }: Digits, count: number): Digits {
  if (count >= text.length) return { text, point }
  const kept = withoutTrailing(text.slice(0, count), '9')
  if (kept === '') return { text: '1', point: point + 1 }
  return { text: kept.slice(0, -1) + String(Number(kept.at(-1)) + 1), point }
}
