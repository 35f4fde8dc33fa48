/** People decide holds, and the clock does where they do not. @module */
import { approveStep, type Ruled, rejectStep } from '../domain/approval.js'
import type { PolicyMatch } from '../domain/decision.js'
import { isRefusal, type Refusal, refuse } from '../domain/errors.js'
import { actor, type Identity } from '../domain/identity.js'
import type { JsonObject } from '../domain/json.js'
import type { Step } from '../domain/step.js'
import type { Workflow } from '../domain/workflow.js'
import type { Page, PendingStep, Transaction } from '../store/store.js'
import type { Ports } from './ports.js'
import { settled } from './scope.js'

/** A decided (or partly decided) hold. */
export interface RuledStep {
  readonly workflow: Workflow
  readonly step: Step
  /** Approvals still missing. */
  readonly missing: number
  /** Policies whose conditions held at the gate. */
  readonly policies: readonly PolicyMatch[]
}

/** Approve or reject a held step (WCP §8.1). `words` is the comment or the reason. */
export function decideApproval(
  ports: Ports,
  identity: Identity,
  workflowId: string,
  stepId: string,
  ruling: 'approve' | 'reject',
  words: string,
): Promise<RuledStep | Refusal> {
  return ports.store.transact((tx) => {
    // Not settled first: a hold that timed out answers APPROVAL_EXPIRED, whoever has noticed by now.
    const workflow = tx.workflow(identity, workflowId)
    const step = workflow && tx.step(workflow, stepId)
    if (!workflow || !step) return refuse('NOT_FOUND', { what: 'Step' })
    return decideHold(ports, tx, identity, { workflow, step, ruling, words })
  })
}

/** Somebody's word on a hold that was found. */
export interface HoldRuling {
  readonly workflow: Workflow
  readonly step: Step
  readonly ruling: 'approve' | 'reject'
  /** The comment or the reason. */
  readonly words: string
  /** Who the request's body says decided. */
  readonly claimed?: JsonObject
}

/** The one way by which every door decides a hold, inside the door's own transaction. */
export function decideHold(
  ports: Ports,
  tx: Transaction,
  identity: Identity,
  { workflow, step, ruling, words, claimed }: HoldRuling,
): RuledStep | Refusal {
  const decide = ruling === 'approve' ? approveStep : rejectStep
  const waitsBeside = tx.waitingSteps(workflow).find(({ stepId }) => stepId !== step.stepId)?.stepId
  const by = { by: actor(identity), words, now: ports.now(), open: identity.open, waitsBeside, claimed }
  const ruled: Refusal | Ruled = decide(workflow, step, by)
  if (isRefusal(ruled)) return ruled
  tx.apply(ruled.changes)
  const after = ruled.changes.workflow ?? workflow
  ports.histories.changed(workflow, ruled.changes, step)
  return { workflow: after, step: ruled.step, missing: ruled.missing, policies: tx.record(step).policies }
}

/** The tenant's steps that wait for a person, newest first (WCP §8.4). */
export function pendingApprovals(
  ports: Ports,
  identity: Identity,
  limit: number,
): Promise<Page<PendingStep>> {
  return ports.store.transact((tx) => tx.pendingSteps(identity, ports.now(), limit))
}

/** Write down every hold whose deadline has passed. @returns how many */
export function expireApprovals(ports: Ports): Promise<number> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    return settleOverdue(tx, tx.overdue(now, sweepLimit), now)
  })
}

/** Write these holds down as expired, workflow by workflow, with all others of the same workflow. @returns how many were found */
export function settleOverdue(
  tx: Transaction,
  overdue: readonly { workflow: Workflow }[],
  now: number,
): number {
  const workflows = new Map(overdue.map(({ workflow }) => [workflow.id, workflow]))
  for (const workflow of workflows.values()) settled(tx, workflow, now)
  return overdue.length
}

/** Holds written down in one group commit; the rest waits for the next sweep. */
const sweepLimit = 500
