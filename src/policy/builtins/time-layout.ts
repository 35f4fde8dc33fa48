/** Go's layouts: a time is described by how `Mon Jan 2 15:04:05 MST 2006` would be written. */

/** A piece of a layout: text to be taken as it is, or one of Go's reference elements. */
export interface LayoutPiece {
  readonly literal: string
  /** What follows the literal; absent at the end. */
  readonly element?: string
}

export const RFC3339 = '2006-01-02T15:04:05Z07:00'
export const RFC3339_NANO = '2006-01-02T15:04:05.999999999Z07:00'

/** Layouts that OPA knows by name. */
const named: Readonly<Record<string, string>> = {
  ANSIC: 'Mon Jan _2 15:04:05 2006',
  UnixDate: 'Mon Jan _2 15:04:05 MST 2006',
  RubyDate: 'Mon Jan 02 15:04:05 -0700 2006',
  RFC822: '02 Jan 06 15:04 MST',
  RFC822Z: '02 Jan 06 15:04 -0700',
  RFC850: 'Monday, 02-Jan-06 15:04:05 MST',
  RFC1123: 'Mon, 02 Jan 2006 15:04:05 MST',
  RFC1123Z: 'Mon, 02 Jan 2006 15:04:05 -0700',
  RFC3339,
  RFC3339Nano: RFC3339_NANO,
}

/** A layout by its name, or itself. */
export const layoutNamed = (layout: string): string =>
  Object.hasOwn(named, layout) ? named[layout]! : layout

// In the order in which Go tries them: `January` before `Jan`, and no `Mon` in `Month`.
const ELEMENT = new RegExp(
  [
    'January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST',
    '0[1-6]|002|15|1|2006|2|__2|_2(?!006)|3|4|5|PM|pm',
    '[-Z]070000|[-Z]07:00:00|[-Z]0700|[-Z]07:00|[-Z]07',
    '[.,](?:0+|9+)(?!\\d)',
  ].join('|'),
  'g',
)

/** Cuts a layout up. */
export function layoutPieces(layout: string): LayoutPiece[] {
  const pieces: LayoutPiece[] = []
  let at = 0
  for (const match of layout.matchAll(ELEMENT)) {
    pieces.push({ literal: layout.slice(at, match.index), element: match[0] })
    at = match.index + match[0].length
  }
  return [...pieces, { literal: layout.slice(at) }]
}

export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

export const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** Names cut to three letters, as `Jan` and `Mon` ask for them. */
export const short = (names: readonly string[]): string[] => names.map((name) => name.slice(0, 3))

/** An offset such as `-07:00`, `Z0700`: which digits it has, how they are kept apart, whether UTC is `Z`. */
export interface OffsetStyle {
  readonly z: boolean
  readonly colon: boolean
  readonly minutes: boolean
  readonly seconds: boolean
}

export function offsetStyle(element: string): OffsetStyle | undefined {
  if (!/^[-Z]07/.test(element)) return undefined
  const digits = element.replace(/\D/g, '').length
  return { z: element[0] === 'Z', colon: element.includes(':'), minutes: digits >= 4, seconds: digits === 6 }
}
