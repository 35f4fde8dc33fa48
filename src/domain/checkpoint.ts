/** Checkpoints: where a workflow can be taken up again. Each gated step is one. @module */
import { type Refusal, refuse } from './errors.js'
import type { Step } from './step.js'
import type { Workflow } from './workflow.js'

/** A step can be resumed from unless its gate blocked it. */
export const isResumable = (step: Step): boolean => step.decision !== 'block'

/**
 * May the workflow be taken up again at this step? Its gate is then evaluated anew (WCP §10).
 * @param held a step whose approval is pending, rejected or expired, when there is one
 */
export function mayResumeFrom(
  workflow: Workflow,
  step: Step | undefined,
  held: Step | undefined,
): Refusal | undefined {
  if (workflow.status === 'completed' || workflow.status === 'failed') {
    return refuse('NOT_RESUMABLE', {
      message: `The workflow is ${workflow.status} and cannot be resumed`,
    })
  }
  if (!step)
    return refuse('NOT_RESUMABLE', {
      message: 'The workflow has no checkpoint to resume from',
    })
  if (held?.approval)
    return refuse('APPROVAL_HOLD', {
      step: held.stepId,
      state: held.approval.status,
    })
  if (!isResumable(step)) {
    return refuse('NOT_RESUMABLE', {
      message: `Checkpoint of step ${step.stepId} was blocked and cannot be resumed`,
    })
  }
  return undefined
}

/** An aborted workflow that is taken up again is in progress: its end is taken back. */
export function reopened(workflow: Workflow): Workflow {
  const { endedAt, endReason, totalSteps, ...rest } = workflow
  return { ...rest, status: 'in_progress' }
}
