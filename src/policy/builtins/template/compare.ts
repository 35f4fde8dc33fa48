/** `eq`, `lt` and their like: basic values of one kind alone, none of them a number among the variables but as text. */
import { fail } from '../operand.js'
import { compareStrings } from '../order.js'
import { integerIn, stringOf, type Value } from './value.js'

/** Whether the first equals any of the others. */
export function equalsAny(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) fail('nothing to compare with')
  return others.some((other) => equals(first, other))
}

/** @throws BuiltinError for two of different kinds, and for all that has no order */
export function isLess(a: Value, b: Value): boolean {
  const order = orderOf(a, b)
  return order === undefined || typeof a === 'boolean' ? fail('not to be compared') : order < 0
}

// Nothing equals nothing; a list or a map can be compared with nothing else.
function equals(a: Value, b: Value): boolean {
  const [absent, present] = [isAbsent(a), isAbsent(b)]
  if (absent || present) return absent && present
  const order = orderOf(a, b)
  return order === undefined ? fail('not to be compared') : order === 0
}

const isAbsent = (value: Value): boolean => value === undefined || value === null

// Undefined unless both are basic, and of one kind.
function orderOf(a: Value, b: Value): number | undefined {
  const [x, y] = [basic(a), basic(b)]
  if (typeof x === 'string' && typeof y === 'string') return compareStrings(x, y)
  if (x === undefined || typeof x !== typeof y) return undefined
  return x === y ? 0 : x < y! ? -1 : 1
}

const basic = (value: Value): string | bigint | number | boolean | undefined =>
  stringOf(value) ??
  integerIn(value) ??
  (typeof value === 'number' || typeof value === 'boolean' ? value : undefined)
