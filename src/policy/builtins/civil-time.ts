/** Instants and what a calendar and a clock on the wall show of them. */
import { asInt64, fail } from './operand.js'
import type { Zone } from './time-zone.js'

/** An instant as read in a zone. */
export interface CivilTime {
  readonly year: number
  /** 1 to 12 */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nanosecond: number
  /** 0 is Sunday */
  readonly weekday: number
  /** 1 to 366 */
  readonly yearDay: number
  /** Seconds east of Greenwich. */
  readonly offset: number
}

const SECOND = 1_000_000_000n
const DAY_MS = 86_400_000

export function civilTime(ns: bigint, zone: Zone): CivilTime {
  const nanosecond = Number(BigInt.asUintN(64, ((ns % SECOND) + SECOND) % SECOND))
  const seconds = Number((ns - BigInt(nanosecond)) / SECOND)
  const offset = zone(seconds)
  const date = new Date((seconds + offset) * 1000)
  const year = date.getUTCFullYear()
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    nanosecond,
    weekday: date.getUTCDay(),
    yearDay: Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / DAY_MS) + 1,
    offset,
  }
}

/** A date and a time of day; each field may lie beyond its range, and carries over then. */
export type CivilFields = Pick<
  CivilTime,
  'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'nanosecond'
>

/**
 * The instant in nanoseconds since 1970. A time that the zone skips or repeats is read with the offset that Go takes.
 * @throws BuiltinError where 64 bits do not hold it (before 1677, after 2262)
 */
export function instant(fields: CivilFields, zone: Zone): bigint {
  const date = new Date(0)
  date.setUTCFullYear(fields.year, fields.month - 1, fields.day)
  date.setUTCHours(fields.hour, fields.minute, fields.second)
  if (Number.isNaN(date.getTime())) return fail('time outside of valid range')
  const local = date.getTime() / 1000
  const guess = zone(local)
  const seconds = guess === 0 ? local : local - zone(local - guess)
  return asInt64(BigInt(seconds) * SECOND + BigInt(fields.nanosecond)) ?? fail('time outside of valid range')
}

/** Days in a month of the Gregorian calendar; month 1 to 12. */
export const daysIn = (year: number, month: number): number => {
  const date = new Date(0)
  date.setUTCFullYear(year, month, 0)
  return date.getUTCDate()
}
