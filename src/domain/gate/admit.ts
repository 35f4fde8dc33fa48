/** May this gate call be answered at all, and from what? @module */
import { type Refusal, refuse } from '../errors.js'
import { approvalStatusAt, type Step } from '../step.js'
import { isTerminal, type Workflow } from '../workflow.js'
import { type DecisionRecord, isWithoutContent } from './record.js'
import { contentDigest, type GateRequest, repeatsContent } from './request.js'

/** `repeat`: the recorded decision answers; `evaluate`: policy is asked. */
export type Admission = 'repeat' | 'evaluate' | Refusal

/**
 * The checks of a gate call in the contract's order (WCP §5.2, 4 to 8); the first that hits answers. Holds whose
 * deadline has passed have been written down as expired before this is asked.
 * @param record of the step's last decision
 */
export function admitGate(
  workflow: Workflow,
  step: Step | undefined,
  stepId: string,
  request: GateRequest,
  record: DecisionRecord | undefined,
  now: number,
): Admission {
  if (isTerminal(workflow.status)) return refuse('WORKFLOW_TERMINAL', { state: workflow.status })
  if (step) {
    if (step.idempotencyKey !== request.idempotencyKey) {
      return keyMismatch(workflow, step, request.idempotencyKey)
    }
    if (request.retryPolicy === 'idempotent') {
      if (!record || !repeats(step, request, record)) {
        return refuse('STEP_INPUT_MISMATCH', {
          step: stepId,
          workflow_id: workflow.id,
          step_id: stepId,
          expected_idempotency_key: step.idempotencyKey,
          received_idempotency_key: step.idempotencyKey,
        })
      }
      // The caller brings what was missing when it was decided.
      if (!isWithoutContent(record)) return 'repeat'
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

/** Whether the request has the content that was decided. A masked record no longer says what was asked; a digest then does. */
export function repeats(step: Step, request: GateRequest, record: DecisionRecord): boolean {
  return step.contentDigest === undefined
    ? repeatsContent(request, record.input)
    : step.contentDigest === contentDigest(request)
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
