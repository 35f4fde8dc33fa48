/** Writes times by Go's layouts. */

import type { CivilTime } from './civil-time.js'
import { BuiltinHalt } from './operand.js'
import { dayNames, layoutPieces, monthNames, offsetStyle } from './time-layout.js'
import { utc, type Zone } from './time-zone.js'

/**
 * Writes a time.
 * @throws BuiltinHalt where the layout asks for the abbreviation of a zone other than UTC (`MST`): Intl has none of
 *   the tz database's
 */
export function formatTime(time: CivilTime, zone: Zone, layout: string): string {
  return layoutPieces(layout)
    .map(({ literal, element }) =>
      element === undefined ? literal : literal + formatElement(time, zone, element),
    )
    .join('')
}

const two = (n: number) => String(n).padStart(2, '0')
const twelve = (hour: number) => hour % 12 || 12

const elements: Readonly<Record<string, (time: CivilTime) => string>> = {
  January: (t) => monthNames[t.month - 1]!,
  Jan: (t) => monthNames[t.month - 1]!.slice(0, 3),
  '1': (t) => String(t.month),
  '01': (t) => two(t.month),
  Monday: (t) => dayNames[t.weekday]!,
  Mon: (t) => dayNames[t.weekday]!.slice(0, 3),
  '2': (t) => String(t.day),
  _2: (t) => String(t.day).padStart(2),
  '02': (t) => two(t.day),
  __2: (t) => String(t.yearDay).padStart(3),
  '002': (t) => String(t.yearDay).padStart(3, '0'),
  '15': (t) => two(t.hour),
  '3': (t) => String(twelve(t.hour)),
  '03': (t) => two(twelve(t.hour)),
  '4': (t) => String(t.minute),
  '04': (t) => two(t.minute),
  '5': (t) => String(t.second),
  '05': (t) => two(t.second),
  '2006': (t) => String(t.year).padStart(4, '0'),
  '06': (t) => two(t.year % 100),
  PM: (t) => (t.hour >= 12 ? 'PM' : 'AM'),
  pm: (t) => (t.hour >= 12 ? 'pm' : 'am'),
}

function formatElement(time: CivilTime, zone: Zone, element: string): string {
  const simple = elements[element]
  if (simple !== undefined) return simple(time)
  if (element === 'MST') {
    if (zone === utc) return 'UTC'
    throw new BuiltinHalt('time.format: abbreviations of time zones (MST in a layout) are known of UTC only')
  }
  return offsetStyle(element) === undefined
    ? formatFraction(time.nanosecond, element)
    : formatOffset(time.offset, element)
}

function formatOffset(offset: number, element: string): string {
  const style = offsetStyle(element)!
  if (offset === 0 && style.z) return 'Z'
  // Go cuts to minutes first, so that half a minute west of Greenwich is +00:00.
  const minutes = Math.trunc(offset / 60)
  const distance = Math.abs(minutes)
  const fields = [two(Math.floor(distance / 60))]
  if (style.minutes) fields.push(two(distance % 60))
  if (style.seconds) fields.push(two(Math.abs(offset) % 60))
  return `${minutes < 0 ? '-' : '+'}${fields.join(style.colon ? ':' : '')}`
}

// `.000` keeps its zeros; `.999` drops them, and the point with them. Never more than nine digits.
function formatFraction(nanosecond: number, element: string): string {
  const digits = String(nanosecond)
    .padStart(9, '0')
    .slice(0, element.length - 1)
  if (element[1] === '0') return element[0] + digits
  const kept = digits.replace(/0+$/, '')
  return kept === '' ? '' : element[0] + kept
}
