/** People decide holds, and the clock does where they do not. @module */
import { approveStep, expireApproval, type Ruled, rejectStep } from '../domain/approval.js'
import type { PolicyMatch } from '../domain/decision.js'
import { isRefusal, type Refusal, refuse } from '../domain/errors.js'
import { actor, type Identity } from '../domain/identity.js'
import type { Step } from '../domain/step.js'
import type { Workflow } from '../domain/workflow.js'
import type { Page, PendingStep } from '../store/store.js'
import type { Ports } from './ports.js'

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
    const decide = ruling === 'approve' ? approveStep : rejectStep
    const by = { by: actor(identity), words, now: ports.now(), open: identity.open }
    const ruled: Refusal | Ruled = decide(workflow, step, by)
    if (isRefusal(ruled)) return ruled
    tx.apply(ruled.changes)
    const after = ruled.changes.workflow ?? workflow
    ports.histories.changed(workflow, ruled.changes, step)
    const record = tx.record(step)
    return { workflow: after, step: ruled.step, missing: ruled.missing, policies: record.policies }
  })
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
    let expired = 0
    for (const { workflow, step } of tx.overdue(now, sweepLimit)) {
      const changes = expireApproval(workflow, step, now)
      if (!changes) continue
      tx.apply(changes)
      expired++
    }
    return expired
  })
}

/** Holds written down in one group commit; the rest waits for the next sweep. */
const sweepLimit = 500
