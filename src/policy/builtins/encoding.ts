/** `hex.*` and the one `base64url.*` that is not compiled in. */
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
  const digits = padded.replace(/[\r\n]/g, '')
  if (digits.length % 4 !== 0 || !/^[\w-]*={0,2}$/.test(digits)) return fail('illegal base64url string')
  return Buffer.from(digits, 'base64url')
}

function hexBytes(text: string): Buffer {
  if (text.length % 2 !== 0 || /[^0-9a-f]/i.test(text)) return fail('not hexadecimal')
  return Buffer.from(text, 'hex')
}

export const encodingBuiltins: Readonly<Record<string, Builtin>> = {
  'hex.encode': (text) => bytesOperand(text).toString('hex'),
  'hex.decode': (text) => textOf(hexBytes(stringOperand(text))),
  'base64url.encode_no_pad': (text) => bytesOperand(text).toString('base64url'),
}
