import { policyActions } from '../../domain/decision.js'
import { isPartialSet, type Location, type Rule, ruleName } from './rego-ast.js'

/** What is wrong with the action rules of a module: each must be a set of reasons. */
export function actionProblems(
  rules: readonly Rule[],
): { readonly location: Location | undefined; readonly message: string }[] {
  return rules.flatMap((rule) => {
    const message = isAction(rule) ? whyNoAction(rule) : undefined
    return message === undefined ? [] : [{ location: rule.head.location ?? rule.location, message }]
  })
}

export const isAction = (rule: Rule): boolean => (policyActions as readonly string[]).includes(ruleName(rule))

const scalars = ['number', 'boolean', 'null', 'array', 'set']

function whyNoAction(rule: Rule): string | undefined {
  const name = ruleName(rule)
  const cure = `write \`${name} contains reason if { ... }\``
  if (rule.head.args !== undefined) return `${name} is an action and cannot be a function: ${cure}`
  if (rule.default) return `${name} is a set of reasons and has no default: leave this out`
  if (!isPartialSet(rule)) return `${name} is a set of reasons, not one value: ${cure}`
  const key = rule.head.key!
  if (scalars.includes(key.type))
    return `a reason is text, or an object {"reason": ...}, not ${articled(key.type)}`
  return undefined
}

const articled = (type: string): string =>
  type === 'array' ? 'an array' : type === 'null' ? 'null' : `a ${type}`
