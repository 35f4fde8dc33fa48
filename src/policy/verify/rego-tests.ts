/** Tests written in Rego: what OPA's interpreter needs to run them, and what it answers. @module */
import { modulesOf } from '../bundle/compile-shard.js'
import type { PolicySet } from '../language/assemble-policies.js'
import type { PolicyProblem } from '../policy.js'
import type { Diagnostic, TestRequest, TestResult, Toolchain } from '../toolchain/toolchain.js'
import type { PolicyTestResult } from './run-policy-test.js'

/** Finds what is wrong with the test files themselves; the policies are known to compile. */
export async function checkRegoTests(
  set: PolicySet,
  toolchain: Toolchain,
): Promise<readonly PolicyProblem[]> {
  if (set.regoTests.length === 0) return []
  const reply = await toolchain.check({ files: sourcesOf(set) })
  return reply.ok ? [] : reply.errors.map(problemOf)
}

export type RegoTestRun =
  | { readonly ok: true; readonly results: readonly PolicyTestResult[] }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] }

/** @param run regular expression; tests whose `data.<package>.<name>` it finds are run */
export async function runRegoTests(set: PolicySet, toolchain: Toolchain, run?: string): Promise<RegoTestRun> {
  if (set.regoTests.length === 0) return { ok: true, results: [] }
  const request: TestRequest = { files: sourcesOf(set), data: set.data, explain: 'notes' }
  const reply = await toolchain.test(run === undefined ? request : { ...request, run })
  if (!reply.ok) return { ok: false, problems: reply.errors.map(problemOf) }
  return { ok: true, results: reply.results.map(resultOf) }
}

/** YAML policies come along only where a test names them: a thousand of them take OPA ten seconds to check. */
function sourcesOf({ policies, libraries, regoTests }: PolicySet): Record<string, string> {
  const named = ({ id }: { readonly id: string }) => regoTests.some(({ rego }) => rego.includes(id))
  const tested = policies.filter((policy) => policy.origin.language === 'rego' || named(policy))
  return Object.fromEntries(
    [...tested.flatMap(modulesOf), ...libraries, ...regoTests].map(({ path, rego }) => [path, rego]),
  )
}

function resultOf(result: TestResult): PolicyTestResult {
  const { name, file = '', row = 1, outcome, errors = [], output, cases = [], durationNs } = result
  const failed = cases.filter(({ pass }) => !pass).map((each) => `case ${each.name} failed`)
  return {
    name: `${result.package.replace(/^data\./, '')}.${name}`,
    file,
    line: row,
    engine: 'interpreter',
    outcome,
    differences: [],
    notes: [
      ...(outcome === 'fail' ? ['the rule is not true'] : []),
      ...errors.map(({ message }) => message),
      ...failed,
      ...(output ? [`printed: ${output.trimEnd()}`] : []),
    ],
    durationMs: durationNs / 1e6,
  }
}

const problemOf = ({ file = '', row, col, message }: Diagnostic): PolicyProblem => ({
  file,
  ...(row === undefined ? {} : { line: row }),
  ...(col === undefined ? {} : { column: col }),
  message,
  severity: 'error',
})
