/** `urlquery.*`: query strings. */

import { type Builtin, fail, objectOperand, stringOperand } from './operand.js'
import { compareStrings } from './order.js'
import { isArray, RegoObject, RegoSet, type Term } from './term.js'
import { escapeUrl, unescapeUrl } from './url-escape.js'

// Go's own limit.
const MOST_PARAMETERS = 10_000

function decodeObject(query: string): RegoObject {
  const settings = query.split('&')
  if (settings.length > MOST_PARAMETERS) return fail('too many parameters')
  const values = new Map<string, string[]>()
  for (const setting of settings) {
    if (setting.includes(';')) return fail('invalid semicolon separator in query')
    if (setting === '') continue
    const [, key = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(setting)!
    const name = unescapeUrl(key, 'query')
    const all = values.get(name) ?? []
    all.push(unescapeUrl(value, 'query'))
    values.set(name, all)
  }
  return new RegoObject(values)
}

function encodeObject(object: RegoObject): string {
  const entries = [...object].map(([key, value]) => [stringOperand(key), valuesOf(value)] as const)
  entries.sort(([a], [b]) => compareStrings(a, b))
  return entries
    .flatMap(([key, values]) =>
      values.map((value) => `${escapeUrl(key, 'query')}=${escapeUrl(value, 'query')}`),
    )
    .join('&')
}

function valuesOf(value: Term): string[] {
  if (typeof value === 'string') return [value]
  if (value instanceof RegoSet) return [...value].map(stringOperand).sort(compareStrings)
  return isArray(value)
    ? value.map(stringOperand)
    : fail('values must be string, array[string], or set[string]')
}

export const urlQueryBuiltins: Readonly<Record<string, Builtin>> = {
  'urlquery.encode': (text) => escapeUrl(stringOperand(text), 'query'),
  'urlquery.decode': (text) => unescapeUrl(stringOperand(text), 'query'),
  'urlquery.encode_object': (object) => encodeObject(objectOperand(object)),
  'urlquery.decode_object': (text) => decodeObject(stringOperand(text)),
}
