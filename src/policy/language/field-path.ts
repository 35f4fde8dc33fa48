/**
 * Paths of fields as authors write them: `step_input.customer.email`, `tool_input.rows[0]`, `tool_input.rows[*].id`,
 * `metadata["a.b"]`.
 * @module
 */
import type { FieldPath } from '../policy.js'

export type ParsedPath =
  | { readonly ok: true; readonly path: FieldPath }
  /** `offset` counts UTF-16 units from the start of the text. */
  | { readonly ok: false; readonly message: string; readonly offset: number }

/** The element `[*]`: any element of a list, any member of an object. */
export const ANY = { any: true } as const

const plainName = /[^\s.[\]{}"'*]+/y
const bracket = /\[(?:(\d+)|(\*)|"((?:[^"\\]|\\.)*)"|'([^']*)')\]/y
const MAX_DEPTH = 32

/** Splits a path. AxonFlow's `context.` prefix is dropped. */
export function parseFieldPath(text: string): ParsedPath {
  const path: FieldPath[number][] = []
  const refuse = (message: string, offset: number): ParsedPath => ({ ok: false, message, offset })
  let at = text.startsWith('context.') ? 'context.'.length : 0
  if (text.trim() === '') return refuse('the field is empty', 0)
  const start = at
  while (at < text.length) {
    if (path.length === MAX_DEPTH) return refuse(`the path is deeper than ${MAX_DEPTH} names`, at)
    if (text[at] === '[' && at > start) {
      const element = readBracket(text, at)
      if (element === undefined) return refuse('brackets hold a position, *, or a name in double quotes', at)
      path.push(element.value)
      at += element.length
      continue
    }
    if (at > start) {
      if (text[at] !== '.') return refuse(`${JSON.stringify(text[at])} does not belong in a path`, at)
      at++
    }
    plainName.lastIndex = at
    const name = plainName.exec(text)?.[0]
    if (name === undefined) return refuse(whyNoName(text, at), at)
    path.push(name)
    at += name.length
  }
  return { ok: true, path }
}

function whyNoName(text: string, at: number): string {
  if (text[at] === '*') return 'for every element write [*], without a dot before it'
  if (at >= text.length || text[at] === '.') return 'a name is missing'
  return `a name cannot start with ${JSON.stringify(text[at])}; names with other signs go into brackets: ["a name"]`
}

function readBracket(text: string, at: number): { value: FieldPath[number]; length: number } | undefined {
  bracket.lastIndex = at
  const match = bracket.exec(text)
  if (match === null) return undefined
  const [whole, index, any, double, single] = match
  const length = whole.length
  if (index !== undefined) return { value: Number(index), length }
  if (any !== undefined) return { value: ANY, length }
  if (single !== undefined) return { value: single, length }
  try {
    return { value: JSON.parse(`"${double}"`) as string, length }
  } catch {
    return undefined
  }
}

/** The one way a path is written in fact names and messages; `parseFieldPath` reads it back. */
export function fieldText(path: FieldPath): string {
  let text = ''
  for (const element of path) {
    if (typeof element === 'number') text += `[${element}]`
    else if (typeof element === 'object') text += '[*]'
    else if (isPlainName(element)) text += text === '' ? element : `.${element}`
    else text += `[${JSON.stringify(element)}]`
  }
  return text
}

function isPlainName(name: string): boolean {
  plainName.lastIndex = 0
  return plainName.exec(name)?.[0].length === name.length
}

/** Whether the path names many places at once. */
export const hasAny = (path: FieldPath): boolean => path.some((element) => typeof element === 'object')

const hasOwn = Object.prototype.hasOwnProperty

/** Every value at the path, in order; a path without `[*]` has at most one. Missing ones are left out, nulls are not. */
export function valuesAt(input: unknown, path: FieldPath): unknown[] {
  let values: unknown[] = [input]
  for (const element of path) {
    const next: unknown[] = []
    for (const value of values) {
      if (typeof value !== 'object' || value === null) continue
      if (typeof element === 'object') next.push(...(Array.isArray(value) ? value : Object.values(value)))
      else if (typeof element === 'number') {
        if (Array.isArray(value) && element < value.length) next.push(value[element])
      } else if (!Array.isArray(value) && hasOwn.call(value, element))
        next.push((value as Record<string, unknown>)[element])
    }
    values = next
  }
  return values
}
