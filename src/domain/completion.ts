/** A step was done. @module */
import { type Refusal, refuse } from './errors.js'
import type { Changes } from './event.js'
import { keyMismatch } from './gate/admit.js'
import { tallied } from './gate/decide.js'
import { effectiveDecision } from './gate/repeat.js'
import type { JsonObject } from './json.js'
import type { Step } from './step.js'
import { total, type Workflow } from './workflow.js'

/** What the caller reports; every part is optional, and a part that is absent keeps what is recorded. */
export interface Completion {
  readonly output?: JsonObject
  readonly metadata?: JsonObject
  readonly tokensIn?: number
  readonly tokensOut?: number
  readonly costUsd?: number
  readonly idempotencyKey: string
}

/**
 * Record a completion. A step that no gate allowed cannot be completed as if it had run, nor any step of an aborted
 * workflow; a step that was never gated is recorded as ungated and flagged, because the LangGraph wrapper completes such steps.
 * @param seq the number of the event that will hold the output
 */
export function completeStep(
  workflow: Workflow,
  step: Step | undefined,
  stepId: string,
  completion: Completion,
  now: number,
  seq: number,
): Refusal | Changes {
  if (workflow.status === 'aborted') {
    return refuse('STEP_NOT_ALLOWED', {
      step: stepId,
      why: 'its workflow was aborted',
    })
  }
  if (!step) return ungated(workflow, stepId, completion, now, seq)
  if (step.idempotencyKey !== completion.idempotencyKey)
    return keyMismatch(workflow, step, completion.idempotencyKey)
  const effective = effectiveDecision(step, now)
  if (effective.decision !== 'allow') {
    return refuse('STEP_NOT_ALLOWED', {
      step: stepId,
      why: effective.pending ? 'it is waiting for approval' : 'its gate did not allow it',
    })
  }
  const after: Step = {
    ...step,
    version: step.version + 1,
    completionCount: step.completionCount + 1,
    completedAt: now,
    ...(completion.tokensIn === undefined ? {} : { tokensIn: completion.tokensIn }),
    ...(completion.tokensOut === undefined ? {} : { tokensOut: completion.tokensOut }),
    ...(completion.costUsd === undefined ? {} : { costUsd: completion.costUsd }),
    ...(completion.output === undefined ? {} : { outputSeq: seq }),
  }
  return {
    workflow: tallied(workflow, step, after),
    step: after,
    events: [
      {
        seq,
        workflowKey: workflow.key,
        stepId,
        type: 'step_completed',
        at: now,
        body: bodyOf(completion),
      },
    ],
  }
}

function ungated(
  workflow: Workflow,
  stepId: string,
  completion: Completion,
  now: number,
  seq: number,
): Changes {
  return {
    workflow: {
      ...workflow,
      version: workflow.version + 1,
      tokensIn: total(workflow.tokensIn, 0, completion.tokensIn ?? 0),
      tokensOut: total(workflow.tokensOut, 0, completion.tokensOut ?? 0),
      costUsd: total(workflow.costUsd, 0, completion.costUsd ?? 0),
    },
    events: [
      {
        seq,
        workflowKey: workflow.key,
        stepId,
        type: 'step_completed_ungated',
        at: now,
        body: bodyOf(completion),
      },
    ],
  }
}

function bodyOf({ output, metadata, tokensIn, tokensOut, costUsd, idempotencyKey }: Completion): string {
  return JSON.stringify({
    output,
    metadata,
    tokens_in: tokensIn,
    tokens_out: tokensOut,
    cost_usd: costUsd,
    idempotency_key: idempotencyKey === '' ? undefined : idempotencyKey,
  })
}
