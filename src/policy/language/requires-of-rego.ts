/**
 * The necessary condition of hand-written Rego, read from its syntax tree.
 * @module
 */
import { policyActions } from '../../domain/decision.js'
import type { Condition, FieldPath, Scalar } from '../policy.js'
import { affix, allOf, always, anyOf, never } from './condition.js'
import { ANY } from './field-path.js'
import {
  type Call,
  callOf,
  type Expr,
  isTerm,
  isUnconditional,
  type Rule,
  refOf,
  ruleName,
  type Term,
} from './rego-ast.js'
import { type Locals, localsOf } from './rego-locals.js'
import { type ModuleNames, type PlacedRule, rulesNamed } from './rego-names.js'

/**
 * What must hold for any action rule of the package to have a chance. Only what is surely understood is used: tests of
 * an input field against constants, and rules without arguments that consist of such. Everything else may be true.
 *
 * @param modules all modules of the package
 */
export function requiresOfRego(modules: readonly ModuleNames[]): Condition {
  const actions = modules.flatMap((module) =>
    module.rules
      .filter((rule) => (policyActions as readonly string[]).includes(ruleName(rule)))
      .map((rule) => ({ rule, module })),
  )
  return anyOf(actions.map((placed) => bodyOf(placed, { modules, above: [] })))
}

interface Package {
  readonly modules: readonly ModuleNames[]
  /** Names of the rules being read, against going in circles. */
  readonly above: readonly string[]
}

function bodyOf({ rule, module }: PlacedRule, pack: Package): Condition {
  const names = { ...pack, module, locals: localsOf(rule) }
  // A rule that shadows the input cannot be compiled; nothing is concluded from it here.
  if (names.locals.has('input') || module.imported.includes('input')) return always
  const scope = { ...names, aliases: aliasesOf(rule.body, names) }
  return allOf(rule.body.map((expr) => ofExpr(expr, scope)))
}

interface Names extends Package {
  readonly module: ModuleNames
  readonly locals: Locals
}

interface Scope extends Names {
  readonly aliases: ReadonlyMap<string, FieldPath>
}

/** The rules that a name stands for, unless it may stand for something else. */
const rulesMeant = (name: string, { module, modules, locals }: Names): PlacedRule[] =>
  locals.has(name) ? [] : rulesNamed(name, module, modules)

/** Names that this body gives to input fields: `tool := input.tool_name`. */
function aliasesOf(body: readonly Expr[], names: Names): Map<string, FieldPath> {
  const aliases = new Map<string, FieldPath>()
  for (const expr of body) {
    const call = plainCall(expr, names)
    const [target, source] = call?.name === 'assign' ? call.operands : []
    if (target?.type !== 'var' || source === undefined) continue
    const path = inputPath(source)
    if (path !== undefined && names.locals.get(String(target.value))?.length === 1)
      aliases.set(String(target.value), path)
  }
  return aliases
}

/** The call of a built-in that an expression is, when nothing qualifies it. */
function plainCall(expr: Expr, names: Names): Call | undefined {
  if (expr.negated || expr.with?.length) return undefined
  const call = callOf(expr.terms)
  return call === undefined || isRedefined(call.name, names) ? undefined : call
}

/** Imports, rules and locals go before built-ins, operators included: `equal(a, b) if ...` is asked for each `==`. */
function isRedefined(call: string, { module, modules, locals }: Names): boolean {
  const [name] = call.split('.') as [string]
  return module.imported.includes(name) || locals.has(name) || rulesNamed(name, module, modules).length > 0
}

function ofExpr(expr: Expr, scope: Scope): Condition {
  if (expr.negated || expr.with?.length) return always
  const call = plainCall(expr, scope)
  if (call !== undefined) return ofCall(call.name, call.operands, scope)
  if (!isTerm(expr.terms)) return always
  if (expr.terms.type === 'boolean') return expr.terms.value === true ? always : never
  const ref = refOf(expr.terms)
  return ref?.length === 1 ? ofRules(String(ref[0]!.value), scope) : always
}

/** Built-ins that are undefined unless these operands are texts. */
const textOperands: Readonly<Record<string, readonly number[]>> = {
  startswith: [0, 1],
  endswith: [0, 1],
  contains: [0, 1],
  'regex.match': [0, 1],
  'glob.match': [0, 2],
}

const affixes: Readonly<Record<string, 'starts_with' | 'ends_with'>> = {
  startswith: 'starts_with',
  endswith: 'ends_with',
}

function ofCall(name: string, operands: readonly Term[], scope: Scope): Condition {
  const [left, right] = operands
  if (left === undefined || right === undefined) return always
  if (name === 'equal' || name === 'eq') {
    const [path, constant] = fieldOf(left, scope)
      ? [fieldOf(left, scope), right]
      : [fieldOf(right, scope), left]
    const value = path === undefined ? undefined : scalarOf(constant)
    return value === undefined ? always : { kind: 'in', path: path!, values: [value] }
  }
  if (name === 'internal.member_2') {
    const path = fieldOf(left, scope)
    const values = path === undefined ? undefined : constantElements(right, scope)
    return values === undefined ? always : { kind: 'in', path: path!, values }
  }
  const affixOf = affixes[name]
  const affixed = affixOf && fieldOf(left, scope)
  if (affixed && right.type === 'string') return affix(affixOf, affixed, String(right.value))
  const texts = (textOperands[name] ?? []).flatMap((i) => {
    const path = operands[i] === undefined ? undefined : fieldOf(operands[i], scope)
    return path === undefined ? [] : [{ kind: 'present', path } as const]
  })
  return allOf(texts)
}

/** A rule without arguments that is asked for its truth: one of its definitions must apply. */
function ofRules(name: string, scope: Scope): Condition {
  const own = rulesMeant(name, scope)
  if (own.length === 0 || scope.above.includes(name)) return always
  if (
    own.some(({ rule: { head } }) => head.ref.length > 1 || head.args !== undefined || head.key !== undefined)
  )
    return always
  const pack = { modules: scope.modules, above: [...scope.above, name] }
  return anyOf(
    own.flatMap(({ rule, module }) =>
      definitions(rule).map((each) => definitionOf({ rule: each, module }, pack)),
    ),
  )
}

function definitions(rule: Rule): Rule[] {
  return rule.else === undefined ? [rule] : [rule, ...definitions(rule.else)]
}

function definitionOf(placed: PlacedRule, pack: Package): Condition {
  const { head, default: isDefault } = placed.rule
  if (head.value?.type === 'boolean' && head.value.value === false) return never
  return isDefault ? always : bodyOf(placed, pack)
}

function fieldOf(term: Term, { aliases }: Scope): FieldPath | undefined {
  return term.type === 'var' ? aliases.get(String(term.value)) : inputPath(term)
}

/** The path of `input.a["b"][0]`; variables and computed names in it may be any element. */
function inputPath(term: Term): FieldPath | undefined {
  if (term.type !== 'ref') return undefined
  const [head, ...rest] = term.value as Term[]
  if (head?.type !== 'var' || head.value !== 'input' || rest.length === 0) return undefined
  const path: FieldPath[number][] = []
  for (const { type, value } of rest) {
    if (type === 'string') path.push(String(value))
    else if (type === 'number' && Number.isSafeInteger(value) && Number(value) >= 0) path.push(Number(value))
    else if (type === 'var' || type === 'ref' || type === 'call') path.push(ANY)
    else return undefined
  }
  return path
}

/** Null is left out: for a condition it is the same as missing. */
function scalarOf({ type, value }: Term): Scalar | undefined {
  if (type === 'string' || type === 'boolean') return value as Scalar
  // Larger whole numbers are not exact here, and might be equal to something else.
  if (type === 'number' && Math.abs(Number(value)) <= Number.MAX_SAFE_INTEGER) return Number(value)
  return undefined
}

/** The elements of a list or set of constants, written there or in a rule of the package that is nothing else. */
function constantElements(term: Term, scope: Scope): Scalar[] | undefined {
  if (term.type === 'array' || term.type === 'set') {
    const values = (term.value as Term[]).map(scalarOf)
    return values.includes(undefined) ? undefined : (values as Scalar[])
  }
  const ref = refOf(term)
  if (ref?.length !== 1) return undefined
  const [own, ...others] = rulesMeant(String(ref[0]!.value), scope)
  if (own === undefined || others.length > 0) return undefined
  const { head } = own.rule
  if (!isUnconditional(own.rule) || head.args || head.ref.length > 1) return undefined
  return head.value === undefined || head.value.type === 'var' || head.value.type === 'ref'
    ? undefined
    : constantElements(head.value, scope)
}
