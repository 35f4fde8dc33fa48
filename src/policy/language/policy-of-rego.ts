/**
 * Makes one policy of the Rego modules of one package.
 * @module
 */
import { policyActions } from '../../domain/decision.js'
import type { Policy, PolicyProblem } from '../policy.js'
import type { RegoModule } from './file-reading.js'
import { nearestOf } from './nearest.js'
import { isAction } from './rego-actions.js'
import { eachTerm, isPartialSet, type Rule, refOf, ruleName } from './rego-ast.js'
import { readMetadata } from './rego-metadata.js'
import { patternProblems } from './rego-patterns.js'
import { regoProblem } from './rego-problem.js'
import { reasonProblems } from './rego-reasons.js'
import { requiresOfRego } from './requires-of-rego.js'

/** The policy, and what is wrong with its modules together. */
export interface RegoPolicyReading {
  /** Undefined when it could never say anything. */
  readonly policy: Policy | undefined
  readonly problems: readonly PolicyProblem[]
}

/**
 * @param modules all modules of one package, at least one, in order of their paths
 * @param libraries all libraries of the set
 */
export function policyOfRego(
  modules: readonly RegoModule[],
  libraries: readonly RegoModule[],
): RegoPolicyReading {
  const [first, ...more] = modules as [RegoModule, ...RegoModule[]]
  const { packagePath } = first
  const id = packagePath.at(-1)!
  const rules = modules.flatMap((module) => module.rules)
  const problems: PolicyProblem[] = []
  const annotated = modules.filter(({ annotations }) => annotations !== undefined)
  for (const module of annotated.slice(1)) {
    const message = `the package is annotated in ${annotated[0]!.path} already: keep one of the two`
    problems.push(regoProblem(module.path, module.annotations?.location, message))
  }
  const described = annotated[0] ?? first
  const { metadata, problems: misdescribed } = readMetadata(described, id)
  problems.push(...misdescribed, ...unusedRules(modules))
  for (const module of modules) problems.push(...reasonProblems(module, metadata.appliesTo))
  const reached = librariesReached(modules, libraries)
  for (const module of modules)
    for (const { location, message } of patternProblems(module, modules))
      problems.push(regoProblem(module.path, location, message))
  const actions = policyActions.filter((action) => rules.some((rule) => ruleName(rule) === action))
  if (actions.length === 0) {
    problems.push(regoProblem(first.path, { row: first.line, col: 1 }, withoutActions(rules)))
    return { policy: undefined, problems }
  }
  const policy: Policy = {
    id,
    ...metadata,
    actions,
    origin: { file: described.path, line: described.line, language: 'rego' },
    modulePath: first.path,
    ...(more.length === 0 ? {} : { moreModules: more.map(({ path, rego }) => ({ path, rego })) }),
    ...(packagePath.length === 3 ? {} : { packagePath }),
    rego: first.rego,
    facts: [],
    requires: requiresOfRego(modules),
    readsSteps: [...modules, ...reached].some(({ mentions }) => mentions.steps),
    readsData: [...modules, ...reached].some(({ mentions }) => mentions.data),
  }
  return { policy, problems }
}

function withoutActions(rules: readonly Rule[]): string {
  const message = `no rule is an action, so this policy says nothing: name one ${policyActions.join(', ')}`
  const near = rules
    .map((rule) => nearestOf(ruleName(rule), policyActions))
    .find((name) => name !== undefined)
  return near === undefined ? message : `${message}; did you mean "${near}"?`
}

/** A set of reasons that nobody reads is most likely an action with a wrong name. */
function unusedRules(modules: readonly RegoModule[]): PolicyProblem[] {
  const used = new Set<string>()
  eachTerm(
    modules.flatMap(({ rules }) =>
      rules.map(({ body, else: other, head }) => [body, other, head.key, head.value]),
    ),
    (term) => {
      for (const { value } of refOf(term) ?? []) used.add(String(value))
    },
  )
  return modules.flatMap((module) =>
    module.rules
      .filter((rule) => isPartialSet(rule) && !isAction(rule) && !used.has(ruleName(rule)))
      .map((rule) => {
        const message = `nothing reads ${ruleName(rule)}, and it is no action: actions are ${policyActions.join(', ')}`
        return regoProblem(module.path, rule.head.location, message, 'warning')
      }),
  )
}

/** Libraries that the modules mention, and those which these mention in turn. */
function librariesReached(modules: readonly RegoModule[], libraries: readonly RegoModule[]): RegoModule[] {
  const reached = new Set<RegoModule>()
  const visit = ({ mentions }: RegoModule): void => {
    for (const library of libraries) {
      if (reached.has(library) || !mentions.libraries.some((path) => overlaps(path, library.packagePath)))
        continue
      reached.add(library)
      visit(library)
    }
  }
  modules.forEach(visit)
  return [...reached]
}

const overlaps = (a: readonly string[], b: readonly string[]): boolean =>
  a.every((name, i) => i >= b.length || b[i] === name)
