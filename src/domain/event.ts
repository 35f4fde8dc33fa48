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
  | 'plan_created'
  | 'plan_updated'
  | 'plan_rolled_back'
  /** Policy judged the plan whole; the body is the decision's record. */
  | 'plan_judged'
  | 'plan_started'
  | 'plan_completed'
  | 'plan_failed'
  | 'plan_cancelled'
  | 'plan_expired'
  /** An attempt of a plan's step began. */
  | 'plan_step_started'
  /** An attempt failed; the body says whether there will be another. */
  | 'plan_step_failed'
  | 'plan_step_skipped'
  | 'plan_step_cancelled'
  | 'compensation_started'
  | 'compensation_completed'
  | 'compensation_failed'
  | 'agent_changed'
  | 'review_requested'
  | 'review_decided'

/** One event, not yet numbered. It is appended in the transaction that changes the state it speaks of. */
export interface Event {
  /** Sequence number, where the state refers to it; else the store gives the next one. */
  readonly seq?: number
  /** 0 where the event is of no workflow. */
  readonly workflowKey: number
  /** What else it is about: `plan:<id>`, `agent:<id>`, `review:<id>`. */
  readonly subject?: string
  readonly stepId?: string
  readonly type: EventType
  /** Unix milliseconds. */
  readonly at: number
  /** JSON text. */
  readonly body: string
  /** Of a decision: the request as it came, where the body does without it. See `readRecord`. */
  readonly asked?: Uint8Array
}

/** An event as it was appended. */
export interface PastEvent extends Event {
  readonly seq: number
}

/** The rows that one verb writes; either all of them are written or none. */
export interface Changes {
  readonly workflow?: Workflow
  readonly step?: Step
  readonly plan?: Plan
  readonly runs?: readonly StepRun[]
  readonly events: readonly Event[]
}

import type { Plan } from './plan/plan.js'
import type { StepRun } from './plan/run.js'
import type { Step } from './step.js'
import type { Workflow } from './workflow.js'
