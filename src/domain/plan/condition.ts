/** Whether a condition holds. @module */
import { canonicalJson, type JsonValue } from '../json.js'
import type { StepCondition } from './step.js'

/**
 * Compare with types: `"1"` is not 1, and only numbers are greater or less. `contains` asks for a part of a text, an
 * element of a list, or a member's name.
 * @param value what the condition's template gave; undefined where what it refers to is not there
 */
export function conditionHolds(
  { operator, operand = null }: Omit<StepCondition, 'value'>,
  value: JsonValue | undefined,
): boolean {
  switch (operator) {
    case 'exists':
      return value !== undefined && value !== null
    case 'not_exists':
      return value === undefined || value === null
    case 'equals':
      return value !== undefined && same(value, operand)
    case 'not_equals':
      return value === undefined || !same(value, operand)
    case 'contains':
      return contains(value, operand)
    default:
      return typeof value === 'number' && typeof operand === 'number' && ordered(operator, value, operand)
  }
}

const same = (a: JsonValue, b: JsonValue): boolean => canonicalJson(a) === canonicalJson(b)

function contains(value: JsonValue | undefined, operand: JsonValue): boolean {
  if (typeof value === 'string') return typeof operand === 'string' && value.includes(operand)
  if (Array.isArray(value)) return value.some((item: JsonValue) => same(item, operand))
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof operand === 'string' &&
    Object.hasOwn(value, operand)
  )
}

function ordered(
  operator: 'greater_than' | 'greater_or_equal' | 'less_than' | 'less_or_equal',
  a: number,
  b: number,
): boolean {
  switch (operator) {
    case 'greater_than':
      return a > b
    case 'greater_or_equal':
      return a >= b
    case 'less_than':
      return a < b
    case 'less_or_equal':
      return a <= b
  }
}
