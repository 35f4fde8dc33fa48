/**
 * @typedef {{ p50: number, p90: number, p99: number, max: number }} Spread milliseconds
 */

/** Every latency of a window, kept whole: exact percentiles cost a sort at the end and nothing before. */
export class Latencies {
  #values = new Float32Array(1 << 16)
  #count = 0

  /** @param {number} milliseconds */
  add(milliseconds) {
    if (this.#count === this.#values.length) {
      const wider = new Float32Array(this.#values.length * 2)
      wider.set(this.#values)
      this.#values = wider
    }
    this.#values[this.#count++] = milliseconds
  }

  get count() {
    return this.#count
  }

  /** @returns {Spread} by nearest rank; zeros when nothing was added */
  spread() {
    const sorted = this.#values.slice(0, this.#count).sort()
    const at = (/** @type {number} */ share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
    return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }
  }
}

/** The middle value; the mean of the two middle ones of an even number. @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length === 0) return Number.NaN
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
