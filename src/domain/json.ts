/** JSON values as they come from a parsed body. @module */

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** An object, and neither null nor a list. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Above this length looking at every character costs more than it saves. */
const shortString = 64
const plain = /^[ !#-[\]-~]*$/

/** Whether a string is short, and of nothing but ASCII characters that JSON text holds as they are. */
export const isPlainText = (text: string): boolean => text.length <= shortString && plain.test(text)

/** A string as JSON text: `JSON.stringify`, in half the time where the string is plain. */
export const jsonString = (text: string): string => (isPlainText(text) ? `"${text}"` : JSON.stringify(text))

/**
 * Canonical JSON text: object keys in code unit order, no white space, numbers as ECMAScript prints them.
 *
 * Two values are the same content exactly when their canonical texts are equal, so this text is what is compared on a
 * retry, stored in the record and digested. Source: RFC 8785. The value must come from `JSON.parse` (no cycles, no
 * `undefined`); its depth is limited where bodies are read.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`
  if (value === null) return 'null'
  if (Array.isArray(value)) {
    let text = '['
    for (let i = 0; i < value.length; i++) text += (i === 0 ? '' : ',') + canonicalJson(value[i] as JsonValue)
    return `${text}]`
  }
  return canonicalObject(value as JsonObject)
}

function canonicalObject(value: JsonObject): string {
  const keys = Object.keys(value)
  for (let i = 1; i < keys.length; i++) {
    if ((keys[i - 1] as string) > (keys[i] as string)) {
      keys.sort()
      break
    }
  }
  let text = ''
  for (const key of keys)
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(value[key] as JsonValue)}`
  return `{${text}}`
}
