/** A step of a workflow, as its gates and completions left it. @module */
import type { ApprovalTerms, Decision } from './decision.js'

export const stepTypes = ['llm_call', 'tool_call', 'connector_call', 'human_task'] as const
export type StepType = (typeof stepTypes)[number]

export type ApprovalStatus = 'pending' | 'approved' | 'rejected' | 'expired'

/** One person's yes. */
export interface Grant {
  readonly by: string
  readonly at: number
  readonly comment: string
}

/** The hold on a step and how it went. */
export interface Approval {
  readonly id: string
  /** 1 for the first hold on this step, 2 for the next one after a re-evaluation, and so on. */
  readonly hold: number
  readonly status: ApprovalStatus
  /** Who asked: where identities are configured, they cannot decide it themselves. */
  readonly requestedBy: string
  readonly requestedAt: number
  readonly expiresAt: number
  readonly terms: ApprovalTerms
  /** Yes votes so far; the quorum is `terms.quorum`. */
  readonly grants: readonly Grant[]
  readonly decidedBy?: string
  readonly decidedAt?: number
  /** The reviewer's words: recorded, never returned to the orchestrator. */
  readonly comment?: string
}

/** Step state. Instants are Unix milliseconds; tokens are counts; cost is US dollars. */
export interface Step {
  readonly workflowKey: number
  readonly stepId: string
  /** 1-based, unique within the workflow, fixed by the first gate. */
  readonly index: number
  /** Number of its first decision's event: the integer id of its checkpoint. */
  readonly checkpoint: number
  readonly version: number
  readonly name?: string
  readonly type: StepType
  readonly toolName?: string
  readonly model?: string
  readonly provider?: string
  /** What policy said last; stays `require_approval` when the hold is approved. */
  readonly decision: Decision
  readonly reason: string
  readonly decisionId: string
  /** Sequence number of the event that holds the decision's record. */
  readonly decisionSeq: number
  readonly approval?: Approval
  /** Number of the last hold, where a later decision was none. */
  readonly lastHold?: number
  /** SHA-256 of the content that was decided, where the record holds it masked. */
  readonly contentDigest?: string
  /** Bound by the first gate; empty when none was given. */
  readonly idempotencyKey: string
  readonly gateCount: number
  readonly firstGateAt: number
  readonly lastGateAt: number
  /** When policy was last asked. */
  readonly decidedAt: number
  readonly completionCount: number
  readonly completedAt?: number
  /** Sequence number of the event that holds the latest output. */
  readonly outputSeq?: number
  readonly tokensIn?: number
  readonly tokensOut?: number
  readonly costUsd?: number
  readonly resumeCount: number
  readonly lastResumedAt?: number
}

/** Whether the step was done since it was last decided: what it cost is spent, and whoever asks again will spend more. */
export const isDone = ({ completedAt, decidedAt }: Step): boolean =>
  completedAt !== undefined && completedAt >= decidedAt

/** The approval's status at an instant: a hold whose deadline has passed counts as expired before anyone wrote it down. */
export function approvalStatusAt(approval: Approval, now: number): ApprovalStatus {
  return approval.status === 'pending' && approval.expiresAt <= now ? 'expired' : approval.status
}
