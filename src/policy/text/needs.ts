import { type TextSketch, trigramBit } from './sketch.js'

/** What a text must hold: all these trigrams (as positions in a sketch), and one option of every clause. */
export interface Needs {
  readonly bits: readonly number[]
  readonly clauses: ReadonlyArray<readonly Needs[]>
}

/** Nothing is asked of the text. */
export const ANYTHING: Needs = { bits: [], clauses: [] }

/** Whether nothing is asked of the text. */
export function asksNothing(needs: Needs): boolean {
  return needs.bits.length === 0 && needs.clauses.length === 0
}

/** A text must meet all the needs. */
export function allOf(needs: readonly Needs[]): Needs {
  return {
    bits: [...new Set(needs.flatMap((need) => need.bits))],
    clauses: needs.flatMap((need) => need.clauses),
  }
}

/** A text must meet one of the needs. */
export function oneOf(options: readonly Needs[]): Needs {
  if (options.length === 1) return options[0]!
  return options.some(asksNothing) ? ANYTHING : { bits: [], clauses: [options] }
}

/** A text must hold one of the rows of symbols; a row too short for a trigram could be anywhere. */
export function oneOfRows(rows: ReadonlySet<string>): Needs {
  return oneOf([...rows].map((row) => ({ bits: trigramsOf(row), clauses: [] })))
}

function trigramsOf(row: string): number[] {
  const bits = new Set<number>()
  for (let i = 2; i < row.length; i++) {
    bits.add(trigramBit((row.charCodeAt(i - 2) << 12) | (row.charCodeAt(i - 1) << 6) | row.charCodeAt(i)))
  }
  return [...bits]
}

/** Whether the text of the sketch may meet the needs. When it does, the answer is never false. */
export function mayMeet(sketch: TextSketch, needs: Needs): boolean {
  return meets(sketch.bits(), needs)
}

function meets(bits: Int32Array, needs: Needs): boolean {
  const wanted = needs.bits
  for (let i = 0; i < wanted.length; i++) {
    const bit = wanted[i]!
    if ((bits[bit >> 5]! & (1 << bit)) === 0) return false
  }
  for (const options of needs.clauses) if (!meetsOne(bits, options)) return false
  return true
}

function meetsOne(bits: Int32Array, options: readonly Needs[]): boolean {
  for (const option of options) if (meets(bits, option)) return true
  return false
}
