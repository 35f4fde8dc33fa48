/**
 * Strings that are not UTF-8. OPA's strings are bytes (`base64.decode` makes any of them); here each byte that is no
 * UTF-8 travels as a lone surrogate, U+DC80 to U+DCFF, so that keys and digests come out right.
 */

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const LONE_SURROGATE = /\p{Surrogate}/u

/** Whether a string can be written as UTF-8. */
export const isText = (text: string): boolean => !LONE_SURROGATE.test(text)

/** The string of these bytes, whatever they are. */
export function textOf(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes)
  } catch {
    return escapedText(bytes)
  }
}

/** The bytes of a string; the reverse of `textOf`. */
export function bytesOf(text: string): Buffer {
  if (isText(text)) return Buffer.from(text)
  const parts = text.split(/([\udc80-\udcff])/u)
  return Buffer.concat(
    parts.map((part, i) => (i % 2 === 0 ? Buffer.from(part) : Buffer.of(part.charCodeAt(0) - 0xdc00))),
  )
}

/** The string of one byte. */
export const byteText = (byte: number): string => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)

/** The string with its characters whole, whose bytes came from different strings. */
export const rejoined = (text: string): string => (isText(text) ? text : textOf(bytesOf(text)))

/** The string with U+FFFD for each byte that is no UTF-8, which Go has for a character of its own; as long as before. */
export const inCharacters = (text: string): string =>
  isText(text) ? text : text.replace(/\p{Surrogate}/gu, '\ufffd')

/** The string with a character for each byte. */
export const inBytes = (text: string): string => bytesOf(text).toString('latin1')

/** The reverse of `inBytes`. */
export const ofBytes = (text: string): string => textOf(Buffer.from(text, 'latin1'))

/** The string of these bytes, with U+FFFD for each that is no UTF-8, as Go's JSON reader has it. */
export const replacedText = (bytes: Uint8Array): string => inCharacters(textOf(bytes))

function escapedText(bytes: Uint8Array): string {
  let text = ''
  let from = 0
  for (let at = 0; at < bytes.length; ) {
    const length = lengthOfCharacter(bytes, at)
    if (length === 0) {
      text += strict.decode(bytes.subarray(from, at)) + byteText(bytes[at]!)
      from = at + 1
    }
    at += length || 1
  }
  return text + strict.decode(bytes.subarray(from))
}

// Zero where no character starts. The second byte tells overlong forms, surrogates and what is beyond Unicode.
function lengthOfCharacter(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  if (lead < 0x80) return 1
  const length = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  const second = bytes[at + 1] ?? 0
  if (second < least || second > most) return 0
  for (let next = at + 2; next < at + length; next++) if ((bytes[next] ?? 0) >> 6 !== 2) return 0
  return length
}
