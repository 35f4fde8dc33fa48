import type { PolicyProblem } from '../policy.js'
import { type VerifyOptions, withPolicyFolder } from './open-policy-folder.js'
import { runRegoTests } from './rego-tests.js'
import { type PolicyTestResult, runPolicyTest } from './run-policy-test.js'

export interface PolicyTestOptions extends VerifyOptions {
  /** Regular expression: only tests whose name it finds are run. Of a test in Rego the name is `<package>.<rule>`. */
  readonly run?: string
}

export type PolicyTestRun =
  | {
      readonly ok: true
      readonly results: readonly PolicyTestResult[]
      readonly warnings: readonly PolicyProblem[]
    }
  /** The policies, or the tests in Rego, do not compile: nothing was run. */
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] }

/**
 * Runs the tests of a policy folder: those in YAML on the compiled policies, as the gate decides; those in Rego compiled
 * together with what they test, by the same compiler and over the same built-ins.
 * @throws SyntaxError when `run` is no regular expression
 */
export function runPolicyTests({ run, ...options }: PolicyTestOptions): Promise<PolicyTestRun> {
  const wanted = new RegExp(run ?? '')
  return withPolicyFolder(options, async (opened) => {
    if (!opened.ok) return { ok: false, problems: opened.problems }
    const { engine, set, toolchain, warnings } = opened
    const compiled = set.tests
      .filter(({ name }) => wanted.test(name))
      .map((test): PolicyTestResult => {
        const begun = performance.now()
        return { ...runPolicyTest(engine, test), durationMs: performance.now() - begun }
      })
    const rego = await runRegoTests(set, toolchain, run)
    return rego.ok ? { ok: true, results: [...compiled, ...rego.results], warnings } : rego
  })
}
