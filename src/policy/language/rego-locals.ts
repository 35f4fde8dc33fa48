/**
 * The variables of a rule: which names are its own, and what it binds them to.
 * @module
 */
import { callOf, type Expr, isTerm, type Rule, type Term } from './rego-ast.js'

/** What a local name stands for, as far as it is written down. */
export type Binding =
  | { readonly kind: 'value'; readonly of: Term }
  | { readonly kind: 'element'; readonly of: Term }
  /** A function's argument, or anything that is not written down. */
  | { readonly kind: 'unknown' }

/** All bindings of each local name, of all scopes of the rule together. */
export type Locals = ReadonlyMap<string, readonly Binding[]>

export function localsOf(rule: Rule): Locals {
  const locals = new Map<string, Binding[]>()
  const bind = (term: unknown, binding: Binding): void => {
    if (!isTerm(term)) return
    if (term.type === 'var') {
      const name = String(term.value)
      locals.set(name, [...(locals.get(name) ?? []), binding])
    } else for (const inner of varsIn(term)) bind(inner, { kind: 'unknown' })
  }
  for (let each: Rule | undefined = rule; each !== undefined; each = each.else) {
    for (const argument of each.head.args ?? []) bind(argument, { kind: 'unknown' })
  }
  collect([rule], bind)
  return locals
}

type Bind = (term: unknown, binding: Binding) => void

function collect(node: unknown, bind: Bind): void {
  if (Array.isArray(node)) for (const each of node) collect(each, bind)
  else if (typeof node === 'object' && node !== null) {
    const { terms } = node as Expr
    if (Array.isArray(terms)) ofCall(terms, bind)
    else if (typeof terms === 'object' && terms !== null) ofDeclaration(terms, bind)
    for (const [name, member] of Object.entries(node)) if (name !== 'location') collect(member, bind)
  }
}

function ofCall(terms: unknown, bind: Bind): void {
  const call = callOf(terms)
  if (call?.name === 'assign') bind(call.operands[0], { kind: 'value', of: call.operands[1]! })
}

/** `some x`, `some x in xs`, `some k, x in xs`, `every x in xs`. */
function ofDeclaration(terms: object, bind: Bind): void {
  const { symbols, domain, key, value } = terms as Record<string, unknown>
  if (isTerm(domain)) {
    bind(key, { kind: 'unknown' })
    bind(value, { kind: 'element', of: domain })
  }
  for (const symbol of Array.isArray(symbols) ? symbols : []) {
    const call = isTerm(symbol) && symbol.type === 'call' ? callOf(symbol.value) : undefined
    if (call === undefined) bind(symbol, { kind: 'unknown' })
    else {
      const collection = call.operands.at(-1)!
      bind(call.operands.at(-2), { kind: 'element', of: collection })
      if (call.operands.length === 3) bind(call.operands[0], { kind: 'unknown' })
    }
  }
}

function varsIn(term: Term): Term[] {
  const found: Term[] = []
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit)
    else if (isTerm(node)) {
      if (node.type === 'var') found.push(node)
      else visit(node.value)
    }
  }
  visit(term.value)
  return found
}
