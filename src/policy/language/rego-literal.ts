/**
 * Values that are written out in Rego, as plain values that remember where they stand.
 * @module
 */
import { callOf, type Expr, isTerm, type Location, type Term } from './rego-ast.js'
import type { PlacedValue } from './yaml-documents.js'

/** Stands in a value for what is computed there. */
export const computed: unknown = Object.freeze({})

/** Names lead to other names no further than this. */
const MAX_STEPS = 8

/**
 * The values that a term may stand for, each as far as it is written out.
 * @param body of the rule, where it may bind names; what inner scopes bind is not followed
 */
export function literalsOf(term: Term, body: readonly Expr[]): PlacedValue[] {
  return meanings(term, body).map((each) => ({
    value: plainValue(each, body, new Map()),
    place(path, part) {
      const location = locate(each, path, part?.key === true, body) ?? term.location
      return { line: location?.row ?? 1, column: location?.col ?? 1 }
    },
  }))
}

/** @param known of names: one that leads to itself is computed */
function plainValue(term: Term, body: readonly Expr[], known: Map<unknown, unknown>): unknown {
  const { type, value } = term
  if (type === 'string' || type === 'boolean') return value
  if (type === 'null') return null
  if (type === 'number') return Number(value)
  if (type === 'array' || type === 'set')
    return (value as Term[]).map((each) => plainValue(each, body, known))
  if (type === 'var') {
    if (known.has(value)) return known.get(value)
    known.set(value, computed)
    const meant = meaning(term, body)
    if (meant !== term) known.set(value, plainValue(meant, body, known))
    return known.get(value)
  }
  if (type !== 'object') return computed
  const pairs = value as [Term, Term][]
  if (pairs.some(([name]) => name.type !== 'string')) return computed
  return Object.fromEntries(pairs.map(([name, member]) => [name.value, plainValue(member, body, known)]))
}

function locate(
  term: Term,
  path: readonly PropertyKey[],
  key: boolean,
  body: readonly Expr[],
): Location | undefined {
  const { type, value, location } = meaning(term, body)
  const [name, ...rest] = path
  if (name === undefined) return location
  if (type === 'object') {
    const pair = (value as [Term, Term][]).find(([each]) => each.value === name)
    if (pair === undefined) return location
    return key && rest.length === 0 ? pair[0].location : locate(pair[1], rest, key, body)
  }
  const element = type === 'array' || type === 'set' ? (value as Term[])[Number(name)] : undefined
  return element === undefined ? location : locate(element, rest, key, body)
}

/** What a term stands for where this is one thing; else the term itself. */
function meaning(term: Term, body: readonly Expr[]): Term {
  const found = meanings(term, body)
  return found.length === 1 ? found[0]! : term
}

function meanings(term: Term, body: readonly Expr[], steps = MAX_STEPS): readonly Term[] {
  if (term.type !== 'var' || steps === 0) return [term]
  const bound = body.flatMap((expr) => boundBy(expr, String(term.value)))
  if (bound.length === 0) return [term]
  return bound.length === 1 ? meanings(bound[0]!, body, steps - 1) : bound
}

/** What an expression binds a name to: `name := x`, `name = x`, `some name in [x, y]`. */
function boundBy({ terms, negated }: Expr, name: string): readonly Term[] {
  if (negated) return []
  const isName = (term: Term | undefined): boolean => term?.type === 'var' && term.value === name
  const call = callOf(terms) ?? declarationOf(terms)
  if (call === undefined) return []
  const [left, right] = call.operands.slice(-2)
  if (call.name === 'assign' || call.name === 'eq') {
    if (isName(left)) return [right!]
    return call.name === 'eq' && isName(right) ? [left!] : []
  }
  if (!call.name.startsWith('internal.member_') || !isName(left)) return []
  return right!.type === 'array' || right!.type === 'set' ? (right!.value as Term[]) : []
}

/** The call that `some x in xs` stands for. */
function declarationOf(terms: unknown): ReturnType<typeof callOf> {
  const { symbols } = (terms ?? {}) as { symbols?: unknown }
  const [symbol] = Array.isArray(symbols) ? symbols : []
  return isTerm(symbol) && symbol.type === 'call' ? callOf(symbol.value) : undefined
}
