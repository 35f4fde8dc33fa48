/**
 * `hex.*`, and of base64 what is not compiled in, or wrongly: decoding there steps over whatever is no base64, so that
 * anything is valid.
 */
import { textOf } from './bytes.js'
import { type Builtin, bytesOperand, fail, stringOperand } from './operand.js'

/**
 * Decodes base64url as Go does: padded or not, line ends anywhere, and never mind the bits that are left over.
 * @throws BuiltinError for anything else
 */
export function base64UrlBytes(text: string): Buffer {
  const short = Buffer.byteLength(text) % 4
  if (!text.endsWith('=') && short === 1) return fail('illegal base64url string')
  const padded = text.endsWith('=') || short === 0 ? text : text + '='.repeat(4 - short)
  return paddedBytes(padded, /^[\w-]*={0,2}$/) ?? fail('illegal base64url string')
}

function paddedBytes(text: string, alphabet: RegExp): Buffer | undefined {
  const digits = text.replace(/[\r\n]/g, '')
  return digits.length % 4 === 0 && alphabet.test(digits) ? Buffer.from(digits, 'base64') : undefined
}

const base64Bytes = (text: string): Buffer | undefined => paddedBytes(text, /^[A-Za-z\d+/]*={0,2}$/)

function hexBytes(text: string): Buffer {
  if (text.length % 2 !== 0 || /[^0-9a-f]/i.test(text)) return fail('not hexadecimal')
  return Buffer.from(text, 'hex')
}

export const encodingBuiltins: Readonly<Record<string, Builtin>> = {
  'hex.encode': (text) => bytesOperand(text).toString('hex'),
  'hex.decode': (text) => textOf(hexBytes(stringOperand(text))),
  'base64.decode': (text) => textOf(base64Bytes(stringOperand(text)) ?? fail('illegal base64 string')),
  'base64.is_valid': (text) => typeof text === 'string' && base64Bytes(text) !== undefined,
  'base64url.decode': (text) => textOf(base64UrlBytes(stringOperand(text))),
  'base64url.encode_no_pad': (text) => bytesOperand(text).toString('base64url'),
}
