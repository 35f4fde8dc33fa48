/**
 * The string functions that are not compiled in, or wrongly: `replace` never returns there where an empty text is to be
 * replaced, `concat` takes a set in no order, `indexof` finds an empty text, and `substring` knows no `1.0`.
 * Positions and lengths are in code points, as in OPA.
 */
import { type Builtin, BuiltinHalt, fail, integerOperand, membersOperand, stringOperand } from './operand.js'
import { sortedMembers } from './order.js'
import { RegoSet, type Term } from './term.js'

const strings = (term: Term | undefined): string[] =>
  typeof term === 'string' ? [stringOperand(term)] : membersOperand(term).map(stringOperand)

const anyMatch =
  (matches: (text: string, affix: string) => boolean): Builtin =>
  (texts, affixes) => {
    const [all, wanted] = [strings(texts), strings(affixes)]
    return all.some((text) => wanted.some((affix) => matches(text, affix)))
  }

const pointsIn = (text: string): number => [...text].length

function count(text: string, part: string): number {
  return part === '' ? pointsIn(text) + 1 : text.split(part).length - 1
}

function indexOf(text: string, part: string): number {
  if (part === '') return fail('empty search character')
  const at = text.indexOf(part)
  return at < 0 ? at : pointsIn(text.slice(0, at))
}

// Matches may overlap.
function indexesOf(text: string, part: string): number[] {
  if (part === '') return fail('empty search character')
  const found: number[] = []
  let points = 0
  let from = 0
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    points += pointsIn(text.slice(from, at))
    from = at
    found.push(points)
  }
  return found
}

// The first n parts, or the last -n of them.
function splitN(text: string, delimiter: string, n: number): string[] {
  const parts = delimiter === '' ? [...text] : text.split(delimiter)
  return n >= 0 ? parts.slice(0, n) : parts.slice(Math.max(parts.length + n, 0))
}

// More than an evaluation may take in memory; a caller could have it made of little.
const LONGEST = 64 * 1024 * 1024

/** Texts with another between them. @throws BuiltinHalt where that would be too long */
function between(texts: readonly string[], separator: string): string {
  const length = texts.reduce((sum, text) => sum + text.length, separator.length * (texts.length - 1))
  if (length > LONGEST) throw new BuiltinHalt(`a text of more than ${LONGEST} characters`)
  return texts.join(separator)
}

/** Texts that are no UTF-8 are put together too: they may be secrets. */
function joined(separator: Term, parts: Term): string {
  const texts = parts instanceof RegoSet ? sortedMembers(parts) : membersOperand(parts)
  const allText = [separator, ...texts].every((text) => typeof text === 'string')
  return allText ? between(texts as string[], separator as string) : fail('must be strings')
}

/** So many characters from a position on; all that follow where the length is negative. */
function substring(text: string, start: bigint, length: bigint): string {
  if (start < 0n) return fail('negative offset')
  const rest = text.slice(unitsOf(text, start))
  return length < 0n ? rest : rest.slice(0, unitsOf(rest, length))
}

/** UTF-16 units of the first so many characters. */
function unitsOf(text: string, characters: bigint): number {
  let at = 0
  for (let left = Number(characters); left > 0 && at < text.length; left--)
    at += text.codePointAt(at)! > 0xffff ? 2 : 1
  return at
}

/** An empty text stands before each character, and behind the last. */
function replaced(text: string, part: string, by: string): string {
  return between(part === '' ? ['', ...text, ''] : text.split(part), by)
}

export const stringBuiltins: Readonly<Record<string, Builtin>> = {
  'strings.any_prefix_match': anyMatch((text, prefix) => text.startsWith(prefix)),
  'strings.any_suffix_match': anyMatch((text, suffix) => text.endsWith(suffix)),
  'strings.count': (text, part) => count(stringOperand(text), stringOperand(part)),
  'strings.split_n': (text, delimiter, n) =>
    splitN(stringOperand(text), stringOperand(delimiter), Number(integerOperand(n))),
  substring: (text, start, length) =>
    substring(stringOperand(text), integerOperand(start), integerOperand(length)),
  replace: (text, part, by) => replaced(stringOperand(text), stringOperand(part), stringOperand(by)),
  concat: (separator, parts) => joined(separator!, parts!),
  indexof: (text, part) => indexOf(stringOperand(text), stringOperand(part)),
  indexof_n: (text, part) => indexesOf(stringOperand(text), stringOperand(part)),
  'glob.quote_meta': (pattern) => stringOperand(pattern).replace(/[*?\\[\]{}]/g, '\\$&'),
  // Without a tracer, as in OPA, its note goes nowhere.
  trace: () => true,
}
