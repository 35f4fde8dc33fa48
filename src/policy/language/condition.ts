/**
 * Necessary conditions: putting them together, and asking whether one holds.
 * @module
 */
import type { Condition, FieldPath } from '../policy.js'
import { valuesAt } from './field-path.js'

export const always: Condition = { kind: 'always' }
export const never: Condition = { kind: 'never' }

/** True when all of them are; nested ones are taken apart, and what says nothing is dropped. */
export function allOf(conditions: readonly Condition[]): Condition {
  const of = conditions
    .flatMap((each) => (each.kind === 'all' ? each.of : [each]))
    .filter((each) => each.kind !== 'always')
  if (of.some((each) => each.kind === 'never')) return never
  return of.length === 0 ? always : of.length === 1 ? of[0]! : { kind: 'all', of: distinct(of) }
}

/** True when one of them is. */
export function anyOf(conditions: readonly Condition[]): Condition {
  const of = conditions
    .flatMap((each) => (each.kind === 'any' ? each.of : [each]))
    .filter((each) => each.kind !== 'never')
  if (of.some((each) => each.kind === 'always')) return always
  const different = distinct(of)
  return different.length === 0
    ? never
    : different.length === 1
      ? different[0]!
      : { kind: 'any', of: different }
}

function distinct(conditions: readonly Condition[]): Condition[] {
  return [...new Map(conditions.map((each) => [JSON.stringify(each), each])).values()]
}

/**
 * Whether a condition holds for an input: the meaning of `Condition`, which an index must agree with. Null counts as
 * missing. Where the path has `[*]`, `in`, `present` and `compare` ask for any element,
 * `not_in` and `absent` for none.
 */
export function conditionHolds(
  condition: Condition,
  input: unknown,
  facts: Readonly<Record<string, boolean>>,
): boolean {
  const some = (path: FieldPath, test: (value: unknown) => boolean): boolean =>
    valuesAt(input, path).some((value) => value !== null && test(value))
  switch (condition.kind) {
    case 'always':
      return true
    case 'never':
      return false
    case 'all':
      return condition.of.every((each) => conditionHolds(each, input, facts))
    case 'any':
      return condition.of.some((each) => conditionHolds(each, input, facts))
    case 'in':
      return some(condition.path, (value) => condition.values.some((each) => each === value))
    case 'not_in':
      return !some(condition.path, (value) => condition.values.some((each) => each === value))
    case 'present':
      return some(condition.path, () => true)
    case 'absent':
      return !some(condition.path, () => true)
    case 'compare':
      return some(condition.path, (value) => compares(value, condition.op, condition.value))
    case 'fact':
      return (facts[condition.name] ?? false) === condition.holds
  }
}

function compares(value: unknown, op: '<' | '<=' | '>' | '>=', limit: number): boolean {
  if (typeof value !== 'number') return false
  return op === '<'
    ? value < limit
    : op === '<='
      ? value <= limit
      : op === '>'
        ? value > limit
        : value >= limit
}
