import { ALL_CODE_POINTS, type CodeRanges, complement } from './code-ranges.js'
import { foldCase } from './named-classes.js'
import { PatternReader, PatternRefusal } from './pattern-reader.js'
import { expandedSize, type PatternNode, type Place, sequence } from './pattern-tree.js'
import { readBracketClass } from './re2-class.js'
import { readClassEscape, readEscapedCode } from './re2-escape.js'
import { readGroupOpening } from './re2-group.js'
import { nestedCountWithin, readRepeat } from './re2-repeat.js'

/** The longest pattern accepted, in UTF-16 units. */
export const MAX_PATTERN_LENGTH = 1000
/** How deep groups may nest. */
export const MAX_NESTING = 200
/** How many times nested counted repeats may multiply to, as in RE2. */
export const MAX_REPEAT = 1000
/** How many characters a pattern may name once its counted repeats are written out. */
export const MAX_EXPANDED_SIZE = 20_000

export type ParsedPattern =
  | { readonly ok: true; readonly tree: PatternNode }
  | { readonly ok: false; readonly message: string; readonly offset: number }

/**
 * Reads a pattern in RE2 syntax.
 *
 * @see https://github.com/google/re2/wiki/Syntax
 * @returns the tree, or why the pattern is refused and where (offset in UTF-16 units)
 */
export function parseRe2(source: string): ParsedPattern {
  if (source.length > MAX_PATTERN_LENGTH) {
    const message = `the pattern is longer than ${MAX_PATTERN_LENGTH} characters`
    return { ok: false, message, offset: MAX_PATTERN_LENGTH }
  }
  const lone = source.search(/\p{Surrogate}/u)
  if (lone >= 0)
    return {
      ok: false,
      message: 'the pattern holds half of a character',
      offset: lone,
    }
  const reader = new PatternReader(source)
  try {
    const tree = readAlternatives(reader, 0)
    if (reader.more()) reader.refuse('this ) closes nothing', reader.offset)
    if (expandedSize(tree) > MAX_EXPANDED_SIZE) {
      reader.refuse(`written out, the pattern names more than ${MAX_EXPANDED_SIZE} characters`, 0)
    }
    return { ok: true, tree }
  } catch (error) {
    if (error instanceof PatternRefusal) return { ok: false, message: error.message, offset: error.offset }
    throw error
  }
}

function readAlternatives(reader: PatternReader, depth: number): PatternNode {
  const options = [readSequence(reader, depth)]
  while (reader.takeIf('|')) options.push(readSequence(reader, depth))
  return options.length === 1 ? options[0]! : { kind: 'either', options }
}

function readSequence(reader: PatternReader, depth: number): PatternNode {
  const parts: PatternNode[] = []
  let afterRepeat = false
  while (reader.more() && reader.peek() !== '|' && reader.peek() !== ')') {
    const start = reader.offset
    const repeat = readRepeat(reader)
    if (repeat === undefined) {
      readAtom(reader, depth, parts)
      afterRepeat = false
      continue
    }
    if (afterRepeat) reader.refuse('a repetition cannot be repeated; put the first in a group', start)
    const body = parts.pop()
    if (body === undefined) return reader.refuse('there is nothing to repeat before this', start)
    const node: PatternNode = { kind: 'repeat', body, ...repeat }
    if (!nestedCountWithin(node, MAX_REPEAT)) {
      reader.refuse(`nested repeats multiply to more than ${MAX_REPEAT}`, start)
    }
    parts.push(node)
    afterRepeat = true
  }
  return sequence(parts)
}

/** Reads one thing that can be repeated, or several (`\Q..\E`), or none (`(?i)`). */
function readAtom(reader: PatternReader, depth: number, parts: PatternNode[]): void {
  const { m, s } = reader.flags
  switch (reader.peek()) {
    case '(':
      readGroup(reader, depth, parts)
      return
    case '[':
      parts.push({ kind: 'set', codes: readBracketClass(reader) })
      return
    case '^':
      reader.skip(1)
      parts.push({ kind: 'place', place: m ? 'line-start' : 'text-start' })
      return
    case '$':
      reader.skip(1)
      parts.push({ kind: 'place', place: m ? 'line-end' : 'text-end' })
      return
    case '.':
      reader.skip(1)
      parts.push({ kind: 'set', codes: s ? ALL_CODE_POINTS : NOT_NEWLINE })
      return
    case '\\':
      readBackslash(reader, parts)
      return
    default:
      parts.push(literal(reader, reader.take().codePointAt(0)!))
  }
}

function readGroup(reader: PatternReader, depth: number, parts: PatternNode[]): void {
  const start = reader.offset
  const outer = reader.flags
  if (!readGroupOpening(reader)) return
  if (depth >= MAX_NESTING) reader.refuse(`groups nest deeper than ${MAX_NESTING}`, start)
  const inside = readAlternatives(reader, depth + 1)
  if (!reader.takeIf(')')) reader.refuse('the group is not closed with )', start)
  reader.flags = outer
  parts.push(inside)
}

const PLACES: ReadonlyMap<string, Place> = new Map([
  ['A', 'text-start'],
  ['z', 'text-end'],
  ['b', 'word-edge'],
  ['B', 'not-word-edge'],
])

function readBackslash(reader: PatternReader, parts: PatternNode[]): void {
  const place = PLACES.get(reader.peek(1))
  if (place !== undefined) {
    reader.skip(2)
    parts.push({ kind: 'place', place })
  } else if (reader.takeIf('\\Q')) {
    while (reader.more() && !reader.takeIf('\\E')) parts.push(literal(reader, reader.take().codePointAt(0)!))
  } else {
    const codes = readClassEscape(reader)
    parts.push(codes === undefined ? literal(reader, readEscapedCode(reader)) : { kind: 'set', codes })
  }
}

function literal(reader: PatternReader, code: number): PatternNode {
  const codes: CodeRanges = [code, code]
  return { kind: 'set', codes: reader.flags.i ? foldCase(codes) : codes }
}

const NOT_NEWLINE = complement([0x0a, 0x0a])
