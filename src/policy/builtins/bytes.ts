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

/** The string with U+FFFD for each byte that is no UTF-8, as Go's JSON reader has it. */
export const replacedText = (bytes: Uint8Array): string => textOf(bytes).replace(/\p{Surrogate}/gu, '\ufffd')

function escapedText(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const length = lengthOfCharacter(bytes, at)
    text +=
      length === 0 ? String.fromCharCode(0xdc00 + bytes[at]!) : strict.decode(bytes.subarray(at, at + length))
    at += length || 1
  }
  return text
}

// Zero where no character starts.
function lengthOfCharacter(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    try {
      strict.decode(bytes.subarray(at, at + length))
      return length
    } catch {}
  }
  return 0
}
