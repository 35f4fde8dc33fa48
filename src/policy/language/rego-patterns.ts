/**
 * The patterns of hand-written Rego: of regular expressions, globs and templates. The host looks for them in a time that
 * grows with the pattern and the text, which a caller must not both make; so they must be written down.
 * @module
 */
import { RE2JS } from 're2js'
import { eachCall, isPartialSet, type Location, refOf, type Term } from './rego-ast.js'
import { type Locals, localsOf } from './rego-locals.js'
import { type ModuleNames, type PlacedRule, rulesNamed } from './rego-names.js'

/** Which operand of a built-in is a pattern. */
const matchers: ReadonlyMap<string, number> = new Map([
  ['regex.match', 0],
  ['regex.find_all_string_submatch_n', 0],
  ['regex.find_n', 0],
  ['regex.replace', 1],
  ['regex.split', 0],
  ['regex.template_match', 0],
  ['glob.match', 0],
])

/** Whether its patterns are regular expressions as they stand. */
const regular = (name: string): boolean => name !== 'glob.match' && name !== 'regex.template_match'

export interface PatternProblem {
  readonly location: Location | undefined
  readonly message: string
}

/**
 * What is wrong with the patterns of a module's rules.
 * @param modules all modules of its package, whose constants it may use
 */
export function patternProblems(
  module: ModuleNames,
  modules: readonly ModuleNames[] = [module],
): PatternProblem[] {
  const problems: PatternProblem[] = []
  for (const rule of module.rules) {
    const locals = localsOf(rule)
    eachCall([rule.head, rule.body, rule.else], ({ name, operands, location }) => {
      const operand = operands[matchers.get(name) ?? operands.length]
      if (operand === undefined) return
      const found = texts(operand, { modules, module, locals, depth: 0 })
      if (found === undefined) problems.push({ location, message: computed(name) })
      for (const pattern of regular(name) ? (found ?? []) : []) {
        const refusal = refusalOf(pattern)
        if (refusal !== undefined) problems.push({ location, message: `${name}: ${refusal}` })
      }
    })
  }
  return problems
}

const computed = (name: string): string =>
  `${name} with a computed pattern: who makes it decides how long a gate takes, so write the ` +
  'patterns out as strings, here or in a rule of this package (`patterns := {"^a", "^b"}`, `some p in patterns`)'

function refusalOf(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern)
    return undefined
  } catch (error) {
    return `the pattern ${JSON.stringify(pattern)} never matches: ${(error as Error).message}`
  }
}

interface Scope {
  readonly modules: readonly ModuleNames[]
  readonly module: ModuleNames
  readonly locals: Locals
  readonly depth: number
}

const MAX_STEPS = 8

/** All texts that a term may stand for; undefined when they are not written down. */
function texts(term: Term, scope: Scope): string[] | undefined {
  if (scope.depth > MAX_STEPS) return undefined
  if (term.type === 'string') return [String(term.value)]
  const ref = refOf(term)
  if (ref === undefined) return undefined
  const [head, ...rest] = ref as [Term, ...Term[]]
  if (head.type !== 'var' || rest.length > 1) return undefined
  if (rest.length === 1) return elements(head, deeper(scope))
  return union(meanings(head, scope), ({ kind, of, within }) =>
    kind === 'value' ? texts(of, within) : elements(of, within),
  )
}

/** All texts among the elements of a collection. */
function elements(term: Term, scope: Scope): string[] | undefined {
  if (scope.depth > MAX_STEPS) return undefined
  if (term.type === 'array' || term.type === 'set')
    return union(term.value as Term[], (each) => texts(each, deeper(scope)))
  if (term.type === 'object')
    return union(term.value as [Term, Term][], ([, value]) => texts(value, deeper(scope)))
  const ref = refOf(term)
  if (ref?.length !== 1) return undefined
  const name = String(ref[0]!.value)
  const own = scope.locals.has(name) ? [] : rulesNamed(name, scope.module, scope.modules)
  if (own.length > 0 && own.every(({ rule }) => isPartialSet(rule)))
    return union(own, (each) => texts(each.rule.head.key!, inside(each, scope)))
  return union(meanings(ref[0]!, scope), ({ kind, of, within }) =>
    kind === 'value' ? elements(of, within) : undefined,
  )
}

/** What a name may stand for, and the scope in which that is written. */
interface Meaning {
  readonly kind: 'value' | 'element'
  readonly of: Term
  readonly within: Scope
}

/** All that a bare name may stand for: its bindings in the rule or, when it has none, the values of rules so named. */
function meanings(variable: Term, scope: Scope): Meaning[] | undefined {
  const name = String(variable.value)
  const bindings = scope.locals.get(name)
  if (bindings !== undefined) {
    const written = bindings.filter((each) => each.kind !== 'unknown')
    return written.length < bindings.length
      ? undefined
      : written.map(({ kind, of }) => ({ kind, of, within: deeper(scope) }))
  }
  const rules = rulesNamed(name, scope.module, scope.modules)
  const plain = rules.every(
    ({ rule: { head, else: other } }) =>
      head.ref.length === 1 && !head.args && head.value !== undefined && !other,
  )
  if (rules.length === 0 || !plain) return undefined
  return rules.map((each) => ({ kind: 'value', of: each.rule.head.value!, within: inside(each, scope) }))
}

const deeper = (scope: Scope): Scope => ({ ...scope, depth: scope.depth + 1 })

const inside = ({ rule, module }: PlacedRule, scope: Scope): Scope => ({
  ...deeper(scope),
  module,
  locals: localsOf(rule),
})

function union<T>(
  items: readonly T[] | undefined,
  read: (item: T) => string[] | undefined,
): string[] | undefined {
  if (items === undefined) return undefined
  const all: string[] = []
  for (const item of items) {
    const found = read(item)
    if (found === undefined) return undefined
    all.push(...found)
  }
  return all
}
