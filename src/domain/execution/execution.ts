/** A run as operators see it, whoever drives it: a workflow of somebody's orchestrator, or a plan. @module */
import type { PolicyMatch } from '../decision.js'
import type { EventType } from '../event.js'
import type { DecisionRecord } from '../gate/record.js'
import type { JsonObject, JsonValue } from '../json.js'
import type { CompensationState, RunState } from '../plan/run.js'
import type { ApprovalStatus, Step, StepType } from '../step.js'

export type ExecutionType = 'map_plan' | 'wcp_workflow'

/** A workflow that was stopped is `aborted`, a plan that was stopped is `cancelled`. */
export type ExecutionStatus =
  | 'pending'
  | 'running'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'aborted'
  | 'expired'

export type StepStatus = 'pending' | 'running' | 'completed' | 'failed' | 'skipped' | 'blocked' | 'approval'

/** What an operator has to know of a run before anything else. */
export const signals = [
  /** A step waits for an approver. */
  'approval_pending',
  /** A hold was rejected, or nobody decided it in time. */
  'approval_denied',
  /** Policy did not let a step run. */
  'policy_block',
  /** A step waits for a person to do it. */
  'waiting_for_person',
  /** A step failed and will be tried again. */
  'retrying',
  'provider_failure',
  'connector_failure',
  /** A step failed that called neither. */
  'step_failure',
  'compensation_failed',
] as const
export type Signal = (typeof signals)[number]

/** A step of a workflow with the record of its latest decision. */
export interface RecordedStep {
  readonly step: Step
  readonly record: Pick<DecisionRecord, 'policies' | 'input' | 'revision'>
}

/** The latest event of a run. */
export interface LatestEvent {
  readonly seq: number
  readonly type: EventType
  /** Unix milliseconds. */
  readonly at: number
}

/** When a run is looked at, and what had happened by then. */
export interface Sight {
  /** Unix milliseconds. */
  readonly now: number
  readonly latest: Pick<LatestEvent, 'seq' | 'at'>
}

/** What is known of a run without looking at each of its steps. Instants and durations in milliseconds, cost in US dollars. */
export interface ExecutionHead {
  /** The workflow's id, or the plan's. */
  readonly id: string
  readonly type: ExecutionType
  readonly name: string
  readonly source: string
  readonly status: ExecutionStatus
  /** 1-based index of the newest step that began; 0 before the first. */
  readonly stepIndex: number
  /** Of a workflow that runs: those gated so far. */
  readonly totalSteps: number
  readonly completedSteps: number
  /** 0 to 100. */
  readonly progress: number
  readonly startedAt: number
  readonly endedAt?: number
  /** Until now while it runs; absent before it begins. */
  readonly durationMs?: number
  readonly createdAt: number
  readonly updatedAt: number
  /** Number of the latest event that is in this. */
  readonly seq: number
  readonly estimatedUsd?: number
  readonly costUsd: number
  readonly tokensIn: number
  readonly tokensOut: number
  /** Why it failed or was stopped. */
  readonly error?: string
  readonly org: string
  readonly tenant: string
  readonly client: string
  readonly user?: string
  readonly signals: readonly Signal[]
  readonly workflowId?: string
  readonly planId?: string
  /** Of a plan: what its last step made. */
  readonly result?: JsonValue
  readonly metadata: JsonObject
}

/** A run with its steps, in their order. */
export interface Execution extends ExecutionHead {
  readonly steps: readonly ExecutionStep[]
}

export interface ExecutionStep {
  readonly id: string
  /** From 1. */
  readonly index: number
  readonly name: string
  readonly type: StepType | 'synthesis' | 'action'
  readonly status: StepStatus
  readonly startedAt?: number
  readonly endedAt?: number
  readonly durationMs?: number
  readonly error?: string
  readonly model?: string
  readonly provider?: string
  readonly tokensIn?: number
  readonly tokensOut?: number
  readonly costUsd?: number
  /** The gate's part; absent until it was gated. */
  readonly gate?: GatedPart
  /** The runner's part; only of a plan's steps. */
  readonly run?: RunPart
}

/** What the gate decided, and people after it. */
export interface GatedPart {
  readonly decision: Step['decision']
  readonly decisionId: string
  readonly reason: string
  /** Name of the policy revision that decided. */
  readonly revision: string
  /** Policies whose conditions held. */
  readonly policies: readonly PolicyMatch[]
  readonly approval?: {
    readonly id: string
    /** At the time of looking: a hold whose deadline has passed is `expired`. */
    readonly status: ApprovalStatus
    readonly requestedBy: string
    readonly expiresAt: number
    readonly decidedBy?: string
    readonly decidedAt?: number
  }
  readonly gateCount: number
  readonly completionCount: number
}

/** How far a plan's step is. */
export interface RunPart {
  readonly state: RunState
  readonly attempt: number
  /** When the next attempt is due. */
  readonly nextAt?: number
  readonly compensation?: CompensationState
}

const over: ReadonlySet<ExecutionStatus> = new Set(['completed', 'failed', 'cancelled', 'aborted', 'expired'])

export const isExecutionOver = (status: ExecutionStatus): boolean => over.has(status)

/** Percent of the steps that are done; all of them where the run completed, whatever was left out on its way. */
export function progressOf(status: ExecutionStatus, done: number, total: number): number {
  if (status === 'completed') return 100
  return total === 0 ? 0 : Math.min(100, (done / total) * 100)
}
