import { symbolOf, symbolTable } from './symbols.js'

/** One bit for each of 2^15 hashes of three symbols: 4 kB, which stays in the first cache. */
const WORDS = 1024

/** The position in a sketch of the last three of a row of symbols, packed six bits apart. */
export function trigramBit(row: number): number {
  // Only the last 18 bits count; 2^32 over the golden ratio spreads neighbours over all hashes.
  return Math.imul(row << 14, 0x9e3779b1) >>> 17
}

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

/** Texts shorter than this are read through a buffer, which is twice as fast as reading unit by unit. */
const BUFFERED_LENGTH = (1 << 16) - 4
const bytes = Buffer.alloc(1 << 16)

// The loop below runs for every byte of every text. V8 folds arrays that are this module's own constants into its
// machine code, and only those: hence a table and a drawing board of its own, at half the time.
const symbols = symbolTable()
const board = new Int32Array(WORDS)

function draw(bits: Int32Array, text: string): void {
  board.fill(0)
  // Only ASCII takes as many bytes as units.
  if (text.length < BUFFERED_LENGTH && bytes.write(text, 0, 'utf8') === text.length) drawBytes(text.length)
  else drawUnits(text)
  bits.set(board)
}

function drawBytes(length: number): void {
  let row = 0
  for (let i = 0; i < length; i++) {
    row = (row << 6) | symbols[bytes[i]!]!
    const bit = trigramBit(row)
    board[bit >> 5]! |= 1 << bit
  }
}

function drawUnits(text: string): void {
  let row = 0
  for (let i = 0; i < text.length; i++) {
    row = (row << 6) | symbolOf(text.charCodeAt(i))
    const bit = trigramBit(row)
    board[bit >> 5]! |= 1 << bit
  }
}
