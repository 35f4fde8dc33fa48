/** Reading JSON bodies: bytes in, fields out, or a sentence that names what is wrong. @module */
import { isUtf8 } from 'node:buffer'
import { type Refusal, refuse } from '../../domain/errors.js'
import type { JsonObject, JsonValue } from '../../domain/json.js'
import { isWellFormed, wellFormed } from './well-formed.js'

/** Containers inside one another that a body may have. */
export const depthLimit = 200

/** Amounts go so far that no number of them adds up to more than a number can say. */
const largestAmount = Number.MAX_SAFE_INTEGER

/**
 * Parse a body that must be a JSON object. Half a surrogate pair, which is no text, becomes U+FFFD, as in the original.
 * @param whenEmpty what an empty body means, where the route allows one
 * @param mended called where the object is not what the bytes say
 */
export function parseBody(bytes: Buffer, whenEmpty?: JsonObject, mended?: () => void): JsonObject | Refusal {
  if (bytes.length === 0 && whenEmpty) return whenEmpty
  if (!isUtf8(bytes)) return invalid('it is not UTF-8')
  const text = bytes.toString('utf8')
  let value: JsonValue
  try {
    value = JSON.parse(text)
  } catch (error) {
    return invalid(bytes.length === 0 ? 'EOF' : withoutPayload((error as Error).message))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return invalid('it must be a JSON object')
  const problem = problemIn(value, depthLimit)
  if (problem) return invalid(problem)
  if (text.includes('\\u') && !isWellFormed(value)) {
    mended?.()
    return wellFormed(value) as JsonObject
  }
  return value as JsonObject
}

const invalid = (why: string): Refusal => refuse('BAD_REQUEST', { message: `Invalid request body: ${why}` })

/** V8 quotes the body in its messages; the position is enough, and the payload stays out of logs. */
function withoutPayload(message: string): string {
  const position = /at position (\d+)/.exec(message)
  if (position) return `malformed JSON at position ${position[1]}`
  return /end of JSON|Unterminated/.test(message) ? 'malformed JSON: it ends too early' : 'malformed JSON'
}

function problemIn(value: unknown, limit: number): string | undefined {
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : 'it holds a number that is too large'
  if (typeof value !== 'object' || value === null) return undefined
  if (limit === 0) return `it is nested deeper than ${depthLimit}`
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const problem = problemIn(value[i], limit - 1)
      if (problem) return problem
    }
    return undefined
  }
  for (const key in value) {
    const problem = problemIn((value as Record<string, unknown>)[key], limit - 1)
    if (problem) return problem
  }
  return undefined
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
    if (isLongerThan(limit, value)) return this.wrong(name, `must be at most ${limit} characters`)
    return value
  }

  /** A text that is kept in a column of its own, which the database would end at U+0000. */
  column(name: string, limit: number): string | undefined {
    const value = this.text(name, limit)
    return value?.includes('\0') ? this.wrong(name, 'must not hold U+0000') : value
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
    if (value > largestAmount) return this.wrong(name, `must be at most ${largestAmount}`)
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
function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

/** Whether a text has more code points than the limit. None has more of them than units, which cost nothing to count. */
export const isLongerThan = (limit: number, text: string): boolean =>
  text.length > limit && codePoints(text) > limit

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

/** The body with keys that are written in other letter case under the names that the contract gives them. */
export function knownCase(body: JsonObject, names: ReadonlySet<string>): JsonObject {
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
