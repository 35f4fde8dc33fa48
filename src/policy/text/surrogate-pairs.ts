import { type CodeRanges, LAST_CODE_POINT, within } from './code-ranges.js'

/** Characters beyond the BMP: any of the high surrogates followed by any of the low ones. */
export interface SurrogatePairs {
  readonly highs: CodeRanges
  readonly lows: CodeRanges
}

/** Splits what a set holds beyond the BMP into high surrogates followed by low ones. */
export function surrogatePairs(codes: CodeRanges): SurrogatePairs[] {
  const ranges = within(codes, 0x10000, LAST_CODE_POINT)
  const pairs: SurrogatePairs[] = []
  for (let i = 0; i < ranges.length; i += 2) {
    let lo = ranges[i]!
    const hi = ranges[i + 1]!
    while (lo <= hi) {
      const high = highOf(lo)
      const endOfBlock = Math.min(hi, lo | 0x3ff)
      if (lowOf(lo) === 0xdc00 && highOf(hi) > high) {
        // Whole blocks of 1024 share one class of high surrogates.
        const lastWhole = lowOf(hi) === 0xdfff ? highOf(hi) : highOf(hi) - 1
        pairs.push({ highs: [high, lastWhole], lows: [0xdc00, 0xdfff] })
        lo += (lastWhole - high + 1) * 0x400
      } else {
        pairs.push({ highs: [high, high], lows: [lowOf(lo), lowOf(endOfBlock)] })
        lo = endOfBlock + 1
      }
    }
  }
  return pairs
}

const highOf = (code: number): number => 0xd800 + ((code - 0x10000) >> 10)
const lowOf = (code: number): number => 0xdc00 + ((code - 0x10000) & 0x3ff)
