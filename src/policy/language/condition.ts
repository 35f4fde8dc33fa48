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

/** That the value has this beginning or end; of half a surrogate pair WebAssembly sees what the text does not hold. */
export const affix = (kind: 'starts_with' | 'ends_with', path: FieldPath, value: string): Condition =>
  value.includes('\ufffd') ? { kind: 'present', path } : { kind, path, value }

/** Whether a value has the beginning or end. */
export const affixed = (
  value: unknown,
  { kind, value: part }: { readonly kind: 'starts_with' | 'ends_with'; readonly value: string },
): boolean =>
  typeof value === 'string' && (kind === 'starts_with' ? value.startsWith(part) : value.endsWith(part))

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
 * missing. Where the path has `[*]`, `not_in` and `absent` ask for no element, the others for any.
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
    case 'starts_with':
    case 'ends_with':
      return some(condition.path, (value) => affixed(value, condition))
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
