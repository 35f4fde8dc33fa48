/** How a change of a run is called on its stream. @module */
import type { EventType } from '../event.js'
import type { ExecutionStatus } from './execution.js'

/** Source: MAP contract §2.7. `status` is the state as such: at the beginning, and after changes that have no name there. */
export type StreamEventName =
  | 'status'
  | 'execution.started'
  | 'execution.completed'
  | 'execution.failed'
  | 'execution.cancelled'
  | 'step.started'
  | 'step.completed'
  | 'step.failed'
  | 'step.decision'

const names: Readonly<Partial<Record<EventType, StreamEventName>>> = {
  workflow_created: 'execution.started',
  workflow_reopened: 'execution.started',
  plan_started: 'execution.started',
  step_gated: 'step.decision',
  step_regated: 'step.decision',
  approval_granted: 'step.decision',
  approval_approved: 'step.decision',
  approval_rejected: 'step.decision',
  approval_expired: 'step.decision',
  step_completed: 'step.completed',
  step_completed_ungated: 'step.completed',
  plan_step_started: 'step.started',
  plan_step_failed: 'step.failed',
}

const endings: Readonly<Partial<Record<ExecutionStatus, StreamEventName>>> = {
  completed: 'execution.completed',
  failed: 'execution.failed',
  cancelled: 'execution.cancelled',
  aborted: 'execution.cancelled',
  expired: 'execution.cancelled',
}

/**
 * The name of what is told of a run after an event; once it is over, that.
 * @param goesOn the step is to be tried again: it has not failed yet
 */
export const streamEventName = (type: EventType, status: ExecutionStatus, goesOn = false): StreamEventName =>
  endings[status] ?? (goesOn ? 'status' : (names[type] ?? 'status'))

/** A gate that was answered from the record changes nothing that a stream shows. */
export const changesNothing = (type: EventType): boolean => type === 'step_gate_repeated'
