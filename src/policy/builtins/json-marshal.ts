/** `json.marshal` and `json.marshal_with_options`: JSON as Go's encoder writes it, on one line or indented. */

import { type Builtin, fail, objectOperand, stringOperand } from './operand.js'
import { compareStrings, sortedEntries, sortedMembers } from './order.js'
import { isArray, isNumber, numberText, RegoObject, RegoSet, type Term } from './term.js'

/** Line ends and indentation; none means one line. */
interface Indentation {
  readonly prefix: string
  readonly indent: string
}

/**
 * Writes a value: sets as sorted arrays, keys in order, keys that are no strings as their own JSON. Of keys that become
 * one so, the last in Rego's order stays.
 */
function marshal(term: Term, style: Indentation | undefined, depth = 0): string {
  if (typeof term === 'string') return quote(term)
  if (isNumber(term)) return numberText(term)
  if (isArray(term) || term instanceof RegoSet) {
    const members = isArray(term) ? term : sortedMembers(term)
    return enclose(
      members.map((member) => marshal(member, style, depth + 1)),
      '[]',
      style,
      depth,
    )
  }
  if (!(term instanceof RegoObject)) return String(term)
  const named = sortedEntries(term).map(
    ([key, value]) => [typeof key === 'string' ? key : marshal(key, undefined), value] as const,
  )
  const entries = [...new Map(named)].sort(([a], [b]) => compareStrings(a, b))
  const colon = style === undefined ? ':' : ': '
  return enclose(
    entries.map(([key, value]) => quote(key) + colon + marshal(value, style, depth + 1)),
    '{}',
    style,
    depth,
  )
}

function enclose(
  items: readonly string[],
  brackets: string,
  style: Indentation | undefined,
  depth: number,
): string {
  if (style === undefined || items.length === 0) return brackets[0] + items.join() + brackets[1]
  const line = `\n${style.prefix}${style.indent.repeat(depth)}`
  return `${brackets[0]}${items.map((item) => line + style.indent + item).join()}${line}${brackets[1]}`
}

// Go also escapes what could end a script in a page, and writes U+FFFD for each byte that is no text.
function quote(text: string): string {
  const parts = text.split(/\p{Surrogate}/u).map((part) => JSON.stringify(part).slice(1, -1))
  return `"${parts.join('\\ufffd').replace(/[<>&\u2028\u2029]/g, escaped)}"`
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

function styleOf(options: RegoObject): Indentation | undefined {
  let [prefix, indent] = ['', '\t']
  let pretty: boolean | undefined
  for (const [key, value] of options) {
    if (key === 'prefix') prefix = stringOperand(value)
    else if (key === 'indent') indent = stringOperand(value)
    else if (key === 'pretty') pretty = typeof value === 'boolean' ? value : fail('pretty must be boolean')
    else fail('unknown option')
  }
  const wanted = pretty ?? (options.has('prefix') || options.has('indent'))
  return wanted ? { prefix, indent } : undefined
}

export const jsonMarshalBuiltins: Readonly<Record<string, Builtin>> = {
  'json.marshal': (term) => marshal(term!, undefined),
  'json.marshal_with_options': (term, options) => {
    const style = styleOf(objectOperand(options))
    return (style?.prefix ?? '') + marshal(term!, style)
  },
}
