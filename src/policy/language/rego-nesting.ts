import { MAX_NESTING, type Place } from './yaml-documents.js'

// Strings and comments are passed over.
const sign = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*|[[\](){}\n]/g
/** In a string with expressions in it, which strings stand where is not seen here. */
const template = /\$["`]/

/** Where the brackets of a Rego text nest deeper than people write them: OPA's parser would exhaust its stack. */
export function tooDeepInRego(text: string): Place | undefined {
  if (template.test(text)) return undefined
  let depth = 0
  let line = 1
  let lineStart = 0
  for (const { 0: found, index } of text.matchAll(sign)) {
    if (found === '\n' || found.startsWith('`')) {
      const lines = found.split('\n')
      line += lines.length - 1
      if (lines.length > 1) lineStart = index + found.length - lines.at(-1)!.length
    } else if ('[({'.includes(found)) depth++
    else if ('])}'.includes(found)) depth--
    if (depth > MAX_NESTING) return { line, column: index - lineStart + 1 }
  }
  return undefined
}
