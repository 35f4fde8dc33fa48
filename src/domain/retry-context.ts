/** What a caller that retries wants to know about earlier attempts. @module */
import type { Decision } from './decision.js'
import type { JsonObject } from './json.js'
import type { Step } from './step.js'

export type PriorCompletion = 'none' | 'completed' | 'gated_not_completed'

/** Source: WCP contract §6.1. Instants are Unix milliseconds. */
export interface RetryContext {
  readonly gateCount: number
  readonly completionCount: number
  readonly priorCompletion: PriorCompletion
  readonly priorOutput: JsonObject | null
  readonly priorCompletionAt: number | null
  readonly firstAttemptAt: number
  readonly lastAttemptAt: number
  readonly lastDecision: Decision
  readonly idempotencyKey: string
}

/** Whether the step had been completed before the gate call that made the count what it is. */
export function priorCompletion(gateCount: number, completionCount: number): PriorCompletion {
  return gateCount <= 1 ? 'none' : completionCount >= 1 ? 'completed' : 'gated_not_completed'
}

/**
 * The retry context of a step as it stands after this call.
 * @param lastDecision the decision before this call; on the first gate its own
 * @param priorOutput the recorded output, when the caller asked for it and there is one
 */
export function retryContext(
  step: Step,
  lastDecision: Decision,
  priorOutput: JsonObject | null,
): RetryContext {
  return {
    gateCount: step.gateCount,
    completionCount: step.completionCount,
    priorCompletion: priorCompletion(step.gateCount, step.completionCount),
    priorOutput,
    priorCompletionAt: step.completedAt ?? null,
    firstAttemptAt: step.firstGateAt,
    lastAttemptAt: step.lastGateAt,
    lastDecision,
    idempotencyKey: step.idempotencyKey,
  }
}
