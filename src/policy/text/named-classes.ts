import { RE2JS } from 're2js'
import {
  ALL_CODE_POINTS,
  type CodeRanges,
  KELVIN_SIGN,
  LAST_CODE_POINT,
  LONG_S,
  mergeRanges,
} from './code-ranges.js'

/** `\d`, `\s`, `\w`: ASCII only, as in RE2; `\s` has no vertical tab. */
export const PERL_CLASSES: ReadonlyMap<string, CodeRanges> = new Map([
  ['d', [0x30, 0x39]],
  ['s', [0x09, 0x0a, 0x0c, 0x0d, 0x20, 0x20]],
  ['w', [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a]],
])

/** The names that may stand between `[:` and `:]`. */
export const POSIX_CLASSES: ReadonlyMap<string, CodeRanges> = new Map([
  ['alnum', [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a]],
  ['alpha', [0x41, 0x5a, 0x61, 0x7a]],
  ['ascii', [0x00, 0x7f]],
  ['blank', [0x09, 0x09, 0x20, 0x20]],
  ['cntrl', [0x00, 0x1f, 0x7f, 0x7f]],
  ['digit', [0x30, 0x39]],
  ['graph', [0x21, 0x7e]],
  ['lower', [0x61, 0x7a]],
  ['print', [0x20, 0x7e]],
  ['punct', [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e]],
  ['space', [0x09, 0x0d, 0x20, 0x20]],
  ['upper', [0x41, 0x5a]],
  ['word', [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a]],
  ['xdigit', [0x30, 0x39, 0x41, 0x46, 0x61, 0x66]],
])

const properties = new Map<string, CodeRanges | undefined>()

/**
 * The code points of a Unicode category or script, as `\p{name}` names it, or undefined when there is no such name.
 *
 * The table is the one of `re2js`, so both engines read the same edition of Unicode.
 */
export function propertyRanges(name: string): CodeRanges | undefined {
  if (!/^[A-Za-z_]+$/.test(name)) return undefined
  if (name === 'Any') return ALL_CODE_POINTS
  if (!properties.has(name)) properties.set(name, tableOf(`\\p{${name}}`))
  return properties.get(name)
}

// Unicode classes are one object each, and folding one takes milliseconds.
const foldedSets = new WeakMap<CodeRanges, CodeRanges>()

/** Adds to a set every code point that differs from a member by case only (Unicode simple folding). */
export function foldCase(ranges: CodeRanges): CodeRanges {
  if (ranges.length === 0) return ranges
  if (ranges[ranges.length - 1]! < 0x80) return foldAscii(ranges)
  const known = foldedSets.get(ranges) ?? foldAny(ranges)
  foldedSets.set(ranges, known)
  return known
}

function foldAny(ranges: CodeRanges): CodeRanges {
  // The last code point keeps re2js from storing a one-letter class as a literal; it has no other case.
  const items: string[] = []
  for (let i = 0; i < ranges.length; i += 2) items.push(`\\x{${hex(ranges[i]!)}}-\\x{${hex(ranges[i + 1]!)}}`)
  const folded = tableOf(`(?i)[${items.join('')}\\x{${hex(LAST_CODE_POINT)}}]`)
  if (folded === undefined) throw new Error('re2js refused a plain class')
  if (ranges[ranges.length - 1] === LAST_CODE_POINT) return folded
  const last = folded.length - 1
  return folded[last - 1] === LAST_CODE_POINT
    ? folded.slice(0, -2)
    : [...folded.slice(0, last), LAST_CODE_POINT - 1]
}

function foldAscii(ranges: CodeRanges): CodeRanges {
  const folded = [...ranges]
  for (let i = 0; i < ranges.length; i += 2) {
    const [lo, hi] = [ranges[i]!, ranges[i + 1]!]
    for (let code = Math.max(lo, 0x41); code <= Math.min(hi, 0x7a); code++) {
      const letter = code | 0x20
      if (letter < 0x61 || letter > 0x7a) continue
      folded.push(letter, letter, letter - 0x20, letter - 0x20)
      if (letter === 0x6b) folded.push(KELVIN_SIGN, KELVIN_SIGN)
      if (letter === 0x73) folded.push(LONG_S, LONG_S)
    }
  }
  return mergeRanges(folded)
}

/** Reads the ranges out of what re2js compiled a pattern of one class to. */
function tableOf(classSource: string): CodeRanges | undefined {
  let instructions: ReadonlyArray<{ readonly runes: Int32Array }>
  try {
    instructions = RE2JS.compile(classSource).re2().prog.inst
  } catch {
    return undefined
  }
  const runes = instructions.find((instruction) => instruction.runes.length > 0)?.runes
  if (runes === undefined) return undefined
  return runes.length === 1 ? [runes[0]!, runes[0]!] : mergeRanges([...runes])
}

const hex = (code: number): string => code.toString(16)
