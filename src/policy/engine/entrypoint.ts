/**
 * How a policy is addressed inside its module: each of its actions is an entry point of its own, so that no module has
 * to be written around the author's, and a policy that does not match answers an empty set at once.
 * @module
 */
import type { PolicyAction } from '../../domain/decision.js'
import type { Policy } from '../policy.js'

/** Such as `stepgate/policy/no-prod-deletes/block`. */
export function entrypointOf({ id, packagePath }: Policy, action: PolicyAction): string {
  return [...(packagePath ?? ['stepgate', 'policy', id]), action].join('/')
}
