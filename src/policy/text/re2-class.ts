import { type CodeRanges, complement, mergeRanges } from './code-ranges.js'
import { foldCase } from './named-classes.js'
import type { PatternReader } from './pattern-reader.js'
import { readClassEscape, readEscapedCode, readPosixClass } from './re2-escape.js'

/** Reads a bracketed class, the reader standing on its `[`. */
export function readBracketClass(reader: PatternReader): CodeRanges {
  const start = reader.offset
  reader.skip(1)
  const negated = reader.takeIf('^')
  const members: number[] = []
  let first = true
  while (first || reader.peek() !== ']') {
    first = false
    members.push(...(readPosixClass(reader) ?? readClassEscape(reader) ?? readRange(reader, start)))
  }
  reader.skip(1)
  const merged = mergeRanges(members)
  return negated ? complement(merged) : merged
}

function readRange(reader: PatternReader, classStart: number): CodeRanges {
  const start = reader.offset
  const lo = readMember(reader, classStart)
  let hi = lo
  if (reader.peek() === '-' && reader.peek(1) !== ']') {
    reader.skip(1)
    hi = readMember(reader, classStart)
    if (hi < lo) return reader.refuse('the class range runs backwards', start)
  }
  return reader.flags.i ? foldCase([lo, hi]) : [lo, hi]
}

function readMember(reader: PatternReader, classStart: number): number {
  if (!reader.more()) return reader.refuse('the class is not closed with ]', classStart)
  return reader.peek() === '\\' ? readEscapedCode(reader) : reader.take().codePointAt(0)!
}
