/**
 * Reasons with fields in them: `{model} needs a reviewer in {metadata.environment}`. `{{` and `}}` are braces.
 * @module
 */
import type { FieldPath } from '../policy.js'
import { hasAny, parseFieldPath } from './field-path.js'
import { regoList } from './rego-text.js'

/** A field whose value stands in the reason. */
export interface ReasonField {
  readonly field: FieldPath
  /** UTF-16 units from the start of the text. */
  readonly offset: number
}

export type ReasonPart = string | ReasonField

export type ParsedReason =
  | { readonly ok: true; readonly parts: readonly ReasonPart[] }
  /** `offset` counts UTF-16 units from the start of the text. */
  | { readonly ok: false; readonly message: string; readonly offset: number }

const token = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g

/** Takes a reason apart, without the space around it. Neighbouring literal parts are one. */
export function parseReason(text: string): ParsedReason {
  const start = text.length - text.trimStart().length
  const parts: ReasonPart[] = []
  const literal = (more: string): void => {
    const last = parts.length - 1
    if (typeof parts[last] === 'string') parts[last] += more
    else parts.push(more)
  }
  for (const match of text.trim().matchAll(token)) {
    const [whole, field] = match
    const offset = start + match.index
    if (whole === '{{' || whole === '}}') literal(whole[0]!)
    else if (whole === '{' || whole === '}')
      return {
        ok: false,
        message: `a lone ${whole} in a reason: write ${whole}${whole} for the sign itself`,
        offset,
      }
    else if (field === undefined) literal(whole)
    else {
      const path = parseFieldPath(field)
      if (!path.ok) return { ...path, offset: offset + 1 + path.offset }
      if (hasAny(path.path)) {
        return {
          ok: false,
          message: 'a reason shows one value: [*] cannot stand in it',
          offset: offset + 1,
        }
      }
      parts.push({ field: path.path, offset: offset + 1 })
    }
  }
  return { ok: true, parts }
}

/** The fields a reason shows. */
export const reasonFields = (parts: readonly ReasonPart[]): ReasonField[] =>
  parts.filter((part) => typeof part !== 'string')

/** The reason as a Rego term: a string, or a call that fills it in. */
export function regoOfReason(parts: readonly ReasonPart[]): string {
  if (parts.every((part) => typeof part === 'string')) return JSON.stringify(parts.join(''))
  const terms = parts.map((part) =>
    typeof part === 'string'
      ? JSON.stringify(part)
      : `template.shown([${part.field.map((element) => JSON.stringify(element)).join(', ')}])`,
  )
  return terms.length === 1 ? terms[0]! : regoList('concat("", ', terms, '[', ')')
}

/** Most characters of one value that a reason shows; what is cut off is marked. */
const SHOWN_LENGTH = 500

/** The library that reasons call; it goes into every shard that has such a policy. */
export const templateLibrary = {
  path: 'stepgate/lib/template.rego',
  packagePath: ['stepgate', 'lib', 'template'],
  rego: `# METADATA
# title: Values in reasons
# description: Fills the fields into the reasons of YAML policies.
package stepgate.lib.template

# METADATA
# description: 'The value at a path of the input: strings as they are, other values as JSON, shortened.'
shown(path) := "(none)" if object.get(input, path, null) == null

shown(path) := shortened(value) if {
	value := object.get(input, path, null)
	is_string(value)
}

shown(path) := shortened(json.marshal(value)) if {
	value := object.get(input, path, null)
	value != null
	not is_string(value)
}

shortened(text) := text if count(text) <= ${SHOWN_LENGTH}

shortened(text) := concat("", [substring(text, 0, ${SHOWN_LENGTH}), "…"]) if count(text) > ${SHOWN_LENGTH}
`,
} as const
