/** Holds of plans: the same holds as their workflows', found by plan. @module */
import { type Refusal, refuse } from '../../domain/errors.js'
import type { Identity } from '../../domain/identity.js'
import { approvalStatusAt, type Step } from '../../domain/step.js'
import type { Workflow } from '../../domain/workflow.js'
import type { Page, PendingStep, Scope, Transaction } from '../../store/store.js'
import { decideHold, type RuledStep } from '../decide-approval.js'
import type { Ports } from '../ports.js'

/** Approve or reject a held step of a plan (MAP contract §1.7). `words` is the comment or the reason. */
export function decidePlanStep(
  ports: Ports,
  identity: Identity,
  planId: string,
  stepId: string,
  ruling: 'approve' | 'reject',
  words: string,
): Promise<RuledStep | Refusal> {
  return ports.store.transact((tx) => {
    const workflows = workflowsOf(tx, identity, planId)
    if (workflows.length === 0) return refuse('NO_PAUSED_EXECUTION')
    const found = heldFirst(tx, workflows, stepId, ports.now())
    if (!found) return refuse('NOT_FOUND', { what: 'Step' })
    return decideHold(ports, tx, identity, { ...found, ruling, words })
  })
}

/**
 * The tenant's steps of plans that wait for a person, newest first; of one plan, or of all. A step's index is its place in the
 * plan, whatever was gated before it.
 */
export function pendingPlanApprovals(
  ports: Ports,
  identity: Identity,
  planId: string | undefined,
  limit: number,
): Promise<Page<PendingStep>> {
  return ports.store.transact((tx) => {
    const of = planId === undefined ? 'any' : { id: planId }
    const { rows, total } = tx.pendingSteps(identity, ports.now(), limit, of)
    return { rows: rows.map((row) => placed(tx, identity, row)), total }
  })
}

function placed(tx: Transaction, scope: Scope, row: PendingStep): PendingStep {
  const { plan_id: planId } = row.workflow.metadata
  const steps = typeof planId === 'string' ? (tx.plans.find(scope, planId)?.steps ?? []) : []
  const place = steps.findIndex(({ id }) => id === row.step.stepId)
  return place === -1 ? row : { ...row, step: { ...row.step, index: place + 1 } }
}

/** The plan's own workflow, then those that somebody else's orchestrator runs for it, newest first. */
function workflowsOf(tx: Transaction, scope: Scope, planId: string): readonly Workflow[] {
  const own = tx.plans.find(scope, planId)?.workflowId
  const workflow = own === undefined ? undefined : tx.workflow(scope, own)
  const others = tx.workflowsOfPlan(scope, planId, workflowsLookedAt).filter(({ id }) => id !== own)
  return workflow ? [workflow, ...others] : others
}

/** An orchestrator that tries a plan again makes another workflow of it; more tries than this are not looked through. */
const workflowsLookedAt = 100

function heldFirst(
  tx: Transaction,
  workflows: readonly Workflow[],
  stepId: string,
  now: number,
): { workflow: Workflow; step: Step } | undefined {
  const found = workflows.flatMap((workflow) => {
    const step = tx.step(workflow, stepId)
    return step ? [{ workflow, step }] : []
  })
  const waits = ({ step }: { step: Step }) =>
    step.approval && approvalStatusAt(step.approval, now) === 'pending'
  return found.find(waits) ?? found[0]
}
