/** Doubles as Go's `strconv.FormatFloat` writes them, with exact rounding to any number of digits. */
import { decimalOf, withoutTrailing } from './term.js'

export type FloatVerb = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X'

/** Decimal digits without leading or trailing zeros; the point stands before digit number `point`. */
export interface Digits {
  readonly text: string
  readonly point: number
}

/**
 * Writes a finite double.
 * @param precision digits behind the point (`e`, `f`, `x`) or in all (`g`); undefined: as many as it takes
 */
export function formatFloat(value: number, verb: FloatVerb, precision: number | undefined): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const size = Math.abs(value)
  switch (verb) {
    case 'b':
      return `${sign}${binary(size)}`
    case 'x':
    case 'X': {
      const text = hexadecimal(size, precision)
      return sign + (verb === 'X' ? text.toUpperCase() : text)
    }
    case 'f':
      return sign + fixed(digitsOf(size, precision, 'behind the point'), precision)
    case 'e':
    case 'E':
      return (
        sign +
        scientific(digitsOf(size, precision === undefined ? undefined : precision + 1), precision, verb)
      )
    default:
      return sign + general(size, precision, verb === 'g' ? 'e' : 'E')
  }
}

function general(size: number, precision: number | undefined, e: 'e' | 'E'): string {
  const wanted = precision === 0 ? 1 : precision
  const digits = digitsOf(size, wanted)
  const count = digits.text.length
  let limit = wanted ?? SHORTEST_LIMIT
  if (wanted !== undefined && limit > count && count >= digits.point) limit = count
  return moderate(digits, limit, e)
}

/** The exponent from which on Go writes shortest digits scientifically. */
const SHORTEST_LIMIT = 6

/** Fixed where the exponent is moderate, else scientific; no zeros at the end. */
export function moderate(digits: Digits, limit = SHORTEST_LIMIT, e: 'e' | 'E' = 'e'): string {
  const count = digits.text.length
  const exponent = digits.text === '' ? 0 : digits.point - 1
  if (exponent < -4 || exponent >= limit) return scientific(digits, Math.max(count, 1) - 1, e)
  return fixed(digits, Math.max(count - digits.point, 0))
}

function scientific({ text, point }: Digits, precision: number | undefined, e: 'e' | 'E'): string {
  const behind = text.slice(1).padEnd(precision ?? 0, '0')
  const exponent = text === '' ? 0 : point - 1
  const power = `${e}${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  return `${text[0] ?? '0'}${behind === '' ? '' : `.${behind}`}${power}`
}

/** With so many digits behind the point; undefined: as many as there are. */
export function fixed({ text, point }: Digits, precision: number | undefined): string {
  const whole = point <= 0 ? '0' : text.slice(0, point).padEnd(point, '0')
  const behind = `${'0'.repeat(Math.max(-point, 0))}${text.slice(Math.max(point, 0))}`
  const shown = precision === undefined ? behind : behind.padEnd(precision, '0').slice(0, precision)
  return shown === '' ? whole : `${whole}.${shown}`
}

// The shortest that read back as the same double, or as many as asked for.
function digitsOf(size: number, count: number | undefined, of?: 'behind the point'): Digits {
  if (size === 0) return { text: '', point: 0 }
  if (count === undefined) {
    const { digits, exponent } = decimalOf(String(size))
    return { text: digits, point: digits.length + exponent }
  }
  const exact = exactDigits(size)
  return round(exact, of === undefined ? count : exact.point + count)
}

function exactDigits(size: number): Digits {
  const { mantissa, exponent } = parts(size)
  return binaryDigits(mantissa, exponent)
}

/** All digits of `mantissa` times two to the `exponent`. */
export function binaryDigits(mantissa: bigint, exponent: number): Digits {
  if (exponent >= 0) return digits(mantissa << BigInt(exponent), 0)
  return digits(mantissa * 5n ** BigInt(-exponent), exponent)
}

const digits = (value: bigint, exponent: number): Digits => {
  if (value === 0n) return { text: '', point: 0 }
  const text = String(value)
  return { text: withoutTrailing(text, '0'), point: text.length + exponent }
}

/** Rounds to a number of digits; a tie goes to the even digit. */
export function round({ text, point }: Digits, count: number): Digits {
  if (count >= text.length) return { text, point }
  if (count < 0) return { text: '', point: 0 }
  const [kept, rest] = [text.slice(0, count), text.slice(count)]
  const odd = Number(kept.at(-1) ?? 0) % 2 === 1
  const up = rest === '5' ? odd : rest[0]! >= '5'
  const value = String(BigInt(kept || '0') + (up ? 1n : 0n))
  if (value === '0') return { text: '', point: 0 }
  return { text: withoutTrailing(value, '0'), point: point + value.length - count }
}

function parts(size: number): { mantissa: bigint; exponent: number } {
  const bits = Buffer.alloc(8)
  bits.writeDoubleBE(size)
  const raw = bits.readBigUInt64BE()
  const exponent = Number(raw >> 52n)
  const fraction = raw & 0xfffffffffffffn
  if (exponent === 0) return { mantissa: fraction, exponent: -1074 }
  return { mantissa: fraction | (1n << 52n), exponent: exponent - 1075 }
}

function binary(size: number): string {
  const { mantissa, exponent } = parts(size)
  return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`
}

// 0x1.8p+01: the leading digit is 1, but for zero.
function hexadecimal(size: number, precision: number | undefined): string {
  const { mantissa, exponent: lowest } = parts(size)
  if (mantissa === 0n) return `0x0${precision ? `.${'0'.repeat(precision)}` : ''}p+00`
  const length = mantissa.toString(2).length
  let exponent = lowest + length - 1
  // A leading one and 60 bits behind it.
  let value = mantissa << BigInt(61 - length)
  if (precision !== undefined && precision < 15) {
    const dropped = BigInt(60 - 4 * precision)
    const rest = value & ((1n << dropped) - 1n)
    value >>= dropped
    if (rest * 2n + (value & 1n) > 1n << dropped) value += 1n
    value <<= dropped
    if (value >> 61n === 1n) [value, exponent] = [value >> 1n, exponent + 1]
  }
  const all = (value & ((1n << 60n) - 1n)).toString(16).padStart(15, '0')
  const behind =
    precision === undefined ? all.replace(/0+$/, '') : all.padEnd(precision, '0').slice(0, precision)
  const power = `p${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  return `0x1${behind === '' ? '' : `.${behind}`}${power}`
}
