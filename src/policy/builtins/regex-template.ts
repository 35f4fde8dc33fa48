/** Templates of `regex.template_match`: plain text with patterns between delimiters, `urn:foo:{.*}`. */
import { fail } from './operand.js'

/** A template as a pattern, and the patterns it is made of, each of which must be one by itself. */
export interface TemplatePattern {
  readonly whole: string
  readonly parts: readonly string[]
}

/**
 * @param start the opening delimiter, one ASCII character; delimiters nest
 * @param end the closing delimiter, likewise
 * @throws BuiltinError for other delimiters, and for delimiters that do not pair
 */
export function templatePattern(template: string, start: string, end: string): TemplatePattern {
  for (const delimiter of [start, end]) if (Buffer.byteLength(delimiter) !== 1) fail('not one character')
  const parts: string[] = []
  let whole = '^'
  let level = 0
  let from = 0
  for (let at = 0; at < template.length; at++) {
    // The opening delimiter first: it may be the closing one too, and then nothing closes.
    if (template[at] === start) {
      if (level++ > 0) continue
      whole += quote(template.slice(from, at))
      from = at + 1
    } else if (template[at] === end) {
      if (--level < 0) fail('unbalanced delimiters')
      if (level > 0) continue
      const part = template.slice(from, at)
      whole += `(${part})`
      parts.push(`^${part}$`)
      from = at + 1
    }
  }
  if (level !== 0) fail('unbalanced delimiters')
  return { whole: `${whole}${quote(template.slice(from))}$`, parts }
}

const quote = (text: string): string => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
