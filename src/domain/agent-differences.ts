/** What changed between two documents, in words a person reads in a history. @module */
import { canonicalJson, type JsonObject, type JsonValue } from './json.js'

/**
 * One line a changed value, as `agents.writer.llm.model: gpt-4 -> gpt-4o`. Entries of a list that have names are told
 * apart by them; another list whose length changed is told as `routing: 2 rules -> 3`.
 */
export function differences(before: JsonObject, after: JsonObject): string[] {
  return membersChanged('', before, after)
}

function changed(path: string, before: JsonValue | undefined, after: JsonValue | undefined): string[] {
  if (before === undefined) return after === undefined ? [] : [`${path}: added ${shown(after)}`]
  if (after === undefined) return [`${path}: removed`]
  if (canonicalJson(before) === canonicalJson(after)) return []
  if (isList(before) && isList(after)) return listChanged(path, before, after)
  if (isObject(before) && isObject(after)) return membersChanged(`${path}.`, before, after)
  return [`${path}: ${shown(before)} -> ${shown(after)}`]
}

function membersChanged(prefix: string, before: JsonObject, after: JsonObject): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const lines = [...names].flatMap((name) => changed(`${prefix}${name}`, own(before, name), own(after, name)))
  return lines.length > 0 || prefix === '' ? lines : [`${prefix.slice(0, -1)}: order changed`]
}

function listChanged(path: string, before: readonly JsonValue[], after: readonly JsonValue[]): string[] {
  const [was, is] = [byName(before), byName(after)]
  if (was && is) return membersChanged(`${path}.`, was, is)
  if (before.length !== after.length) return [`${path}: ${counted(path, before.length)} -> ${after.length}`]
  return before.flatMap((value, i) => changed(`${path}[${i}]`, value, after[i]))
}

/** A list whose entries all have names of their own, as an object; undefined for any other. */
function byName(list: readonly JsonValue[]): JsonObject | undefined {
  const named = list.map((entry) => [isObject(entry) ? entry.name : undefined, entry] as const)
  if (named.some(([name]) => typeof name !== 'string')) return undefined
  const entries = new Map(named as readonly (readonly [string, JsonValue])[])
  return entries.size === list.length ? Object.fromEntries(entries) : undefined
}

const counted = (path: string, count: number): string => {
  const [one, many] = path.endsWith('routing') ? ['rule', 'rules'] : ['entry', 'entries']
  return `${count} ${count === 1 ? one : many}`
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value)
const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const own = (object: JsonObject, name: string): JsonValue | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined

/** Longest value that is written out. */
const shownLength = 60

function shown(value: JsonValue): string {
  if (isObject(value)) return `{${Object.keys(value).slice(0, 5).join(', ')}}`
  if (isList(value)) return counted('', value.length)
  const text = String(value)
  const characters = [...text.slice(0, shownLength + 1)]
  return text.length > shownLength ? `${characters.slice(0, shownLength - 1).join('')}…` : text
}
