/** Durations on the wire. @module */

/**
 * Milliseconds as the contract writes durations: below a second `512ms`, below an hour `1m5s`, else `2h3m0s` to the minute.
 * Source: MAP contract §2.3.
 */
export function durationText(ms: number): string {
  if (ms < 1000) return ms === 0 ? '0s' : `${Math.round(ms)}ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${seconds % 60}s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)}h${minutes % 60}m0s`
}
