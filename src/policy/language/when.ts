/**
 * A condition as read from YAML, checked, before it is written as Rego.
 * @module
 */
import type { Fact, FieldPath, Scalar } from '../policy.js'

/** The operators of the language. */
export const operators = [
  'equals',
  'not_equals',
  'in',
  'not_in',
  'contains',
  'not_contains',
  'contains_any',
  'starts_with',
  'ends_with',
  'regex',
  'greater_than',
  'greater_or_equal',
  'less_than',
  'less_or_equal',
  'exists',
  'not_exists',
  'cidr',
  'detects',
] as const

export type Operator = (typeof operators)[number]

/**
 * One test. A path with `[*]` holds when any element satisfies it. A missing or null value satisfies none; the
 * operators of the form `not_x` are `not` around `x`, so it satisfies those.
 */
export type FieldTest =
  | { readonly op: 'in'; readonly path: FieldPath; readonly values: readonly Scalar[] }
  | {
      readonly op: 'compare'
      readonly path: FieldPath
      readonly by: '<' | '<=' | '>' | '>='
      /** Compares with values of its own type only; strings by code point. */
      readonly value: number | string
    }
  | { readonly op: 'starts_with' | 'ends_with'; readonly path: FieldPath; readonly value: string }
  | { readonly op: 'exists'; readonly path: FieldPath }
  /** CIDR ranges; a range of IPv4 stands beside its form in IPv6 (`::ffff:0:0/96`). */
  | { readonly op: 'cidr'; readonly path: FieldPath; readonly ranges: readonly string[] }
  | { readonly op: 'fact'; readonly fact: Fact }

export type When =
  | { readonly kind: 'all'; readonly of: readonly When[] }
  | { readonly kind: 'any'; readonly of: readonly When[] }
  | { readonly kind: 'not'; readonly of: When }
  | { readonly kind: 'test'; readonly test: FieldTest }

/** Every fact that a condition mentions, each once, in order of mention. */
export function factsOf(when: When): Fact[] {
  const facts = new Map<string, Fact>()
  const visit = (node: When): void => {
    if (node.kind === 'test') {
      if (node.test.op === 'fact') facts.set(node.test.fact.name, node.test.fact)
    } else if (node.kind === 'not') visit(node.of)
    else node.of.forEach(visit)
  }
  visit(when)
  return [...facts.values()]
}
