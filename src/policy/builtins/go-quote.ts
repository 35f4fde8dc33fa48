/** Quoted strings and characters as Go writes them. */

const NAMED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
}

/** Whether Go prints a character as it is: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export const isPrintable = (character: string): boolean => /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)

/**
 * Quotes a text.
 * @param quote `"`, or `'` for a single character
 * @param ascii escape everything beyond ASCII
 */
export function goQuote(text: string, quote: '"' | "'" = '"', ascii = false): string {
  return quote + Array.from(text, (character) => escaped(character, quote, ascii)).join('') + quote
}

function escaped(character: string, quote: string, ascii: boolean): string {
  const code = character.codePointAt(0)!
  if (character === quote) return `\\${quote}`
  if (Object.hasOwn(NAMED, character)) return NAMED[character]!
  if (isPrintable(character) && (!ascii || code < 0x80)) return character
  const digits = code.toString(16)
  if (code < 0x80) return `\\x${digits.padStart(2, '0')}`
  // A byte that is no UTF-8, as `bytes.ts` carries it.
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
}

/** Whether Go can write a text between backquotes. */
export const canBackquote = (text: string): boolean =>
  !/(?!\t)(?=\p{Cc})\p{ASCII}|[`\ufeff\p{Surrogate}]/u.test(text)
