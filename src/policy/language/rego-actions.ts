import { policyActions } from '../../domain/decision.js'
import { isPartialSet, type Location, type Rule, ruleName } from './rego-ast.js'

/** What is wrong with the form of a module's action rules: each must be a set. */
export function actionProblems(
  rules: readonly Rule[],
): { readonly location: Location | undefined; readonly message: string }[] {
  return rules.flatMap((rule) => {
    const message = isAction(rule) ? whyNoAction(rule) : undefined
    return message === undefined ? [] : [{ location: rule.head.location ?? rule.location, message }]
  })
}

export const isAction = (rule: Rule): boolean => (policyActions as readonly string[]).includes(ruleName(rule))

function whyNoAction(rule: Rule): string | undefined {
  const name = ruleName(rule)
  const cure = `write \`${name} contains reason if { ... }\``
  if (rule.head.args !== undefined) return `${name} is an action and cannot be a function: ${cure}`
  if (rule.default) return `${name} is a set of reasons and has no default: leave this out`
  if (!isPartialSet(rule)) return `${name} is a set of reasons, not one value: ${cure}`
  return undefined
}
