/** OPA's order over all values: by kind first, then by value. It is the order sets and objects are printed in. */
import type { NumberTerm, Term } from './term.js'
import { decimalOf, isArray, isNumber, numberText, RegoObject, RegoSet } from './term.js'

/** Negative, zero or positive, as `a` sorts before, with or after `b`. */
export function compareTerms(a: Term, b: Term): number {
  const kind = kindOf(a)
  if (kind !== kindOf(b)) return kind - kindOf(b)
  if (isNumber(a)) return compareNumbers(a, b as NumberTerm)
  if (typeof a === 'string') return compareStrings(a, b as string)
  if (typeof a === 'boolean') return Number(a) - Number(b)
  if (isArray(a)) return compareSequences(a, b as readonly Term[])
  if (a instanceof RegoSet) return compareSequences(sortedMembers(a), sortedMembers(b as RegoSet))
  if (a instanceof RegoObject)
    return compareSequences(sortedEntries(a).flat(), sortedEntries(b as RegoObject).flat())
  return 0
}

export const sortedMembers = (set: RegoSet): Term[] => [...set].sort(compareTerms)

export const sortedEntries = (object: RegoObject): (readonly [Term, Term])[] =>
  [...object].sort(([a], [b]) => compareTerms(a, b))

/** By code point, which is the order of UTF-8 bytes; UTF-16 units sort otherwise beyond U+FFFF. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

// Surrogates stand for code points above all other units, U+E000 to U+FFFF among them.
const rank = (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x2800 : unit)

function kindOf(term: Term): number {
  if (term === null) return 0
  if (typeof term === 'boolean') return 1
  if (isNumber(term)) return 2
  if (typeof term === 'string') return 3
  if (isArray(term)) return 4
  return term instanceof RegoObject ? 5 : 6
}

function compareSequences(a: readonly Term[], b: readonly Term[]): number {
  for (const [i, term] of a.entries()) {
    if (i >= b.length) return 1
    const order = compareTerms(term, b[i]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function compareNumbers(a: NumberTerm, b: NumberTerm): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const x = decimalOf(numberText(a))
  const y = decimalOf(numberText(b))
  if (x.digits === '0' || y.digits === '0' || x.negative !== y.negative) return signOf(x) - signOf(y)
  const size =
    x.digits.length + x.exponent - (y.digits.length + y.exponent) || compareStrings(x.digits, y.digits)
  return x.negative ? -size : size
}

const signOf = (parts: { negative: boolean; digits: string }): number =>
  parts.digits === '0' ? 0 : parts.negative ? -1 : 1
