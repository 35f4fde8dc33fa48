/**
 * How a policy is addressed inside its module: each of its actions is an entry point of its own, so that no module has
 * to be written around the author's, and a policy that does not match answers an empty set at once.
 * @module
 */
import type { PolicyAction } from '../../domain/decision.js'
import type { Policy } from '../policy.js'

/** Such as `stepgate/policy/no-prod-deletes/block`. */
export function entrypointOf(policy: Pick<Policy, 'rego'>, action: PolicyAction): string {
  return [...packageOf(policy.rego), action].join('/')
}

const header =
  /^(?:\s|#[^\n]*(?:\n|$))*package\s+([A-Za-z_]\w*(?:\s*(?:\.\s*\w+|\[\s*"(?:[^"\\]|\\.)*"\s*\]))*)/
const element = /\[\s*("(?:[^"\\]|\\.)*")\s*\]|(\w+)/g

/** The names of a module's package. @throws Error when the text starts with none */
export function packageOf(rego: string): string[] {
  const path = header.exec(rego)?.[1]
  if (path === undefined) throw new Error('the module does not start with a package')
  return [...path.matchAll(element)].map(([, quoted, name]) =>
    quoted === undefined ? name! : (JSON.parse(quoted) as string),
  )
}
