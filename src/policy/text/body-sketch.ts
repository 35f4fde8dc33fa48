import { trigramBit, unitAt } from './sketch.js'
import { FOREIGN, symbolOf, symbolTable } from './symbols.js'

/**
 * Which groups of three characters a request's body holds, as a sketch holds those of a text (letter case aside).
 *
 * The texts that policies look at are strings out of the body, or several of them with line breaks between. So what the
 * body does not hold they do not hold, and one look at the body's own bytes spares putting together most of them.
 * That is true of groups without digits and white space ({@link isOwn}): a number may be written otherwise in a text than in
 * the body, and white space is also what lies between strings.
 *
 * Coarser than a text's sketch and quicker drawn, so two groups are asked of each test.
 */
export type BodySketch = Uint8Array

/** A byte for each of 2^12 hashes. */
const SKETCH_BYTES = 4096

// Larger than any symbol: what needs a closer look.
const ESCAPE = 64
const BEYOND_ASCII = 65

/** Longer bodies are not sketched. */
const LONGEST_BODY = 64 * 1024

// Constants of this module, which V8 folds into its machine code: see `sketch.ts`.
const text = new Uint8Array(LONGEST_BODY)
const board = new Uint8Array(SKETCH_BYTES)
const symbols = symbolTable()
symbols.fill(BEYOND_ASCII, 0x80)
symbols[0x5c] = ESCAPE

/**
 * Sketch a body.
 * @param bytes valid JSON in valid UTF-8
 * @returns the sketch, valid until the next one is drawn; undefined where the body is too long for it
 */
export function sketchBody(bytes: Uint8Array): BodySketch | undefined {
  if (bytes.length > LONGEST_BODY) return undefined
  text.set(bytes)
  board.fill(0)
  const { length } = bytes
  let row = 0
  for (let i = 0; i < length; i++) {
    const symbol = symbols[text[i]!]!
    if (symbol < ESCAPE) {
      row = (row << 6) | symbol
      board[trigramBit(row) >> 3] = 1
    } else if (symbol === ESCAPE) {
      row = draw(row, symbolOf(escaped(i)))
      i += text[i + 1] === 0x75 ? 5 : 1
    } else if (text[i]! >= 0xc0) row = drawBeyondAscii(row, i)
  }
  return board
}

function drawBeyondAscii(before: number, at: number): number {
  if (text[at]! < 0xf0) return draw(before, symbolOf(unitAt(text, at)))
  // What takes four bytes takes two UTF-16 units.
  return draw(draw(before, FOREIGN), FOREIGN)
}

function draw(before: number, symbol: number): number {
  const row = (before << 6) | symbol
  board[trigramBit(row) >> 3] = 1
  return row
}

const control = new Map([...'bfnrt'].map((letter, i) => [letter.charCodeAt(0), '\b\f\n\r\t'.charCodeAt(i)]))

/** The UTF-16 unit that the escape stands for which begins here. */
function escaped(at: number): number {
  const letter = text[at + 1]!
  if (letter !== 0x75) return control.get(letter) ?? letter
  return Number.parseInt(String.fromCharCode(...text.subarray(at + 2, at + 6)), 16)
}

/** Whether the body may hold a trigram, given by its position in a text's sketch; false is certain. */
export const bodyHolds = (sketch: BodySketch, trigram: number): boolean => sketch[trigram >> 3] !== 0
