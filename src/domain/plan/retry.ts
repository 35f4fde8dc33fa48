/** When a failed call is tried again. @module */
import type { Retries } from '../agent.js'

/** No wait is longer, whatever the exponent. */
const longestWaitMs = 60_000

/**
 * Milliseconds to wait after the given attempt failed; undefined: no more attempts. Doubles each time, with half of it
 * left to chance so that callers that failed together do not come back together.
 * @param chance from 0 to 1
 * @param askedMs what the other end asked for, at least
 */
export function waitBeforeRetry(
  retries: Retries,
  attempt: number,
  chance: number,
  askedMs = 0,
): number | undefined {
  if (attempt >= retries.attempts) return undefined
  const full = Math.min(retries.backoffMs * 2 ** (attempt - 1), longestWaitMs)
  return Math.max(Math.round(full / 2 + (full / 2) * chance), askedMs)
}

/** A number from 0 to 1 out of random hex digits. */
export const chanceOf = (hex: string): number => Number.parseInt(hex.slice(0, 8), 16) / 0xffffffff
