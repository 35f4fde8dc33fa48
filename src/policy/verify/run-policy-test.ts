/** One test of a policy set, on the engine that will decide. @module */
import { combine, type Verdict } from '../../domain/decision.js'
import type { PolicyEngine } from '../engine/engine.js'
import { inRollout } from '../engine/rollout.js'
import { parseFieldPath, valuesAt } from '../language/field-path.js'
import type { Hook, Policy, PolicyTest } from '../policy.js'
import { testInput } from './test-input.js'

/** What a test asked for and did not get. */
export interface Difference {
  readonly of: 'decision' | 'policies' | 'reason'
  readonly expected: string
  readonly got: string
}

export type TestOutcome = 'pass' | 'fail' | 'error' | 'skip'

export interface PolicyTestResult {
  readonly name: string
  readonly file: string
  readonly line: number
  readonly outcome: TestOutcome
  readonly differences: readonly Difference[]
  /** What helps to understand the outcome. */
  readonly notes: readonly string[]
  readonly durationMs: number
}

/** Judges the test's input and compares the verdict with what is expected. */
export function runPolicyTest(engine: PolicyEngine, test: PolicyTest): Omit<PolicyTestResult, 'durationMs'> {
  const { hook, input, history } = testInput(test.input, engine.historyFacts)
  const judgement = engine.evaluate(hook, input, () => JSON.stringify(input), history)
  const about = { name: test.name, file: test.file, line: test.line }
  if (judgement.fault)
    return { ...about, outcome: 'error', differences: [], notes: [judgement.fault.message] }
  const verdict = combine(judgement)
  const differences = differencesOf(test.expect, verdict)
  const notes =
    differences.length === 0
      ? []
      : whyAbsent(test.expect.policies ?? [], verdict, engine.policies, hook, input)
  return { ...about, outcome: differences.length === 0 ? 'pass' : 'fail', differences, notes }
}

const names = (ids: readonly string[]): string =>
  ids.length === 0 ? 'none' : [...new Set(ids)].sort().join(', ')

function differencesOf({ decision, policies, reason }: PolicyTest['expect'], verdict: Verdict): Difference[] {
  const compared: Difference[] = []
  if (decision !== undefined) compared.push({ of: 'decision', expected: decision, got: verdict.decision })
  if (policies !== undefined)
    compared.push({
      of: 'policies',
      expected: names(policies),
      got: names(verdict.evaluated.map(({ policyId }) => policyId)),
    })
  if (reason !== undefined) compared.push({ of: 'reason', expected: reason, got: verdict.reason })
  return compared.filter(({ expected, got }) => expected !== got)
}

/** A policy may be left out for what stands beside its conditions, where a reader looks last. */
function whyAbsent(
  expected: readonly string[],
  verdict: Verdict,
  policies: readonly Policy[],
  hook: Hook,
  input: Readonly<Record<string, unknown>>,
): string[] {
  const absent = expected.filter((id) => !verdict.evaluated.some(({ policyId }) => policyId === id))
  return absent.flatMap((id) => {
    const policy = policies.find((each) => each.id === id)
    if (!policy) return [`there is no policy ${id}`]
    const { enforcement, appliesTo, scope, rollout } = policy
    const outside = (list: readonly string[], value: unknown) =>
      !list.includes('*') && !list.includes(value as string)
    if (enforcement === 'off') return [`${id} is off`]
    if (!appliesTo.includes(hook))
      return [`${id} applies to ${appliesTo.join(', ')}; this test is of a ${hook}`]
    if (outside(scope.tenants, input.tenant_id)) return [`${id} is not for the tenant ${input.tenant_id}`]
    if (outside(scope.sources, input.source)) return [`${id} is not for the source ${input.source}`]
    if (rollout.percent < 100 && !inRollout(id, rollout.percent, valueAt(input, rollout.by)))
      return [`${id} is rolled out to ${rollout.percent} % by ${rollout.by}, and this input is outside`]
    return []
  })
}

function valueAt(input: unknown, by: string): unknown {
  const parsed = parseFieldPath(by)
  return parsed.ok ? valuesAt(input, parsed.path)[0] : undefined
}
