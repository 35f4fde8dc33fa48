/**
 * Numbers that look random and are the same in every run, so that two runs compare the same work.
 * @param {number} seed
 */
export function chance(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    /** @param {number} below an integer from 0 up to, not including, this */
    upTo: (below) => Math.floor(next() * below),
    /** @template T @param {readonly T[]} list @returns {T} */
    oneOf: (list) => list[Math.floor(next() * list.length)],
    /** @param {number} share true in this share of calls */
    in: (share) => next() < share,
  }
}
