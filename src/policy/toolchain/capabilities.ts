/** What a policy may call, so that a call the gate could not make is refused where it is written. */
import type { Capabilities } from './operations.js'
import { NATIVE_BUILTINS } from './runtime-builtins.js'

export { DIFFERING_CALLS, NATIVE_BUILTINS } from './runtime-builtins.js'

/**
 * Capabilities for `check`, `compile` and `test`: everything of this OPA's, but of its built-ins only those that are
 * compiled into the policy's module, and those the host brings. A policy that calls another gets `rego_type_error: undefined function <name>` with file, row and column.
 *
 * @param extra names of the OPA built-ins that the host brings (`sprintf`, `semver.compare`);
 *   a name that OPA does not know is answered with an error by the call the capabilities are given to.
 */
export function policyCapabilities(extra: readonly string[] = []): Capabilities {
  return { builtinNames: [...new Set([...NATIVE_BUILTINS, ...extra])] }
}
