/** Templates: texts with `{{path}}` in them, filled from what a step may read. @module */
import type { JsonObject, JsonValue } from '../json.js'
import { mostInput, tooLarge } from './input-size.js'

/** A rendered template, or the first thing that could not be filled. */
export type Rendered<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string }

// White space is trimmed afterwards: looked for here, a text full of it would take quadratic time.
const reference = /\{\{([^{}]*)\}\}/g
const wholeReference = /^\{\{([^{}]*)\}\}$/

/**
 * Fill a template of any JSON shape. A text that is nothing but one reference becomes what it refers to, with its type;
 * within a longer text objects and lists are written as JSON. Keys of objects are not templates. What is filled in is
 * never read for references again.
 */
export function renderValue(template: JsonValue, scope: JsonObject): Rendered<JsonValue> {
  if (typeof template === 'string') {
    const whole = wholeReference.exec(template)
    return whole ? lookUp((whole[1] as string).trim(), scope) : renderText(template, scope)
  }
  if (typeof template !== 'object' || template === null) return { ok: true, value: template }
  if (Array.isArray(template)) {
    const items: JsonValue[] = []
    for (const item of template) {
      const rendered = renderValue(item as JsonValue, scope)
      if (!rendered.ok) return rendered
      items.push(rendered.value)
    }
    return { ok: true, value: items }
  }
  return renderObject(template as JsonObject, scope)
}

/** Fill the texts of an object. */
export function renderObject(template: JsonObject, scope: JsonObject): Rendered<JsonObject> {
  const members: [string, JsonValue][] = []
  for (const [name, value] of Object.entries(template)) {
    const rendered = renderValue(value, scope)
    if (!rendered.ok) return rendered
    members.push([name, rendered.value])
  }
  return { ok: true, value: Object.fromEntries(members) }
}

/**
 * Fill a text.
 * @param write how a value is written into the text; default: as it is, or as JSON
 */
export function renderText(
  template: string,
  scope: JsonObject,
  write: (value: JsonValue) => string = plainText,
): Rendered<string> {
  let failure: string | undefined
  let length = 0
  const value = template.replace(reference, (_, path: string) => {
    if (failure !== undefined) return ''
    const found = lookUp(path.trim(), scope)
    if (found.ok) {
      const text = write(found.value)
      length += text.length
      if (length <= mostInput) return text
    }
    failure = found.ok ? `the text becomes ${tooLarge}` : found.message
    return ''
  })
  return failure === undefined ? { ok: true, value } : { ok: false, message: failure }
}

/** A value in the middle of a text. */
export const plainText = (value: JsonValue): string =>
  typeof value === 'string' ? value : JSON.stringify(value)

/** Every path that a template of any JSON shape reads, in order, as written. */
export function pathsIn(template: JsonValue): string[] {
  if (typeof template === 'string')
    return [...template.matchAll(reference)].map(([, path]) => (path as string).trim())
  if (typeof template !== 'object' || template === null) return []
  return Object.values(template).flatMap((value) => pathsIn(value as JsonValue))
}

/** Whether some text of a template begins a reference and does not end it: it would be sent as it stands. */
export function hasOpenBraces(template: JsonValue): boolean {
  if (typeof template === 'string')
    return template.includes('{{') && template.replace(reference, '').includes('{{')
  if (typeof template !== 'object' || template === null) return false
  return Object.values(template).some((value) => hasOpenBraces(value as JsonValue))
}

/** `a.b[0].c` as its elements; undefined where it is not a path. */
export function splitTemplatePath(path: string): string[] | undefined {
  if (!/^[\w$-]+(?:\.[\w$-]+|\[\d+\])*$/.test(path)) return undefined
  return path.split(/[.[\]]+/).filter((element) => element !== '')
}

function lookUp(path: string, scope: JsonObject): Rendered<JsonValue> {
  const elements = splitTemplatePath(path)
  if (!elements) return { ok: false, message: `{{${path}}} is not a path such as steps.search.output` }
  let value: JsonValue | undefined = scope
  for (const element of elements) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, element)
        ? (value as Readonly<Record<string, JsonValue>>)[element]
        : undefined
    if (value === undefined) return { ok: false, message: `{{${path}}} is not there` }
  }
  return { ok: true, value }
}
