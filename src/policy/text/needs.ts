import { positionInBody } from './body-sketch.js'
import { holdsBit, type TextSketch, trigramBit } from './sketch.js'
import { commonness } from './symbols.js'

/** What a text must hold: all these trigrams (rows of three symbols, packed six bits apart), and one option of every clause. */
export interface Needs {
  readonly trigrams: readonly number[]
  readonly clauses: ReadonlyArray<readonly Needs[]>
}

/** Nothing is asked of the text. */
export const ANYTHING: Needs = { trigrams: [], clauses: [] }

/** Whether nothing is asked of the text. */
export function asksNothing(needs: Needs): boolean {
  return needs.trigrams.length === 0 && needs.clauses.length === 0
}

/** Clauses with more options than this are met by most texts, and slow to go through. */
const MAX_OPTIONS = 24

/** A text must meet all the needs; the clauses most likely to fail come first. */
export function allOf(needs: readonly Needs[]): Needs {
  return {
    trigrams: [...new Set(needs.flatMap((need) => need.trigrams))],
    clauses: needs
      .flatMap((need) => need.clauses)
      .filter((options) => options.length <= MAX_OPTIONS)
      .sort((a, b) => a.length - b.length),
  }
}

/** A text must meet one of the needs, so all that they have in common. */
export function oneOf(options: readonly Needs[]): Needs {
  if (options.length === 1) return options[0]!
  const [first = ANYTHING] = options
  const trigrams = first.trigrams.filter((each) => options.every((option) => option.trigrams.includes(each)))
  const common = new Set(trigrams)
  const rest = options.map((option) => ({
    ...option,
    trigrams: option.trigrams.filter((each) => !common.has(each)),
  }))
  return { trigrams, clauses: rest.some(asksNothing) ? [] : [rest] }
}

/** A text must hold one of the rows of symbols; a row too short for a trigram could be anywhere. */
export function oneOfRows(rows: ReadonlySet<string>): Needs {
  return oneOf([...rows].map((row) => ({ trigrams: trigramsOf(row), clauses: [] })))
}

/** The trigrams of a row of symbols, those that few texts hold first. */
function trigramsOf(row: string): number[] {
  const trigrams: Array<{ readonly row: number; readonly common: number }> = []
  for (let i = 2; i < row.length; i++) {
    const symbols = [row.charCodeAt(i - 2), row.charCodeAt(i - 1), row.charCodeAt(i)]
    trigrams.push({
      row: symbols.reduce((packed, symbol) => (packed << 6) | symbol, 0),
      common: symbols.reduce((sum, symbol) => sum + commonness(symbol), 0),
    })
  }
  return trigrams.sort((a, b) => a.common - b.common).map((trigram) => trigram.row)
}

/**
 * Needs as one list of numbers, which is read several times as fast as objects that lie about in memory: the number of
 * bits, the bits, the number of clauses, and for each clause its length, the number of options, and for each option
 * its length and its own needs.
 */
export type PackedNeeds = Int32Array

/** Packs needs for {@link mayMeet}; undefined when nothing is asked. */
export function packNeeds(needs: Needs): PackedNeeds | undefined {
  return asksNothing(needs) ? undefined : Int32Array.from(packed(needs))
}

function packed(needs: Needs): number[] {
  const clauses = needs.clauses.flatMap((options) =>
    withLength([options.length, ...options.flatMap(packedOption)]),
  )
  const bits = [...new Set(needs.trigrams.map(trigramBit))]
  return [bits.length, ...bits, needs.clauses.length, ...clauses]
}

const packedOption = (option: Needs): number[] => withLength(packed(option))

const withLength = (numbers: number[]): number[] => [numbers.length, ...numbers]

/** A trigram that every text holds that meets the needs, as a position in a sketch: the one that fewest texts hold. */
export function rarestTrigram(needs: PackedNeeds | undefined): number | undefined {
  return needs === undefined || needs[0] === 0 ? undefined : needs[1]
}

/** What the request's body holds where a text in it meets the needs: two trigrams at most, as positions in its sketch. */
export function neededInBody(needs: Needs): readonly number[] {
  return needs.trigrams
    .map(positionInBody)
    .filter((position) => position !== undefined)
    .slice(0, 2)
}

/** Whether the text of the sketch may meet the needs; when it does, the answer is never false. */
export function mayMeet(sketch: TextSketch, needs: PackedNeeds): boolean {
  return meets(sketch.bits(), needs, 0)
}

function meets(bits: Int32Array, needs: PackedNeeds, start: number): boolean {
  let at = start + 1
  for (const end = at + needs[start]!; at < end; at++) {
    if (!holdsBit(bits, needs[at]!)) return false
  }
  for (let clauses = needs[at++]!; clauses > 0; clauses--) {
    const length = needs[at++]!
    if (!meetsOne(bits, needs, at)) return false
    at += length
  }
  return true
}

function meetsOne(bits: Int32Array, needs: PackedNeeds, start: number): boolean {
  let at = start + 1
  for (let options = needs[start]!; options > 0; options--) {
    const length = needs[at++]!
    if (meets(bits, needs, at)) return true
    at += length
  }
  return false
}
