import { type CodeRanges, coversAll, LAST_CODE_POINT, within } from './code-ranges.js'
import type { PatternNode } from './pattern-tree.js'
import { surrogatePairs } from './surrogate-pairs.js'
import { looksAhead } from './v8-look-ahead.js'

/** Longest source given to V8; beyond it a pattern is left to the other engine. */
const MAX_SOURCE_LENGTH = 20_000

/** V8's linear engine refuses counted repeats that multiply to more than this; larger ones are written out. */
const MAX_COUNT = 16

/** V8's compiler can write twice as much for each further `\b` on one way through the pattern. */
const MAX_WORD_EDGES = 8

/** V8 compiles when it searches first, up to four times, with all else waiting: this is some 10 ms. */
const MAX_LOOKS_AHEAD = 200_000

/** Where in the whole pattern a node stands: line anchors can be put into words only at an end. */
interface Standing {
  readonly first: boolean
  readonly last: boolean
  /** By how much the repeats around the node multiply it already. */
  readonly copies: number
}

/** Thrown, and caught below, when a pattern cannot be put into the words that V8's linear engine knows. */
class NotForV8 extends Error {}

/**
 * Writes a pattern as the source of a JavaScript `RegExp` without flags.
 *
 * V8's linear engine knows neither the `u` nor the `i` flag nor look-around, so characters beyond the BMP are written
 * as surrogate pairs, and letter case is in the classes already. The source is exact on well-formed text.
 *
 * @returns undefined when V8's linear engine has no words for the pattern: line anchors in its middle, `\B`, and
 *   counted repeats too large to be written out; and when V8's compiler could take long
 */
export function v8Source(tree: PatternNode): string | undefined {
  if (wordEdges(tree) > MAX_WORD_EDGES || looksAhead(tree, MAX_LOOKS_AHEAD) > MAX_LOOKS_AHEAD)
    return undefined
  try {
    const source = write(tree, { first: true, last: true, copies: 1 })
    return source.length > MAX_SOURCE_LENGTH ? undefined : source
  } catch (error) {
    if (error instanceof NotForV8) return undefined
    throw error
  }
}

/** The most `\b` on one way through the pattern. */
function wordEdges(node: PatternNode): number {
  switch (node.kind) {
    case 'set':
      return 0
    case 'place':
      return node.place === 'word-edge' ? 1 : 0
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + wordEdges(part), 0)
    case 'either':
      return Math.max(...node.options.map(wordEdges))
    case 'repeat': {
      const inBody = wordEdges(node.body)
      return inBody === 0 ? 0 : inBody * (Number.isFinite(node.max) ? node.max : node.min + 1)
    }
  }
}

function write(node: PatternNode, at: Standing): string {
  switch (node.kind) {
    case 'set':
      return writeSet(node.codes)
    case 'place':
      return writePlace(node.place, at)
    case 'sequence':
      return node.parts.map((part, i) => grouped(part, placeOf(at, i, node.parts.length))).join('')
    case 'either':
      return node.options.map((option) => write(option, at)).join('|')
    case 'repeat':
      return writeRepeat(node, at)
  }
}

const placeOf = (at: Standing, index: number, length: number): Standing => ({
  first: at.first && index === 0,
  last: at.last && index === length - 1,
  copies: at.copies,
})

const grouped = (node: PatternNode, at: Standing): string =>
  node.kind === 'either' ? `(?:${write(node, at)})` : write(node, at)

function writePlace(place: (PatternNode & { kind: 'place' })['place'], at: Standing): string {
  if (place === 'text-start') return '^'
  if (place === 'text-end') return '$'
  if (place === 'word-edge') return '\\b'
  // At an end of the pattern it does no harm to read the newline that makes the line.
  if (place === 'line-start' && at.first) return '(?:^|\\n)'
  if (place === 'line-end' && at.last) return '(?:$|\\n)'
  // In the middle this needs look-behind. `\B` would hold between the two halves of a surrogate pair.
  throw new NotForV8()
}

function writeRepeat(node: PatternNode & { kind: 'repeat' }, at: Standing): string {
  const { body, min, max } = node
  const inside: Standing = { first: false, last: false, copies: at.copies }
  if (max === 0) return ''
  if (max === Number.POSITIVE_INFINITY) {
    const copies = min === 0 ? '' : writeCounted(body, min, min, inside)
    return copies + writeStar(body, inside)
  }
  return writeCounted(body, min, max, inside)
}

function writeStar(body: PatternNode, at: Standing): string {
  if (body.kind === 'set' && coversAll(body.codes, 0x10000, LAST_CODE_POINT)) {
    // Any number of whole characters, where all that take two units are welcome: reading unit by unit is the same,
    // because nothing else in a pattern can go on from the middle of a pair.
    return `${unitClass(body.codes, true)}*`
  }
  return `${atom(write(body, at))}*`
}

function writeCounted(body: PatternNode, min: number, max: number, at: Standing): string {
  const chunk = isQuickerWrittenOut(body, max) ? 1 : Math.max(1, Math.floor(MAX_COUNT / at.copies))
  const one = atom(write(body, { ...at, copies: at.copies * Math.min(chunk, max) }))
  const whole = one + counted(chunk, chunk)
  const least =
    bounded(whole, Math.floor(min / chunk)) +
    (min % chunk === 0 ? '' : one + counted(min % chunk, min % chunk))
  return least + writeOptional(one, max - min, chunk)
}

/**
 * V8 searches for single characters written one by one up to four times as fast as for a counted repeat of them,
 * because it can look ahead over them.
 */
function isQuickerWrittenOut(body: PatternNode, max: number): boolean {
  return body.kind === 'set' && max <= MAX_WRITTEN_OUT && body.codes.length <= MAX_RANGES_WRITTEN_OUT
}

const MAX_WRITTEN_OUT = 256
/** Bounds, two a range, of a class that may be written again and again. */
const MAX_RANGES_WRITTEN_OUT = 16

/** Up to `count` more: one chunk and then up to the rest, or less than a chunk. Each number of copies has one way. */
function writeOptional(one: string, count: number, chunk: number): string {
  if (count === 0) return ''
  let source = ''
  let left = count % chunk
  if (left > 0) source = one + counted(0, left)
  for (; left < count; left += chunk) {
    const less = chunk === 1 ? '' : one + counted(0, chunk - 1)
    source = bounded(`(?:${one}${counted(chunk, chunk)}${source}|${less})`, 1)
  }
  return source
}

const counted = (min: number, max: number): string => {
  if (min === max) return min === 1 ? '' : `{${min}}`
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`
}

function bounded(source: string, times: number): string {
  if (source.length * times > MAX_SOURCE_LENGTH) throw new NotForV8()
  return source.repeat(times)
}

/** Makes a source safe to be followed by a repetition operator. */
function atom(source: string): string {
  return /^(?:[0-9A-Za-z]|\\u[0-9a-f]{4}|\[[^\]]*\])$/.test(source) ? source : `(?:${source})`
}

function writeSet(codes: CodeRanges): string {
  const units = within(codes, 0, 0xd7ff).concat(within(codes, 0xe000, 0xffff))
  const pairs = surrogatePairs(codes).map(({ highs, lows }) => unitClass(highs, true) + unitClass(lows, true))
  if (pairs.length === 0) return unitClass(units, false)
  const options = units.length === 0 ? pairs : [unitClass(units, false), ...pairs]
  return options.length === 1 ? options[0]! : `(?:${options.join('|')})`
}

/** Writes ranges of UTF-16 units as a class, or as a bare character when there is but one. */
function unitClass(ranges: CodeRanges, withSurrogates: boolean): string {
  const units = withSurrogates ? within(ranges, 0, 0xffff) : ranges
  if (units.length === 2 && units[0] === units[1]) return unit(units[0]!)
  const inside: string[] = []
  for (let i = 0; i < units.length; i += 2) {
    const [lo, hi] = [units[i]!, units[i + 1]!]
    inside.push(lo === hi ? unit(lo) : `${unit(lo)}-${unit(hi)}`)
  }
  return `[${inside.join('')}]`
}

const unit = (code: number): string =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
    ? String.fromCharCode(code)
    : `\\u${code.toString(16).padStart(4, '0')}`
