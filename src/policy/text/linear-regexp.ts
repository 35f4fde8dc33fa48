import { performance } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'

/** How often V8 may backtrack in one search before its linear engine takes over: some tens of microseconds. */
const BACKTRACKS_BEFORE_FALLBACK = 10_000

let honoured: boolean | undefined
let probes = 0

/**
 * Has V8 finish every search that backtracks too much with its engine of linear time, for patterns compiled from now
 * on. This changes the whole process, so only the process's owner calls it, first thing; the library works without,
 * through `re2js`.
 */
export function enableLinearRegexp(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
  setFlagsFromString(`--regexp-backtracks-before-fallback=${BACKTRACKS_BEFORE_FALLBACK}`)
  honoured = undefined
}

/**
 * Whether V8 falls back to its linear engine, found out once by trying a pattern that would take exponential time.
 *
 * Flags cannot be read back, so the time decides: tens of milliseconds without the fallback, some tenths of one with
 * it. A machine too busy to tell is taken for one without; the answers of patterns are the same either way.
 */
export function linearRegexpHonoured(): boolean {
  honoured ??= probe()
  return honoured
}

function probe(): boolean {
  // V8 keeps compiled patterns by their source, with the limit they were compiled under: a probe needs a new one.
  const pattern = new RegExp(`^(?:a+)+${probes++}$`)
  const text = 'a'.repeat(22)
  for (let tries = 0; tries < 3; tries++) {
    const start = performance.now()
    pattern.test(text)
    if (performance.now() - start < 4) return true
  }
  return false
}
