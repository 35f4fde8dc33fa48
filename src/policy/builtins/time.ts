/** `time.*` on given times. There is no `time.now_ns`: a decision depends on nothing but its input. */
import { type CivilTime, civilTime, daysIn, instant } from './civil-time.js'
import { parseDuration } from './duration.js'
import {
  asInt64,
  type Builtin,
  fail,
  integerOperand,
  integerTerm,
  numberOperand,
  stringOperand,
} from './operand.js'
import { decimalOf, isArray, numberText, type Term } from './term.js'
import { formatTime } from './time-format.js'
import { dayNames, layoutNamed, RFC3339, RFC3339_NANO } from './time-layout.js'
import { parseTime } from './time-parse.js'
import { utc, type Zone, zoneOf } from './time-zone.js'

interface Reading {
  readonly ns: bigint
  readonly zone: Zone
  readonly layout: string
}

// A time is nanoseconds, or [nanoseconds, zone], or for `time.format` also [nanoseconds, zone, layout].
function reading(term: Term | undefined): Reading {
  if (term === undefined || !isArray(term)) return { ns: nanoseconds(term), zone: utc, layout: '' }
  const zone = term.length > 1 ? zoneOf(stringOperand(term[1])) : utc
  return { ns: nanoseconds(term[0]), zone, layout: term.length > 2 ? stringOperand(term[2]) : '' }
}

function nanoseconds(term: Term | undefined): bigint {
  const { negative, digits, exponent } = decimalOf(numberText(numberOperand(term)))
  if (exponent < 0 || exponent > 18) return fail('no whole number of 64 bits')
  const size = BigInt(digits) * 10n ** BigInt(exponent)
  return asInt64(negative ? -size : size) ?? fail('timestamp too big')
}

function read(term: Term | undefined): CivilTime {
  const { ns, zone } = reading(term)
  return civilTime(ns, zone)
}

function difference(a: Term | undefined, b: Term | undefined): number[] {
  const { ns: first, zone } = reading(a)
  const { ns: second } = reading(b)
  const [earlier, later] = first > second ? [second, first] : [first, second]
  const from = civilTime(earlier, zone)
  const to = civilTime(later, zone)
  const parts = [
    to.year - from.year,
    to.month - from.month,
    to.day - from.day,
    to.hour - from.hour,
    to.minute - from.minute,
    to.second - from.second,
  ]
  // What a smaller unit lacks is borrowed from the next larger one.
  const sizes = [Number.POSITIVE_INFINITY, 12, daysIn(from.year, from.month), 24, 60, 60]
  for (let i = parts.length - 1; i > 0; i--) {
    if (parts[i]! < 0) {
      parts[i]! += sizes[i]!
      parts[i - 1]! -= 1
    }
  }
  return parts
}

export const timeBuiltins: Readonly<Record<string, Builtin>> = {
  'time.parse_rfc3339_ns': (text) => integerTerm(parseTime(RFC3339, stringOperand(text))),
  'time.parse_ns': (layout, text) =>
    integerTerm(parseTime(layoutNamed(stringOperand(layout)), stringOperand(text))),
  'time.parse_duration_ns': (text) => integerTerm(parseDuration(stringOperand(text))),
  'time.format': (time) => {
    const { ns, zone, layout } = reading(time)
    return formatTime(civilTime(ns, zone), zone, layout === '' ? RFC3339_NANO : layoutNamed(layout))
  },
  'time.date': (time) => {
    const { year, month, day } = read(time)
    return [year, month, day]
  },
  'time.clock': (time) => {
    const { hour, minute, second } = read(time)
    return [hour, minute, second]
  },
  'time.weekday': (time) => dayNames[read(time).weekday]!,
  'time.add_date': (time, years, months, days) => {
    const { ns, zone } = reading(time)
    const from = civilTime(ns, zone)
    const year = from.year + Number(integerOperand(years))
    const month = from.month + Number(integerOperand(months))
    const day = from.day + Number(integerOperand(days))
    return integerTerm(instant({ ...from, year, month, day }, zone))
  },
  'time.diff': difference,
}
