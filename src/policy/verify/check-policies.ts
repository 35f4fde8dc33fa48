import type { PolicyProblem } from '../policy.js'
import { type VerifyOptions, withPolicyFolder } from './open-policy-folder.js'
import { checkRegoTests } from './rego-tests.js'

export interface PolicyCheck {
  /** The gate would load the folder; there may be warnings. */
  readonly ok: boolean
  readonly problems: readonly PolicyProblem[]
  /** Absent where the folder cannot be loaded. */
  readonly policies?: number
  /** Tests in YAML, one for each input, and files of tests in Rego. */
  readonly tests?: number
}

/**
 * Finds all that is wrong with a policy folder by loading it as the gate does: reading, compiling, asking each policy
 * once. Tests are read and checked, not run.
 */
export function checkPolicies(options: VerifyOptions): Promise<PolicyCheck> {
  return withPolicyFolder(options, async (opened) => {
    if (!opened.ok) return { ok: false, problems: opened.problems }
    const { set, toolchain, warnings } = opened
    const inTests = await checkRegoTests(set, toolchain)
    return {
      ok: inTests.length === 0,
      problems: [...warnings, ...inTests],
      policies: set.policies.length,
      tests: set.tests.length + set.regoTests.length,
    }
  })
}
