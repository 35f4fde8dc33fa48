/** Redaction where the same value stands in two places of the policy input. @module */
import type { PolicyMatch } from '../decision.js'

/**
 * A connector step of a plan has its parameters as `tool_input` and as `step_input.parameters`, so that policies written
 * for either judge it. A path into one of them redacts the other as well.
 */
export function withTwins(match: PolicyMatch): PolicyMatch {
  if (match.action !== 'redact' || !match.redact) return match
  return { ...match, redact: [...new Set(match.redact.flatMap((path) => [path, ...twinOf(path)]))] }
}

function twinOf(path: string): string[] {
  const tool = /^tool_input(?=$|[.[])/
  const step = /^step_input\.parameters(?=$|[.[])/
  if (tool.test(path)) return [path.replace(tool, 'step_input.parameters')]
  return step.test(path) ? [path.replace(step, 'tool_input')] : []
}
