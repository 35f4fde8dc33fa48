/** Texts in JSON that are no Unicode: half a surrogate pair can be written as an escape, and can be neither stored nor judged. @module */
import type { JsonObject, JsonValue } from '../../domain/json.js'

/** Whether all texts in it are Unicode. */
export function isWellFormed(value: JsonValue): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(
    ([key, member]) => key.isWellFormed() && isWellFormed(member as JsonValue),
  )
}

/** The same with U+FFFD for each half of a pair. */
export function wellFormed(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(wellFormed)
  const members = Object.entries(value).map(([key, member]) => [
    key.toWellFormed(),
    wellFormed(member as JsonValue),
  ])
  return Object.fromEntries(members) as JsonObject
}
