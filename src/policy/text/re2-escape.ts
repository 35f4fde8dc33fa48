import { type CodeRanges, complement, LAST_CODE_POINT } from './code-ranges.js'
import { foldCase, PERL_CLASSES, POSIX_CLASSES, propertyRanges } from './named-classes.js'
import type { PatternReader } from './pattern-reader.js'

const PLAIN_ESCAPES: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
])

/** Reads one escaped character, the reader standing on its backslash. Refuses what RE2 refuses. */
export function readEscapedCode(reader: PatternReader): number {
  const start = reader.offset
  reader.skip(1)
  if (!reader.more()) return reader.refuse('a backslash at the end of the pattern escapes nothing', start)
  const letter = reader.take()
  if (letter >= '0' && letter <= '7') return readOctal(reader, letter, start)
  if (letter === 'x') return readHex(reader, start)
  const plain = PLAIN_ESCAPES.get(letter)
  if (plain !== undefined) return plain
  if (letter.charCodeAt(0) < 0x80 && !/[0-9A-Za-z]/.test(letter)) return letter.charCodeAt(0)
  if (letter === '8' || letter === '9' || letter === 'k') return refuseBackReference(reader, start)
  return reader.refuse(`the escape \\${letter} does not exist in RE2`, start)
}

function readOctal(reader: PatternReader, first: string, start: number): number {
  if (first !== '0' && !/[0-7]/.test(reader.peek())) return refuseBackReference(reader, start)
  let digits = first
  while (digits.length < 3 && /[0-7]/.test(reader.peek())) digits += reader.take()
  return Number.parseInt(digits, 8)
}

function refuseBackReference(reader: PatternReader, start: number): never {
  return reader.refuse('back-references are not part of RE2: they cannot be matched in linear time', start)
}

function readHex(reader: PatternReader, start: number): number {
  const braced = /^\{([0-9A-Fa-f]+)\}/.exec(reader.rest())
  const digits = braced?.[1] ?? /^[0-9A-Fa-f]{2}/.exec(reader.rest())?.[0]
  if (digits === undefined) return reader.refuse('\\x needs two hex digits, or some in braces', start)
  const code = Number.parseInt(digits, 16)
  if (code > LAST_CODE_POINT) return reader.refuse('there is no such code point', start)
  reader.skip(braced ? braced[0].length : 2)
  return code
}

/** Reads `\d`, `\W`, `\pN`, `\P{Greek}` and the like; undefined, reading nothing, when none stands here. */
export function readClassEscape(reader: PatternReader): CodeRanges | undefined {
  const letter = reader.peek(1)
  if (reader.peek() !== '\\' || letter === '') return undefined
  if (letter === 'p' || letter === 'P') return readProperty(reader)
  const perl = PERL_CLASSES.get(letter.toLowerCase())
  if (perl === undefined) return undefined
  reader.skip(2)
  return signed(foldedIf(reader.flags.i, perl), letter !== letter.toLowerCase())
}

function readProperty(reader: PatternReader): CodeRanges {
  const start = reader.offset
  const match = /^\\([pP])(?:\{(\^?)([^}]*)\}|([^{]))/su.exec(reader.rest())
  if (match === null) return reader.refuse('\\p needs the name of a Unicode class', start)
  const name = match[3] ?? match[4]!
  const ranges = propertyRanges(name)
  if (ranges === undefined) return reader.refuse(`there is no Unicode class named ${name}`, start)
  reader.skip(match[0].length)
  return signed(foldedIf(reader.flags.i, ranges), (match[1] === 'P') !== (match[2] === '^'))
}

/** Reads `[:alpha:]` or `[:^alpha:]` inside a class; undefined, reading nothing, when none stands here. */
export function readPosixClass(reader: PatternReader): CodeRanges | undefined {
  const rest = reader.rest()
  const end = rest.startsWith('[:') ? rest.indexOf(':]') : -1
  if (end < 0) return undefined
  const negated = rest[2] === '^'
  const ranges = POSIX_CLASSES.get(rest.slice(negated ? 3 : 2, Math.max(end, 2)))
  if (ranges === undefined) {
    return reader.refuse(`there is no POSIX class ${rest.slice(0, end + 2)}`, reader.offset)
  }
  reader.skip(end + 2)
  return signed(foldedIf(reader.flags.i, ranges), negated)
}

const foldedIf = (fold: boolean, ranges: CodeRanges): CodeRanges => (fold ? foldCase(ranges) : ranges)

const signed = (ranges: CodeRanges, negated: boolean): CodeRanges => (negated ? complement(ranges) : ranges)
