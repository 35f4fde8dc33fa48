/** May this gate call be answered at all, and from what? @module */
import { type Refusal, refuse } from '../errors.js'
import { approvalStatusAt, type Step } from '../step.js'
import { isTerminal, type Workflow } from '../workflow.js'
import type { GateRequest } from './request.js'

/** `repeat`: the recorded decision answers; `evaluate`: policy is asked. */
export type Admission = 'repeat' | 'evaluate' | Refusal

/**
 * The checks of a gate call in the contract's order (WCP §5.2, 4 to 8); the first that hits answers. Holds whose
 * deadline has passed have been written down as expired before this is asked.
 */
export function admitGate(
  workflow: Workflow,
  step: Step | undefined,
  stepId: string,
  request: Pick<GateRequest, 'idempotencyKey' | 'retryPolicy'>,
  contentDigest: string,
  now: number,
): Admission {
  if (isTerminal(workflow.status)) return refuse('WORKFLOW_TERMINAL', { state: workflow.status })
  if (step) {
    if (step.idempotencyKey !== request.idempotencyKey) {
      return keyMismatch(workflow, step, request.idempotencyKey)
    }
    if (request.retryPolicy === 'idempotent') {
      if (step.contentDigest === contentDigest) return 'repeat'
      return refuse('STEP_INPUT_MISMATCH', {
        step: stepId,
        workflow_id: workflow.id,
        step_id: stepId,
        expected_idempotency_key: step.idempotencyKey,
        received_idempotency_key: step.idempotencyKey,
      })
    }
    if (step.approval) {
      const state = approvalStatusAt(step.approval, now)
      if (state !== 'approved') return refuse('APPROVAL_HOLD', { step: stepId, state })
    }
  }
  const other = workflow.pendingStep
  if (other !== undefined && other !== stepId) return refuse('APPROVAL_PENDING', { step: other })
  return 'evaluate'
}

/** The refusal for a key other than the one the step's first gate bound. */
export function keyMismatch(workflow: Workflow, step: Step, received: string): Refusal {
  return refuse('IDEMPOTENCY_KEY_MISMATCH', {
    step: step.stepId,
    workflow_id: workflow.id,
    step_id: step.stepId,
    expected_idempotency_key: step.idempotencyKey,
    received_idempotency_key: received,
  })
}
