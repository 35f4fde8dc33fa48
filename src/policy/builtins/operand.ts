/** What a built-in may ask of its operands, and the two ways in which it may have no answer. */
import { bytesOf } from './bytes.js'
import {
  Decimal,
  decimalOf,
  isArray,
  isNumber,
  type NumberTerm,
  numberText,
  RegoObject,
  RegoSet,
  type Term,
} from './term.js'

/** A built-in function over Rego's values. */
export type Builtin = (...operands: Term[]) => Term

/** A bad argument: as in OPA, the expression is then undefined and evaluation goes on. */
export class BuiltinError extends Error {}

/**
 * The evaluation cannot go on: the answer would be too large, or cannot be known here. Thrown through the policy to
 * whoever evaluates it, as OPA's own `Halt` errors are.
 */
export class BuiltinHalt extends Error {}

export const fail = (message: string): never => {
  throw new BuiltinError(message)
}

/** Any string; what in it is no UTF-8 is as `bytes.ts` has it. */
export function stringOperand(term: Term | undefined): string {
  return typeof term === 'string' ? term : fail('must be string')
}

/** Any string, as the bytes OPA keeps it in. */
export function bytesOperand(term: Term | undefined): Buffer {
  return typeof term === 'string' ? bytesOf(term) : fail('must be string')
}

export function numberOperand(term: Term | undefined): NumberTerm {
  return term !== undefined && isNumber(term) ? term : fail('must be number')
}

export function arrayOperand(term: Term | undefined): readonly Term[] {
  return term !== undefined && isArray(term) ? term : fail('must be array')
}

export function objectOperand(term: Term | undefined): RegoObject {
  return term instanceof RegoObject ? term : fail('must be object')
}

/** An array's or a set's members. */
export function membersOperand(term: Term | undefined): readonly Term[] {
  return term instanceof RegoSet ? [...term] : arrayOperand(term)
}

/** A whole number of 64 bits, spelt as one; OPA takes `2.0` for one, but not `2e0`. */
export function integerOperand(term: Term | undefined): bigint {
  return integerOf(numberOperand(term)) ?? fail('must be integer number')
}

export const integerOf = (number: NumberTerm): bigint | undefined => integerOfText(numberText(number))

/** As OPA reads an integer of 64 bits: at most 19 characters after the sign, and nothing but zeros after a point. */
export function integerOfText(text: string): bigint | undefined {
  const [, sign, body = '', digits] = /^([-+]?)((\d*)(?:\.0*)?)$/.exec(text) ?? []
  if (body === '' || body.length > 19) return undefined
  const value = BigInt(digits || '0')
  return asInt64(sign === '-' ? -value : value)
}

/** The power of two up to which, and down to whose inverse, is computed; OPA would go on, slower with every digit. */
export const LARGEST_POWER = 10_000
const LARGEST_POWER_OF_TEN = Math.floor(LARGEST_POWER * Math.log10(2))

export const tooLarge = (): never => {
  throw new BuiltinHalt(`a number beyond 2^${LARGEST_POWER}`)
}

/** The value of a number that is whole, however it is spelt and of any size. */
export function wholeNumber(number: NumberTerm): bigint | undefined {
  if (typeof number === 'bigint') return number
  if (Number.isSafeInteger(number)) return BigInt(number as number)
  if (typeof number === 'number' && !Number.isInteger(number)) return undefined
  const { negative, digits, exponent } = decimalOf(numberText(number))
  if (exponent < 0) return undefined
  if (digits.length + exponent > LARGEST_POWER_OF_TEN) return tooLarge()
  const size = BigInt(digits) * 10n ** BigInt(exponent)
  return negative ? -size : size
}

export const wholeOperand = (term: Term | undefined): bigint =>
  wholeNumber(numberOperand(term)) ?? fail('must be integer number')

/** The value, if 64 bits hold it. */
export const asInt64 = (value: bigint): bigint | undefined =>
  BigInt.asIntN(64, value) === value ? value : undefined

/** A term for an integer of any size. */
export function integerTerm(value: bigint): NumberTerm {
  const double = Number(value)
  return Number.isSafeInteger(double) ? double : value
}

/** A term for decimal digits of any precision. */
export const decimalTerm = (text: string): NumberTerm =>
  String(Number(text)) === text ? Number(text) : new Decimal(text)
