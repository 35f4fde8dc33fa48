/** Instants as text. @module */

let latest = Number.NaN
let latestText = ''

/** Unix milliseconds as RFC 3339 in UTC, to the millisecond. Calls that come together mostly ask for the same one. */
export function instant(ms: number): string {
  if (ms !== latest) {
    latestText = new Date(ms).toISOString()
    latest = ms
  }
  return latestText
}
