/** Reading JSON bodies: bytes in, fields out, or a sentence that names what is wrong. @module */
import { isUtf8 } from 'node:buffer'
import { type Refusal, refuse } from '../../domain/errors.js'
import type { JsonObject, JsonValue } from '../../domain/json.js'

/** Containers inside one another that a body may have. */
export const depthLimit = 200

/**
 * Parse a body that must be a JSON object.
 * @param whenEmpty what an empty body means, where the route allows one
 */
export function parseBody(bytes: Buffer, whenEmpty?: JsonObject): JsonObject | Refusal {
  if (bytes.length === 0 && whenEmpty) return whenEmpty
  if (!isUtf8(bytes)) return invalid('it is not UTF-8')
  let value: JsonValue
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    return invalid(bytes.length === 0 ? 'EOF' : withoutPayload((error as Error).message))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return invalid('it must be a JSON object')
  if (deeperThan(value, depthLimit)) return invalid(`it is nested deeper than ${depthLimit}`)
  return value as JsonObject
}

const invalid = (why: string): Refusal => refuse('BAD_REQUEST', { message: `Invalid request body: ${why}` })

/** V8 quotes the body in its messages; the position is enough, and the payload stays out of logs. */
function withoutPayload(message: string): string {
  const position = /at position (\d+)/.exec(message)
  if (position) return `malformed JSON at position ${position[1]}`
  return /end of JSON|Unterminated/.test(message) ? 'malformed JSON: it ends too early' : 'malformed JSON'
}

function deeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (limit === 0) return true
  if (Array.isArray(value)) return value.some((item) => deeperThan(item, limit - 1))
  for (const key in value) {
    if (deeperThan((value as Record<string, unknown>)[key], limit - 1)) return true
  }
  return false
}

/**
 * Reads the fields of one object; the first thing wrong is kept as a sentence. Null is the same as absent, and a key
 * written in other letter case is found, as the original's reader does (WCP §2.2).
 */
export class Fields {
  problem: string | undefined
  /** All its keys are known ones, written as the contract writes them. */
  readonly exact: boolean
  private readonly body: JsonObject

  constructor(
    body: JsonObject,
    names: ReadonlySet<string>,
    private readonly prefix = '',
  ) {
    this.exact = allKnown(body, names)
    this.body = this.exact ? body : knownCase(body, names)
  }

  text(name: string, limit: number): string | undefined {
    const value = this.body[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'string') return this.wrong(name, 'must be a string')
    if (value.length > limit && codePoints(value) > limit)
      return this.wrong(name, `must be at most ${limit} characters`)
    return value
  }

  /** A count: zero or a positive whole number. A negative one would lower what a workflow has spent. */
  count(name: string): number | undefined {
    const value = this.body[name]
    if (value === undefined || value === null) return undefined
    if (!Number.isSafeInteger(value) || (value as number) < 0)
      return this.wrong(name, 'must be a whole number, zero or more')
    return value as number
  }

  amount(name: string): number | undefined {
    const value = this.body[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
      return this.wrong(name, 'must be a number, zero or more')
    return value
  }

  object(name: string): JsonObject | undefined {
    const value = this.body[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'object' || Array.isArray(value)) return this.wrong(name, 'must be an object')
    return value as JsonObject
  }

  private wrong(name: string, why: string): undefined {
    this.problem ??= `Invalid request body: ${this.prefix}${name} ${why}`
    return undefined
  }
}

/** How many characters a person would count: code points. */
export function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

/** True for a text that cannot be an id or a name: it holds control characters. */
export function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 32 || code === 127) return true
  }
  return false
}

function allKnown(body: JsonObject, names: ReadonlySet<string>): boolean {
  for (const key in body) if (!names.has(key)) return false
  return true
}

function knownCase(body: JsonObject, names: ReadonlySet<string>): JsonObject {
  for (const key in body) {
    if (!names.has(key) && names.has(key.toLowerCase())) {
      const exact = Object.entries(body).filter(([name]) => names.has(name))
      const folded = Object.entries(body).map(([name, value]) => [name.toLowerCase(), value] as const)
      return Object.fromEntries([...folded, ...exact])
    }
  }
  return body
}

/** A document in which null is the same as absent, as in every body; but for what stands under the names in `free`. */
export function withoutNulls(value: JsonValue, free: ReadonlySet<string>): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, free))
  const present = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(
    present.map(([name, member]) => [
      name,
      free.has(name) ? member : withoutNulls(member as JsonValue, free),
    ]),
  ) as JsonObject
}
