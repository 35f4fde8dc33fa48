import { isAscii } from 'node:buffer'
import { unitAt } from './sketch.js'
import { characterOf, symbolOf } from './symbols.js'

/**
 * Which groups of three characters a request's body holds, letter case aside, as a sketch holds those of a text.
 *
 * The texts that policies look at are strings out of the body, or several of them with line breaks between. So what the
 * body does not hold they do not hold, and one look at the body's own bytes spares putting together most of them.
 * That is true of groups of letters and signs: a number may be written otherwise in a text than in the body, and white
 * space is also what lies between strings.
 *
 * Coarser than a text's sketch and drawn in half the time, so two groups are asked of each test.
 */
export type BodySketch = Uint8Array

/** A byte for each of 2^12 hashes. */
const SKETCH_BYTES = 4096
/** Longer bodies are not sketched. */
const LONGEST_BODY = 64 * 1024
/** What stands for a character that no test asks for. */
const OTHER = 0xff
const BACKSLASH = 0x5c
const SMALL_U = 0x75

// Constants of this module, which V8 folds into its machine code: see `sketch.ts`.
const board = new Uint8Array(SKETCH_BYTES)
const text = new Uint8Array(LONGEST_BODY + 4)
const words = new Uint32Array(text.buffer)
const firstByteIsLowest = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

/** The position of three characters: the first in bits 8 to 15, the last in bits 24 to 31. */
const position = (row: number): number => Math.imul(row, 0x9e3779b1) >>> 20

/** The position of a row of three symbols; undefined where bodies are not asked for it. */
export function positionInBody(row: number): number | undefined {
  let characters = 0
  for (const shift of [12, 6, 0]) {
    const character = characterOf((row >> shift) & 63)
    if (character === undefined) return undefined
    characters = (characters >>> 8) | (folded(character) << 24)
  }
  return position(characters)
}

/** Letter case aside; some signs become others, the same for all. */
const folded = (character: number): number => character | 0x20

/** Whether the body may hold what has this position; false is certain. */
export const bodyHolds = (sketch: BodySketch, at: number): boolean => sketch[at] !== 0

/**
 * Sketch a body.
 * @param bytes valid JSON in valid UTF-8
 * @returns the sketch, valid until the next one is drawn; undefined where the body is too long for it
 */
export function sketchBody(bytes: Uint8Array): BodySketch | undefined {
  const { length } = bytes
  if (length > LONGEST_BODY) return undefined
  text.set(bytes)
  board.fill(0)
  if (firstByteIsLowest && isAscii(bytes) && !bytes.includes(BACKSLASH)) drawPlain(length)
  else drawAny(length)
  return board
}

/** Four characters at a time. */
function drawPlain(length: number): void {
  text.fill(0x20, length, length + 3)
  const count = (length + 3) >> 2
  let before = 0
  for (let i = 0; i < count; i++) {
    const word = words[i]! | 0x20202020
    board[position(((before >>> 16) | (word << 16)) << 8)] = 1
    board[position(((before >>> 24) | (word << 8)) << 8)] = 1
    board[position(word << 8)] = 1
    board[position(word & 0xffffff00)] = 1
    before = word
  }
}

function drawAny(length: number): void {
  let row = 0
  for (let i = 0; i < length; i++) {
    const byte = text[i]!
    let character = byte
    if (byte === BACKSLASH) {
      character = asCharacter(escaped(i))
      i += text[i + 1] === SMALL_U ? 5 : 1
    } else if (byte >= 0x80) {
      // The first byte of several speaks for all.
      if (byte < 0xc0) continue
      character = byte < 0xf0 ? asCharacter(unitAt(text, i)) : OTHER
    }
    row = (row >>> 8) | (folded(character) << 24)
    board[position(row & 0xffffff00)] = 1
  }
}

/** A UTF-16 unit; the few beyond ASCII that have an ASCII letter as their other case are that letter. */
const asCharacter = (unit: number): number => (unit < 0x80 ? unit : (characterOf(symbolOf(unit)) ?? OTHER))

const control = new Map([...'bfnrt'].map((letter, i) => [letter.charCodeAt(0), '\b\f\n\r\t'.charCodeAt(i)]))

/** The UTF-16 unit that the escape stands for which begins here. */
function escaped(at: number): number {
  const letter = text[at + 1]!
  if (letter !== SMALL_U) return control.get(letter) ?? letter
  return Number.parseInt(String.fromCharCode(...text.subarray(at + 2, at + 6)), 16)
}
