/** How a workflow ends, and whether it may go on. @module */
import { type Refusal, refuse } from './errors.js'
import type { Changes, EventType } from './event.js'
import type { Step } from './step.js'
import { isTerminal, type Workflow, type WorkflowStatus } from './workflow.js'

type Ending = Exclude<WorkflowStatus, 'in_progress'>

const endings: Readonly<Record<Ending, EventType>> = {
  completed: 'workflow_completed',
  failed: 'workflow_failed',
  aborted: 'workflow_aborted',
}

/**
 * End a workflow. Completing waits for pending approvals; failing and aborting do not (WCP §3.1).
 * @param reason recorded; never shown by the workflow's own reply
 */
export function endWorkflow(
  workflow: Workflow,
  ending: Ending,
  reason: string | undefined,
  by: string,
  now: number,
): Refusal | Changes {
  if (isTerminal(workflow.status)) return refuse('WORKFLOW_TERMINAL', { state: workflow.status })
  if (ending === 'completed' && workflow.pendingStep !== undefined) {
    return refuse('APPROVAL_PENDING', { step: workflow.pendingStep })
  }
  return {
    workflow: ended(workflow, ending, reason, now),
    events: [endingEvent(workflow, ending, reason, by, now)],
  }
}

/** The workflow as it stands after it ended. */
export function ended(workflow: Workflow, ending: Ending, reason: string | undefined, now: number): Workflow {
  return {
    ...workflow,
    version: workflow.version + 1,
    status: ending,
    endedAt: now,
    totalSteps: workflow.stepCount,
    ...(reason === undefined ? {} : { endReason: reason }),
  }
}

/** The event that tells of an ending. */
export function endingEvent(
  workflow: Workflow,
  ending: Ending,
  reason: string | undefined,
  by: string,
  now: number,
): Changes['events'][number] {
  return {
    workflowKey: workflow.key,
    type: endings[ending],
    at: now,
    body: JSON.stringify({ reason, by, total_steps: workflow.stepCount }),
  }
}

/**
 * May the orchestrator go on? Changes nothing: an approved workflow was in progress all along (WCP §4.6).
 * @param denied a step whose approval was rejected or expired, when there is one and nothing was gated after it
 */
export function mayResume(workflow: Workflow, denied: Step | undefined): Refusal | undefined {
  if (isTerminal(workflow.status)) return refuse('WORKFLOW_TERMINAL', { state: workflow.status })
  if (workflow.pendingStep !== undefined) return refuse('APPROVAL_PENDING', { step: workflow.pendingStep })
  if (denied?.approval)
    return refuse('STEP_REJECTED', {
      step: denied.stepId,
      state: denied.approval.status,
    })
  return undefined
}
