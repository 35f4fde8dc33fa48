/**
 * A set of Unicode code points as sorted, disjoint, inclusive ranges in one flat list: `[lo, hi, lo, hi, ...]`.
 */
export type CodeRanges = readonly number[]

/** The greatest code point there is. */
export const LAST_CODE_POINT = 0x10ffff

/** Every code point. */
export const ALL_CODE_POINTS: CodeRanges = [0, LAST_CODE_POINT]

/** The two code points outside ASCII that fold to ASCII letters: the Kelvin sign to `k`, the long s to `s`. */
export const KELVIN_SIGN = 0x212a
export const LONG_S = 0x17f

/** Sorts and merges ranges that came in any order, overlapping or touching. */
export function mergeRanges(ranges: CodeRanges): CodeRanges {
  const pairs: Array<readonly [number, number]> = []
  for (let i = 0; i < ranges.length; i += 2) pairs.push([ranges[i]!, ranges[i + 1]!])
  pairs.sort((a, b) => a[0] - b[0])
  const merged: number[] = []
  for (const [lo, hi] of pairs) {
    const last = merged.length - 1
    if (last > 0 && lo <= merged[last]! + 1) merged[last] = Math.max(merged[last]!, hi)
    else merged.push(lo, hi)
  }
  return merged
}

/** The code points that are not in the set. */
export function complement(ranges: CodeRanges): CodeRanges {
  const rest: number[] = []
  let next = 0
  for (let i = 0; i < ranges.length; i += 2) {
    if (ranges[i]! > next) rest.push(next, ranges[i]! - 1)
    next = ranges[i + 1]! + 1
  }
  if (next <= LAST_CODE_POINT) rest.push(next, LAST_CODE_POINT)
  return rest
}

/** The part of the set that lies within `lo..hi`. */
export function within(ranges: CodeRanges, lo: number, hi: number): CodeRanges {
  const part: number[] = []
  for (let i = 0; i < ranges.length; i += 2) {
    const from = Math.max(ranges[i]!, lo)
    const to = Math.min(ranges[i + 1]!, hi)
    if (from <= to) part.push(from, to)
  }
  return part
}

/** Whether the set holds every code point of `lo..hi`. */
export function coversAll(ranges: CodeRanges, lo: number, hi: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) if (ranges[i]! <= lo && ranges[i + 1]! >= hi) return true
  return false
}

/** The only code point of the set, or undefined when it holds none or several. */
export function onlyMember(ranges: CodeRanges): number | undefined {
  return ranges.length === 2 && ranges[0] === ranges[1] ? ranges[0] : undefined
}

/** Whether two sets share no code point. */
export function areDisjoint(a: CodeRanges, b: CodeRanges): boolean {
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i + 1]! < b[j]!) i += 2
    else if (b[j + 1]! < a[i]!) j += 2
    else return false
  }
  return true
}

/** The code points of either set. */
export function union(a: CodeRanges, b: CodeRanges): CodeRanges {
  if (a.length === 0 || a === b) return b
  return b.length === 0 ? a : mergeRanges([...a, ...b])
}
