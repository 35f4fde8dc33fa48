/** Single values as Go's `fmt` prints them under a verb and flags. */
import { bytesOf } from './bytes.js'
import { type FloatVerb, formatFloat } from './go-float.js'
import { canBackquote, goQuote, isPrintable } from './go-quote.js'
import { asInt64 } from './operand.js'

/** What OPA hands to `fmt`: strings, `float64`, and integers, which are `int64` or `*big.Int` by their size. */
export type GoValue = string | number | bigint

export interface Flags {
  plus: boolean
  minus: boolean
  sharp: boolean
  space: boolean
  zero: boolean
  /** `%#v` */
  sharpV: boolean
  /** `%+v` */
  plusV: boolean
  width?: number
  precision?: number
}

export const noFlags = (): Flags => ({
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  sharpV: false,
  plusV: false,
})

/**
 * A value under a verb; Go's complaint where the verb does not fit the value.
 * @param type what the complaint calls the value, and `%T` prints
 */
export function formatValue(value: GoValue, verb: string, flags: Flags, type = typeName(value)): string {
  if (verb === 'T') return formatText(type, flags)
  if (typeof value === 'bigint' && asInt64(value) === undefined) return formatBig(value, verb, flags)
  const format = { bigint: formatInt, number: formatDouble, string: formatString }[typeof value as 'string']
  return format(value as never, verb, flags) ?? `%!${verb}(${type}=${formatValue(value, 'v', flags)})`
}

export function typeName(value: GoValue): string {
  if (typeof value === 'bigint') return asInt64(value) === undefined ? '*big.Int' : 'int64'
  return typeof value === 'string' ? 'string' : 'float64'
}

const lengthOf = (text: string): number => [...text].length

/** To the width of the flags. Zeros pad on the left only. */
export function pad(text: string, flags: Flags, zero = flags.zero): string {
  if (flags.width === undefined) return text
  const padding = (zero && !flags.minus ? '0' : ' ').repeat(Math.max(flags.width - lengthOf(text), 0))
  return flags.minus ? text + padding : padding + text
}

const truncated = (text: string, flags: Flags): string =>
  flags.precision === undefined
    ? text
    : // No character takes more than two units.
      [...text.slice(0, 2 * flags.precision)].slice(0, flags.precision).join('')

const formatText = (text: string, flags: Flags): string => pad(truncated(text, flags), flags)

function formatString(value: string, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
      return flags.sharpV ? formatQuoted(value, flags) : formatText(value, flags)
    case 's':
      return formatText(value, flags)
    case 'q':
      return formatQuoted(value, flags)
    case 'x':
    case 'X':
      return formatHex(value, verb, flags)
    default:
      return undefined
  }
}

function formatQuoted(value: string, flags: Flags): string {
  const text = truncated(value, flags)
  return pad(flags.sharp && canBackquote(text) ? `\`${text}\`` : goQuote(text, '"', flags.plus), flags)
}

// The bytes of a string; a space flag sets them apart.
function formatHex(value: string, verb: 'x' | 'X', flags: Flags): string {
  const bytes = bytesOf(value)
  const pairs = Array.from(bytes.subarray(0, flags.precision ?? bytes.length), (byte) =>
    byte.toString(16).padStart(2, '0'),
  )
  const prefix = flags.sharp ? '0x' : ''
  const text = pairs.length === 0 ? '' : prefix + pairs.join(flags.space ? ` ${prefix}` : '')
  return pad(verb === 'X' ? text.toUpperCase() : text, flags)
}

function formatInt(value: bigint, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
    case 'd':
      return formatInteger(value, 10, verb, flags)
    case 'b':
      return formatInteger(value, 2, verb, flags)
    case 'o':
    case 'O':
      return formatInteger(value, 8, verb, flags)
    case 'x':
    case 'X':
      return formatInteger(value, 16, verb, flags)
    case 'c':
      return pad(characterOf(value), flags)
    case 'q':
      return pad(goQuote(characterOf(value), "'", flags.plus), flags)
    case 'U':
      return pad(formatUnicode(value, flags), flags, false)
    default:
      return undefined
  }
}

const PREFIXES: Readonly<Record<string, string>> = { b: '0b', o: '0', x: '0x', X: '0X' }

function formatInteger(value: bigint, base: number, verb: string, flags: Flags): string {
  if (flags.precision === 0 && value === 0n) return ' '.repeat(flags.width ?? 0)
  const negative = value < 0n
  const sign = negative ? '-' : flags.plus ? '+' : flags.space ? ' ' : ''
  const zeroed =
    flags.precision === undefined && flags.zero && !flags.minus ? (flags.width ?? 0) - sign.length : 0
  const size = (negative ? -value : value).toString(base).padStart(flags.precision ?? zeroed, '0')
  const digits = verb === 'X' ? size.toUpperCase() : size
  const prefix =
    flags.sharp && !(base === 8 && digits[0] === '0') ? (PREFIXES[verb === 'O' ? 'o' : verb] ?? '') : ''
  return pad(sign + (verb === 'O' ? '0o' : '') + prefix + digits, flags, false)
}

const isCharacter = (value: bigint): boolean =>
  value >= 0n && value <= 0x10ffffn && !(value >= 0xd800n && value < 0xe000n)

const characterOf = (value: bigint): string =>
  isCharacter(value) ? String.fromCodePoint(Number(value)) : '\ufffd'

function formatUnicode(value: bigint, flags: Flags): string {
  const digits = BigInt.asUintN(64, value).toString(16).toUpperCase()
  const text = `U+${digits.padStart(Math.max(flags.precision ?? 4, 4), '0')}`
  const character = characterOf(value)
  return flags.sharp && isCharacter(value) && isPrintable(character) ? `${text} '${character}'` : text
}

// `*big.Int` formats itself, much like `int64`, but for a few flags.
function formatBig(value: bigint, verb: string, flags: Flags): string {
  const base = { b: 2, o: 8, O: 8, d: 10, s: 10, v: 10, x: 16, X: 16 }[verb]
  if (base === undefined) return `%!${verb}(big.Int=${value})`
  const sign = value < 0n ? '-' : flags.plus || flags.plusV ? '+' : flags.space ? ' ' : ''
  const prefix = verb === 'O' ? '0o' : flags.sharp ? (PREFIXES[verb] ?? '') : ''
  const size = (value < 0n ? -value : value).toString(base)
  const digits = (verb === 'X' ? size.toUpperCase() : size).padStart(flags.precision ?? 0, '0')
  const zeros = flags.zero && !flags.minus && flags.precision === undefined
  const room = (flags.width ?? 0) - sign.length - prefix.length
  return pad(sign + prefix + digits.padStart(zeros ? room : 0, '0'), flags, false)
}

const DEFAULT_PRECISION: Readonly<Record<string, number>> = { e: 6, E: 6, f: 6 }

function formatDouble(value: number, verb: string, flags: Flags): string | undefined {
  const wanted = { v: 'g', F: 'f' }[verb] ?? verb
  if (!/^[efgbx]$/i.test(wanted)) return undefined
  const precision = flags.precision ?? DEFAULT_PRECISION[wanted]
  const written = formatFloat(value, wanted as FloatVerb, precision)
  const unsigned = written.replace(/^-/, '')
  const text = flags.sharp && wanted !== 'b' ? withPoint(unsigned, wanted, precision) : unsigned
  const sign = written !== unsigned ? '-' : flags.plus ? '+' : flags.space ? ' ' : ''
  // The sign goes before the zeros.
  if (sign === '' || !flags.zero || flags.minus) return pad(sign + text, flags)
  return sign + text.padStart((flags.width ?? 0) - 1, '0')
}

// `#` keeps the point, and for `g` and `x` the zeros behind it.
function withPoint(text: string, verb: string, precision: number | undefined): string {
  const tailAt = text.search(/x/i.test(verb) ? /p/i : /[ep]/i)
  const [number, tail] = tailAt < 0 ? [text, ''] : [text.slice(0, tailAt), text.slice(tailAt)]
  const counted = number.replace('.', '').replace(/^[0]+/, '').length
  const alone = number === '0' ? 1 : 0
  const missing = /^[gGx]$/.test(verb) ? (precision ?? 6) - counted - alone : 0
  return number + (number.includes('.') ? '' : '.') + '0'.repeat(Math.max(missing, 0)) + tail
}
