/** Literals of Go: what strings, characters and numbers in source text stand for. All throw BuiltinError where Go refuses. */
import { byteText, rejoined } from './bytes.js'
import { asInt64, fail } from './operand.js'

const NAMED: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 }
const ESCAPE = /\\(?:(x[\da-fA-F]{2})|(u[\da-fA-F]{4}|U[\da-fA-F]{8})|([0-3][0-7]{2})|([abfnrtv\\'"]))/y

/** The text between double quotes or backquotes. */
export function unquote(literal: string): string {
  const body = literal.slice(1, -1)
  if (literal[0] === '`') return body.replaceAll('\r', '')
  let text = ''
  for (let at = 0; at < body.length; ) {
    const slash = body.indexOf('\\', at)
    text += body.slice(at, slash < 0 ? undefined : slash)
    if (slash < 0) break
    const { code, length, byte } = escaped(body, slash, '"')
    text += byte ? byteText(code) : String.fromCodePoint(code)
    at = slash + length
  }
  return rejoined(text)
}

/** The code point between single quotes. */
export function characterCode(literal: string): number {
  const body = literal.slice(1, -1)
  if (body[0] !== '\\') return [...body].length === 1 ? body.codePointAt(0)! : fail('not one character')
  const { code, length } = escaped(body, 0, "'")
  return length === body.length ? code : fail('not one character')
}

interface Escaped {
  readonly code: number
  readonly length: number
  /** Two digits in base 16 or three in base 8: a byte, which need not be a character. */
  readonly byte: boolean
}

function escaped(body: string, at: number, quote: string): Escaped {
  ESCAPE.lastIndex = at
  const [{ length }, hex, unicode, octal, name = ''] = ESCAPE.exec(body) ?? fail('an unknown escape')
  if (hex !== undefined || octal !== undefined)
    return { code: Number.parseInt(hex?.slice(1) ?? octal!, hex === undefined ? 8 : 16), length, byte: true }
  if (unicode !== undefined)
    return { code: scalar(Number.parseInt(unicode.slice(1), 16)), length, byte: false }
  if ((name === '"' || name === "'") && name !== quote) fail('an escaped quote of the other kind')
  return { code: NAMED[name] ?? name.charCodeAt(0), length, byte: false }
}

const scalar = (code: number): number =>
  code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? code : fail('no character has this number')

const MISPLACED = /(?<!\d|^[+-]?0[bBoO])_|_(?!\d)/
const MISPLACED_IN_HEX = /(?<![\da-fA-F]|^[+-]?0[xX])_|_(?![\da-fA-F])/
const INTEGER = /^([+-]?)(0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9]\d*)$/
const FLOAT = /^[+-]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][+-]?\d+)?$/
const HEX_FLOAT = /^([+-]?)0[xX]([\da-fA-F]*)\.?([\da-fA-F]*)[pP]([+-]?\d+)$/

/** A number as `text/template` reads it: a `float64`, or an integer, which may be one of 64 bits without a sign. */
export function numberLiteral(literal: string): number | bigint {
  if ((/^[+-]?0x/i.test(literal) ? MISPLACED_IN_HEX : MISPLACED).test(literal)) fail('a misplaced underscore')
  const text = literal.replaceAll('_', '')
  const [, sign, digits] = INTEGER.exec(text) ?? []
  if (digits !== undefined) return integer(sign!, digits)
  const value = FLOAT.test(text) ? Number(text) : hexFloat(text)
  return Number.isFinite(value) ? value : fail('a number out of range')
}

function integer(sign: string, digits: string): number | bigint {
  const size = BigInt(/^0\d/.test(digits) ? `0o${digits}` : digits)
  const value = sign === '-' ? -size : size
  const held = sign === '' ? BigInt.asUintN(64, value) === value : asInt64(value) !== undefined
  if (!held) fail('a number out of range')
  // An `e` makes it a float to Go, which looks past that of base 16 only where no sign is before.
  return sign !== '' && /e/i.test(digits) ? Number(value) : value
}

function hexFloat(text: string): number {
  const [, sign, whole = '', fraction = '', power] = HEX_FLOAT.exec(text) ?? fail('not a number')
  if (whole + fraction === '') fail('not a number')
  const exponent = Number(power) - 4 * fraction.length
  const half = Math.trunc(exponent / 2)
  // In two steps, as the power alone may be out of range.
  const size = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** half * 2 ** (exponent - half)
  return sign === '-' ? -size : size
}
