/**
 * The string functions that are not compiled in, or wrongly: `replace` never returns there where an empty text is to be
 * replaced, `concat` takes a set in no order, `indexof` finds an empty text, `substring` knows no `1.0`, and `contains`
 * and `split` take the length of one text times that of the other. Positions and lengths are in code points, as in OPA.
 */
import { inBytes, inCharacters, isText, ofBytes, rejoined } from './bytes.js'
import { firstOccurrence, occurrences, splitAt } from './occurrences.js'
import { type Builtin, BuiltinHalt, fail, integerOperand, membersOperand, stringOperand } from './operand.js'
import { sortedMembers } from './order.js'
import { RegoSet, type Term } from './term.js'

/** Both texts such that one is in the other where its bytes are: what is no text may be part of a character. */
const alike = (text: string, part: string): readonly [text: string, part: string] =>
  isText(part) ? [text, part] : [inBytes(text), inBytes(part)]

const strings = (term: Term | undefined): string[] =>
  typeof term === 'string' ? [term] : membersOperand(term).map(stringOperand)

/** Looked up by length: trying each on each takes the number of the ones times that of the others. */
const anyMatch =
  (affixOf: (text: string, length: number) => string): Builtin =>
  (texts, affixes) => {
    let [all, wanted] = [strings(texts), strings(affixes)]
    if (!wanted.every(isText)) [all, wanted] = [all.map(inBytes), wanted.map(inBytes)]
    const known = new Set(wanted)
    const lengths = [...new Set(wanted.map(({ length }) => length))]
    return all.some((text) =>
      lengths.some((length) => length <= text.length && known.has(affixOf(text, length))),
    )
  }

function contains(text: string, part: string): boolean {
  return firstOccurrence(...alike(text, part)) >= 0
}

const pointsIn = (text: string): number => [...text].length

function count(text: string, part: string): number {
  if (part === '') return pointsIn(text) + 1
  let found = 0
  for (const _ of occurrences(...alike(text, part))) found++
  return found
}

function indexOf(text: string, part: string): number {
  if (part === '') return fail('empty search character')
  const seen = inCharacters(text)
  const at = firstOccurrence(seen, inCharacters(part))
  return at < 0 ? at : pointsIn(seen.slice(0, at))
}

// Matches may overlap.
function indexesOf(text: string, part: string): number[] {
  if (part === '') return fail('empty search character')
  const found: number[] = []
  const seen = inCharacters(text)
  let points = 0
  let from = 0
  for (const at of occurrences(seen, inCharacters(part), true)) {
    points += pointsIn(seen.slice(from, at))
    from = at
    found.push(points)
  }
  return found
}

function split(text: string, delimiter: string): string[] {
  if (delimiter === '') return [...text]
  if (isText(delimiter)) return splitAt(text, delimiter)
  return splitAt(...alike(text, delimiter)).map(ofBytes)
}

// The first n parts, or the last -n of them.
function splitN(text: string, delimiter: string, n: number): string[] {
  const parts = split(text, delimiter)
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
  const seen = inCharacters(text)
  const rest = seen.slice(unitsOf(seen, start))
  if (length < 0n) return rest
  const part = rest.slice(0, unitsOf(rest, length))
  // Only the whole keeps its bytes.
  return part === seen ? text : part
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
  if (!isText(text) || !isText(part)) return ofBytes(putInstead(inBytes(text), inBytes(part), inBytes(by)))
  return rejoined(putInstead(text, part, by))
}

function putInstead(text: string, part: string, by: string): string {
  return between(part === '' ? ['', ...text, ''] : splitAt(text, part), by)
}

export const stringBuiltins: Readonly<Record<string, Builtin>> = {
  contains: (text, part) => contains(stringOperand(text), stringOperand(part)),
  split: (text, delimiter) => split(stringOperand(text), stringOperand(delimiter)),
  'strings.any_prefix_match': anyMatch((text, length) => text.slice(0, length)),
  'strings.any_suffix_match': anyMatch((text, length) => text.slice(text.length - length)),
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
