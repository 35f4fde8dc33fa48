/**
 * Asks the modules about the policies that could match, and reads their answers.
 * @module
 */
import type { PolicyAction, PolicyFault, PolicyMatch } from '../../domain/decision.js'
import type { Policy } from '../policy.js'
import type { EncodedInput } from './encoded-input.js'
import { readMatches } from './matches.js'
import type { WasmPolicy } from './wasm-policy.js'

/** A policy, and where to ask about it. */
export interface Asked {
  readonly policy: Policy
  /** Place of its module. */
  readonly shard: number
  /** In the order of the policy's actions. */
  readonly entrypoints: readonly number[]
}

/** What one action's rule said, where it said anything. */
export type Reading = { readonly policy: Policy; readonly action: PolicyAction } & ReturnType<
  typeof readMatches
>
export type FailedReading = Extract<Reading, { ok: false }>

/** Asks one module after the other, so that each parses the input once. Never throws. */
export function askModules(
  modules: readonly WasmPolicy[],
  asked: readonly Asked[],
  input: EncodedInput,
): Reading[] {
  const readings: Reading[] = []
  const byShard = asked.length === 1 ? asked : [...asked].sort((a, b) => a.shard - b.shard)
  for (let from = 0; from < byShard.length; ) {
    const { shard } = byShard[from]!
    let to = from
    const entrypoints: number[] = []
    for (; byShard[to]?.shard === shard; to++) entrypoints.push(...byShard[to]!.entrypoints)
    const answers = modules[shard]!.evaluate(input, entrypoints)
    let next = 0
    for (; from < to; from++) {
      const { policy } = byShard[from]!
      for (const action of policy.actions) {
        const answer = answers[next++]!
        if (answer.kind === 'none') continue
        readings.push(
          answer.kind === 'failed'
            ? { ok: false, policy, action, message: answer.message }
            : { policy, action, ...readMatches(policy, action, answer.value) },
        )
      }
    }
  }
  return readings
}

export const evaluationFault = (message: string, policyId?: string): PolicyFault => ({
  code: 'policy_evaluation_failed',
  message,
  ...(policyId === undefined ? {} : { policyId }),
})

/** Why the gate blocks. */
export const failureOf = ({ policy, message }: FailedReading): PolicyFault =>
  evaluationFault(`Policy ${policy.id} could not be evaluated: ${message}`, policy.id)

/** A policy in shadow never decides, and so its failure does not either; it is reported in the place of its match. */
export const shadowFailure = ({ policy, action, message }: FailedReading): PolicyMatch => ({
  policyId: policy.id,
  policyName: policy.name,
  action,
  reason: `The policy could not be evaluated: ${message}`,
  enforcement: 'shadow',
})
