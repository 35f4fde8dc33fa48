/** A person decides a hold, or time does. @module */
import { type Refusal, refuse } from './errors.js'
import type { Changes, EventType } from './event.js'
import { tallied } from './gate/decide.js'
import { instant } from './instant.js'
import type { JsonObject } from './json.js'
import { ended, endingEvent } from './lifecycle.js'
import { type Approval, type ApprovalStatus, approvalStatusAt, type Step } from './step.js'
import { isTerminal, type Workflow } from './workflow.js'

/** Name that the record keeps where nobody decided in time. */
export const expiredBy = 'system:auto-expired'

/** Somebody's word on a hold. */
export interface Ruling {
  readonly by: string
  /** The reviewer's comment or reason, at least ten characters. */
  readonly words: string
  readonly now: number
  /** Identities are taken on trust (open mode). */
  readonly open: boolean
  /** Another step of the workflow that waits as well: it becomes the pending one when this one no longer is. */
  readonly waitsBeside?: string | undefined
  /** Who the caller says decided, where a request's body says so: recorded, never believed. */
  readonly claimed?: JsonObject | undefined
}

/** Whether the words say enough for the record of a hold: ten bytes, so that four CJK characters do (WCP §8.1). */
export const isEnough = (words: string): boolean => Buffer.byteLength(words) >= 10

/** The words where they say enough, else with a stock sentence beside them: for doors that take a short word, or none. */
export const enoughWords = (words: string, stock: string): string =>
  isEnough(words) ? words : words === '' ? stock : `${words} (${stock})`

/** What a ruling leads to. */
export interface Ruled {
  readonly step: Step
  readonly changes: Changes
  /** Approvals still missing; 0 when the hold is decided. */
  readonly missing: number
}

/**
 * Approve a held step (WCP §8.1). With a quorum above one, each approver counts once and the hold stays until the last.
 * In open mode the requester may approve, because the SDKs approve with the identity that asked; the record says so.
 */
export function approveStep(workflow: Workflow, step: Step, ruling: Ruling): Refusal | Ruled {
  if (isTerminal(workflow.status)) return refuse('WORKFLOW_TERMINAL', { state: workflow.status })
  if (!step.approval) return refuse('NO_APPROVAL_NEEDED', { step: step.stepId })
  const { approval } = step
  const state = approvalStatusAt(approval, ruling.now)
  if (state === 'expired') {
    return refuse('APPROVAL_EXPIRED', {
      step: step.stepId,
      at: instant(approval.expiresAt),
    })
  }
  if (state !== 'pending') return refuse('NOT_PENDING', { step: step.stepId, state })
  const open = approval.terms.quorum - approval.grants.length
  if (approval.grants.some((grant) => grant.by === ruling.by)) {
    return refuse('APPROVAL_ALREADY_COUNTED', {
      step: step.stepId,
      by: ruling.by,
      missing: open,
    })
  }
  const grants = [...approval.grants, { by: ruling.by, at: ruling.now, comment: ruling.words }]
  if (open > 1) {
    const after = withApproval(step, { ...approval, grants })
    return {
      step: after,
      missing: open - 1,
      changes: changed(workflow, step, after, 'approval_granted', ruling),
    }
  }
  const after = withApproval(step, decided({ ...approval, grants }, 'approved', ruling))
  const changes = changed(workflow, step, after, 'approval_approved', ruling)
  return {
    step: after,
    missing: 0,
    changes: {
      ...changes,
      workflow: {
        ...(changes.workflow as Workflow),
        approvalsGranted: workflow.approvalsGranted + 1,
      },
    },
  }
}

/** Reject a held step; one rejection is enough, and it aborts the workflow, also one that ended otherwise (WCP §3.1, §8.1). */
export function rejectStep(workflow: Workflow, step: Step, ruling: Ruling): Refusal | Ruled {
  if (!step.approval) return refuse('NO_APPROVAL_NEEDED', { step: step.stepId })
  const state = approvalStatusAt(step.approval, ruling.now)
  if (state !== 'pending') return refuse('NOT_PENDING', { step: step.stepId, state })
  const after = withApproval(step, decided(step.approval, 'rejected', ruling))
  const changes = changed(workflow, step, after, 'approval_rejected', ruling)
  const reason = `Step ${step.stepId} rejected by ${ruling.by}`
  const freed = changes.workflow as Workflow
  return {
    step: after,
    missing: 0,
    changes: {
      ...changes,
      workflow: {
        ...ended(freed, 'aborted', reason, ruling.now),
        version: freed.version,
      },
      events: [...changes.events, endingEvent(freed, 'aborted', reason, ruling.by, ruling.now)],
    },
  }
}

/**
 * Write down that a hold's deadline has passed. The workflow stays open: the step's gate now answers `block`.
 * @param waitsBeside another step of the workflow that waits and whose deadline has not passed
 */
export function expireApproval(
  workflow: Workflow,
  step: Step,
  now: number,
  waitsBeside?: string,
): Changes | undefined {
  if (step.approval?.status !== 'pending' || step.approval.expiresAt > now) return undefined
  const ruling = {
    by: expiredBy,
    words: 'Nobody decided in time',
    now,
    open: false,
    waitsBeside,
  }
  const after = withApproval(step, decided(step.approval, 'expired', ruling))
  return changed(workflow, step, after, 'approval_expired', ruling)
}

function withApproval(step: Step, approval: Approval): Step {
  return { ...step, version: step.version + 1, approval }
}

function decided(approval: Approval, status: ApprovalStatus, ruling: Ruling): Approval {
  return {
    ...approval,
    status,
    decidedBy: ruling.by,
    decidedAt: ruling.now,
    comment: ruling.words,
  }
}

function changed(workflow: Workflow, before: Step, after: Step, type: EventType, ruling: Ruling): Changes {
  const body = JSON.stringify({
    approval_id: after.approval?.id,
    decision_id: after.decisionId,
    by: ruling.by,
    comment: ruling.words,
    granted: after.approval?.grants.length,
    quorum: after.approval?.terms.quorum,
    requested_by: after.approval?.requestedBy,
    self_approved: ruling.by === after.approval?.requestedBy,
    open_identity: ruling.open,
    claimed_by: ruling.claimed,
  })
  return {
    workflow: stillWaiting(tallied(workflow, before, after), ruling.waitsBeside),
    step: after,
    events: [
      {
        workflowKey: workflow.key,
        stepId: after.stepId,
        type,
        at: ruling.now,
        body,
      },
    ],
  }
}

/** A plan's branches may be held at the same time, and the workflow names one of the steps that wait. */
function stillWaiting(workflow: Workflow, waitsBeside: string | undefined): Workflow {
  return workflow.pendingStep !== undefined || waitsBeside === undefined
    ? workflow
    : { ...workflow, pendingStep: waitsBeside }
}
