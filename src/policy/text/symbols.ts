import { KELVIN_SIGN, LONG_S } from './code-ranges.js'

/*
 * The alphabet in which texts are sketched: 64 symbols, six bits. Letters have one symbol whatever their case, all
 * digits share one, white space shares one, and so does everything outside ASCII.
 */

const DIGIT = 27
const SPACE = 28
const FIRST_SIGN = 29
const CONTROL = 62
/** What everything outside ASCII is, with few exceptions. */
export const FOREIGN = 63

/** İ: its lower case is an `i` and a dot above. */
const DOTTED_CAPITAL_I = 0x130

/** The symbols of the UTF-16 units below 256, in a table of the caller's own. */
export function symbolTable(): Uint8Array {
  const symbols = new Uint8Array(256).fill(FOREIGN)
  let sign = FIRST_SIGN
  for (let unit = 0; unit < 0x80; unit++) {
    const character = String.fromCharCode(unit)
    if (/[A-Za-z]/.test(character)) symbols[unit] = (unit | 0x20) - 0x60
    else if (/\d/.test(character)) symbols[unit] = DIGIT
    else if (/\s/.test(character)) symbols[unit] = SPACE
    else symbols[unit] = unit < 0x20 || unit === 0x7f ? CONTROL : sign++
  }
  return symbols
}

const SYMBOLS = symbolTable()

/** The symbol of any UTF-16 unit. The few that have an ASCII letter as their other case share that letter's symbol. */
export function symbolOf(unit: number): number {
  if (unit < 256) return SYMBOLS[unit]!
  if (unit === KELVIN_SIGN) return symbolOf(0x6b)
  if (unit === LONG_S) return symbolOf(0x73)
  if (unit === DOTTED_CAPITAL_I) return symbolOf(0x69)
  return FOREIGN
}

/**
 * The one ASCII character (letters in lower case) that a symbol stands for; undefined where it stands for several: digits, white
 * space, control characters, all beyond ASCII.
 */
export function characterOf(symbol: number): number | undefined {
  return symbol === DIGIT || symbol === SPACE || symbol === CONTROL || symbol === FOREIGN
    ? undefined
    : SYMBOLS.lastIndexOf(symbol)
}

const COMMON_FIRST = ' etaoinsrhldcumpfg'

/** Roughly how often a symbol comes in texts: 0 for most signs and rare letters, more for the letters of every word. */
export function commonness(symbol: number): number {
  return COMMON.get(symbol) ?? 0
}

const COMMON: ReadonlyMap<number, number> = new Map(
  [...COMMON_FIRST].map((character, rank) => [symbolOf(character.charCodeAt(0)), COMMON_FIRST.length - rank]),
)
