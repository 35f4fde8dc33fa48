/** IANA time zones by their names, from the JavaScript engine's own tables (`Intl`). */
import { fail } from './operand.js'

/** Seconds east of Greenwich at an instant (seconds since 1970). */
export type Zone = (unixSeconds: number) => number

export const utc: Zone = () => 0

/**
 * The zone of a name; `''` and `UTC` are UTC, and so is `Local`: a decision must not depend on the machine's clock.
 * @throws BuiltinError for an unknown name. Intl takes some names in another case than OPA would (`EUROPE/Paris`).
 */
export function zoneOf(name: string): Zone {
  if (name === '' || name === 'UTC' || name === 'Local') return utc
  let zone = zones.get(name)
  if (zone === undefined) {
    zone = openZone(name)
    if (zones.size >= MOST_ZONES) zones.clear()
    zones.set(name, zone)
  }
  return zone
}

// A formatter takes a tenth of a millisecond to make. The names may come from a caller, so not without bound.
const zones = new Map<string, Zone>()
const MOST_ZONES = 100

function openZone(name: string): Zone {
  if (!/^[A-Z][^/]*(\/[A-Z][^/]*)*$/.test(name)) return fail(`unknown time zone ${name}`)
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  } catch {
    return fail(`unknown time zone ${name}`)
  }
  return (unixSeconds) => {
    const parts = format.formatToParts(unixSeconds * 1000)
    return offsetOf(parts.find((part) => part.type === 'timeZoneName')!.value)
  }
}

// GMT, GMT+05:30, GMT-00:44:30.
function offsetOf(text: string): number {
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = /([-+])(\d+):(\d+)(?::(\d+))?/.exec(text) ?? []
  const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return sign === '-' ? -offset : offset
}
