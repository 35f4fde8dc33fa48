/** What happened, in the order it happened. Timelines, replay and evidence read these. @module */

export type EventType =
  | 'workflow_created'
  | 'workflow_completed'
  | 'workflow_failed'
  | 'workflow_aborted'
  | 'workflow_reopened'
  /** The first decision on a step. */
  | 'step_gated'
  /** A later one: the step was evaluated anew. */
  | 'step_regated'
  | 'step_gate_repeated'
  | 'step_completed'
  | 'step_completed_ungated'
  | 'approval_granted'
  | 'approval_approved'
  | 'approval_rejected'
  | 'approval_expired'

/** One event, not yet numbered. It is appended in the transaction that changes the state it speaks of. */
export interface Event {
  /** Sequence number, where the state refers to it; else the store gives the next one. */
  readonly seq?: number
  readonly workflowKey: number
  readonly stepId?: string
  readonly type: EventType
  /** Unix milliseconds. */
  readonly at: number
  /** JSON text. */
  readonly body: string
}

/** The rows that one verb writes; either all of them are written or none. */
export interface Changes {
  readonly workflow?: Workflow
  readonly step?: Step
  readonly events: readonly Event[]
}

import type { Step } from './step.js'
import type { Workflow } from './workflow.js'
