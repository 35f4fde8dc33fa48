const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const
/** What a duration looks like, for editors: the empty text fits too. */
export const durationPattern = '^(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?(\\d+ms)?$'
const wholeDuration = new RegExp(durationPattern)

/** Longest time a policy may ask for: ten years, so that a slip of the keyboard is not taken for an intention. */
const MAX_DURATION_MS = 3_650 * units.d

/**
 * Milliseconds of `24h`, `15m`, `1h30m`, `7d`, `200ms`; undefined when the text is none, is zero, or is longer than ten years.
 * Units come largest first, each at most once.
 */
export function durationMs(text: string): number | undefined {
  if (!wholeDuration.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[dhms])/g))
    total += Number(amount) * units[unit as keyof typeof units]
  return total > 0 && total <= MAX_DURATION_MS ? total : undefined
}
