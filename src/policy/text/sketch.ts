import { FOREIGN, symbolOf, symbolTable } from './symbols.js'

/** One bit for each of 2^15 hashes of three symbols: 4 kB, which stays in the first cache. */
const WORDS = 1024

/** The position in a sketch of the last three of a row of symbols, packed six bits apart. */
export function trigramBit(row: number): number {
  // Only the last 18 bits count; 2^32 over the golden ratio spreads neighbours over all hashes.
  return Math.imul(row << 14, 0x9e3779b1) >>> 17
}

/** Whether the sketch with these bits holds a trigram, given by its position. */
export const holdsBit = (bits: Int32Array, bit: number): boolean => (bits[bit >> 5]! & (1 << bit)) !== 0

/** Sketches are made for the few texts of one gate check, so their memory is lent in turn, not allocated. */
const LENT_AT_ONCE = 4
const memory = Array.from({ length: LENT_AT_ONCE }, () => new Int32Array(WORDS))
const borrowers: Array<number | undefined> = memory.map(() => undefined)
let sketches = 0
let nextLoan = 0

/**
 * Which groups of three characters a text holds, letter case and the choice of digit aside: so it tells of any group
 * that the text certainly does *not* hold it, or that it may.
 *
 * Building takes about 1.5 us a kB, and one memory access a question after that.
 */
export class TextSketch {
  private readonly id = sketches++
  private loan = 0

  constructor(private readonly text: string) {}

  /** The sketch as a set of bits, by {@link trigramBit}; valid until another sketch is asked for its own. */
  bits(): Int32Array {
    if (borrowers[this.loan] === this.id) return memory[this.loan]!
    this.loan = nextLoan
    nextLoan = (nextLoan + 1) % LENT_AT_ONCE
    borrowers[this.loan] = this.id
    const bits = memory[this.loan]!
    draw(bits, this.text)
    return bits
  }
}

/** Texts are read as UTF-8 by so many UTF-16 units at a time, which is twice as fast as reading unit by unit. */
const CHUNK = 16_384
const bytes = Buffer.alloc(CHUNK * 3)

// The loops below run for every byte of every text. V8 folds arrays that are this module's own constants into its
// machine code, and only those: hence a table and a drawing board of its own, at half the time.
const symbols = symbolTable()
const board = new Int32Array(WORDS)

function draw(bits: Int32Array, text: string): void {
  board.fill(0)
  let row = 0
  for (let start = 0; start < text.length; start += CHUNK) {
    const chunk = text.length <= CHUNK ? text : text.slice(start, start + CHUNK)
    const length = bytes.write(chunk, 0, 'utf8')
    // Only ASCII takes as many bytes as units.
    row = length === chunk.length ? drawAscii(length, row) : drawUtf8(length, row)
  }
  bits.set(board)
}

function drawAscii(length: number, before: number): number {
  let row = before
  for (let i = 0; i < length; i++) {
    row = (row << 6) | symbols[bytes[i]!]!
    const bit = trigramBit(row)
    board[bit >> 5]! |= 1 << bit
  }
  return row
}

function drawUtf8(length: number, before: number): number {
  let row = before
  for (let i = 0; i < length; i++) {
    const byte = bytes[i]!
    if (byte >= 0x80 && byte < 0xc0) continue
    if (byte < 0x80) row = drawSymbol(row, symbols[byte]!)
    else if (byte < 0xf0) row = drawSymbol(row, symbolOf(unitAt(bytes, i)))
    // What takes four bytes takes two UTF-16 units.
    else row = drawSymbol(drawSymbol(row, FOREIGN), FOREIGN)
  }
  return row
}

function drawSymbol(before: number, symbol: number): number {
  const row = (before << 6) | symbol
  const bit = trigramBit(row)
  board[bit >> 5]! |= 1 << bit
  return row
}

/** The UTF-16 unit whose two or three bytes of UTF-8 begin here. */
export function unitAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]!
  if (byte < 0xe0) return ((byte & 0x1f) << 6) | (bytes[at + 1]! & 0x3f)
  return ((byte & 0x0f) << 12) | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f)
}
