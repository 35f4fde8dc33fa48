/** What a template computes with: the variables as OPA hands them to Go, and what literals and functions make. */
import { bytesOf } from '../bytes.js'
import { fail } from '../operand.js'
import { compareStrings } from '../order.js'
import { Decimal, isArray, isNumber, numberText, RegoObject, type Term } from '../term.js'

/**
 * By Go's types: `bigint` is `int`, `number` is `float64`, `Decimal` is `json.Number`, which every number among the
 * variables is; null is a nil, and undefined no value at all, as of a missing key.
 */
export type Value = undefined | null | boolean | string | bigint | number | Decimal | Byte | List | Mapping

/** A byte of a string (`uint8`). */
export class Byte {
  constructor(readonly value: bigint) {}
}

/** Part of an array, which sees the members behind it, as slices do. */
export class List {
  constructor(
    readonly members: readonly Value[],
    readonly start = 0,
    readonly end = members.length,
    readonly limit = members.length,
  ) {}

  get length(): number {
    return this.end - this.start
  }

  get room(): number {
    return this.limit - this.start
  }

  at(index: number): Value {
    return this.members[this.start + index]
  }

  slice(from: number, to: number, room: number): List {
    return new List(this.members, this.start + from, this.start + to, this.start + room)
  }
}

/** An object, its keys in order. */
export type Mapping = ReadonlyMap<string, Value>

// OPA goes through JSON, and writes strings as Go does: these it does not read again.
const UNREADABLE =
  /(?![\b\f\n\r\t])(?=\p{Cc})\p{ASCII}|\p{Surrogate}|(?![\p{L}\p{M}\p{N}\p{P}\p{S}])[\u{10000}-\u{10ffff}]/u

/** @throws BuiltinError for what does not survive JSON on OPA's way: sets, keys that are no strings, control characters */
export function variablesOf(object: RegoObject): Mapping {
  const entries = Array.from(object, ([key, value]) => [readable(key), variable(value)] as const)
  return new Map(entries.sort(([a], [b]) => compareStrings(a, b)))
}

function variable(term: Term): Value {
  if (term === null || typeof term === 'boolean') return term
  if (isNumber(term)) return new Decimal(numberText(term))
  if (isArray(term)) return new List(term.map(variable))
  return term instanceof RegoObject ? variablesOf(term) : readable(term)
}

const readable = (term: Term): string =>
  typeof term === 'string' && !UNREADABLE.test(term) ? term : fail('not JSON as OPA writes it')

/** Whether `if` takes it for true. A number among the variables always is: it is kept as its text. */
export function truth(value: Value): boolean {
  if (value instanceof List) return value.length > 0
  if (value instanceof Map) return value.size > 0
  if (value instanceof Byte) return value.value !== 0n
  return Boolean(value instanceof Decimal ? value.text : value)
}

/** The text of what is a string to Go. */
export function stringOf(value: Value): string | undefined {
  if (typeof value === 'string') return value
  return value instanceof Decimal ? value.text : undefined
}

export function integerIn(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value
  return value instanceof Byte ? value.value : undefined
}

export function typeOf(value: Exclude<Value, undefined | null>): string {
  if (value instanceof List) return '[]interface {}'
  if (value instanceof Byte) return 'uint8'
  if (value instanceof Decimal) return 'json.Number'
  if (typeof value === 'object') return 'map[string]interface {}'
  return { bigint: 'int', number: 'float64', string: 'string', boolean: 'bool' }[typeof value as 'bigint']
}

/** Bytes, members or entries; undefined for what has no length. */
export function lengthOf(value: Value): number | undefined {
  const text = stringOf(value)
  if (text !== undefined) return bytesOf(text).length
  if (value instanceof List) return value.length
  return value instanceof Map ? value.size : undefined
}
