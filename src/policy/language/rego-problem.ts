import type { PolicyProblem } from '../policy.js'
import type { Location } from './rego-ast.js'

/** What is wrong with a Rego file, at a place of its syntax tree. */
export function regoProblem(
  file: string,
  location: Location | undefined,
  message: string,
  severity: PolicyProblem['severity'] = 'error',
): PolicyProblem {
  const at = location === undefined ? {} : { line: location.row, column: location.col }
  return { file, ...at, message, severity }
}
