/** Durations as Go writes them, `1h15m30.5s`, with OPA's days, weeks and years of 365 days. */
import { asInt64, fail } from './operand.js'
import { decimalOf } from './term.js'

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  '\u00b5s': 1_000n,
  '\u03bcs': 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

const HOURS: Readonly<Record<string, number>> = { d: 24, w: 7 * 24, y: 365 * 24 }

const MOST = 1n << 63n

/**
 * Nanoseconds.
 * @throws BuiltinError for anything that is no duration, or that 64 bits do not hold
 */
export function parseDuration(text: string): bigint {
  const [, sign, body] = /^([-+]?)(.*)$/s.exec(/[dwy]/.test(text) ? inHours(text) : text)!
  if (body === '0') return 0n
  if (!/^(?:(?:\d+(?:\.\d*)?|\.\d+)[^.\d]+)+$/.test(body!)) return fail('no duration')
  let total = 0n
  for (const [, whole, fraction, unit] of body!.matchAll(/(\d*)(?:\.(\d*))?([^.\d]+)/g)) {
    total += segment(whole!, fraction ?? '', unit!)
    if (total > MOST) return fail('too long')
  }
  return asInt64(sign === '-' ? -total : total) ?? fail('too long')
}

function segment(whole: string, fraction: string, unit: string): bigint {
  const size = Object.hasOwn(UNITS, unit) ? UNITS[unit]! : fail('unknown unit')
  const units = BigInt(whole || '0')
  if (units > MOST / size) return fail('too long')
  // Go goes by way of a double here, and so must we, for the same nanoseconds.
  const { value, scale } = leadingFraction(fraction)
  return units * size + (value > 0n ? BigInt(Math.trunc(Number(value) * (Number(size) / scale))) : 0n)
}

// As many digits as 63 bits hold.
function leadingFraction(digits: string): { value: bigint; scale: number } {
  let value = 0n
  let scale = 1
  for (const digit of digits) {
    const next = value * 10n + BigInt(digit)
    if (value > (MOST - 1n) / 10n || next > MOST) break
    value = next
    scale *= 10
  }
  return { value, scale }
}

// Days, weeks and years as hours.
function inHours(text: string): string {
  const [, sign, body] = /^([-+]?)((?:[0-9.]+(?:ms|us|\u00b5s|ns|[a-z]))+)$/.exec(text) ?? fail('no duration')
  const segments = body!.matchAll(/([0-9.]+)(ms|us|\u00b5s|ns|[a-z])/g)
  const rewritten = Array.from(segments, ([all, digits, unit]) =>
    Object.hasOwn(HOURS, unit!) ? `${plain(floatOf(digits!) * HOURS[unit!]!)}h` : all,
  )
  return sign + rewritten.join('')
}

const floatOf = (digits: string): number =>
  /^(\d+(?:\.\d*)?|\.\d+)$/.test(digits) ? Number(digits) : fail('no number')

// Without an exponent.
function plain(value: number): string {
  if (value >= Number(MOST)) return fail('too long')
  const { digits, exponent } = decimalOf(String(value))
  if (exponent >= 0) return digits + '0'.repeat(exponent)
  const padded = digits.padStart(1 - exponent, '0')
  return `${padded.slice(0, exponent)}.${padded.slice(exponent)}`
}
