/** Finding what a caller may see. @module */
import { expireApproval } from '../domain/approval.js'
import { type Refusal, refuse } from '../domain/errors.js'
import { approvalStatusAt, type Step } from '../domain/step.js'
import type { Workflow } from '../domain/workflow.js'
import type { Scope, Transaction } from '../store/store.js'

/** The caller's workflow; another tenant's is as missing as one that never was. */
export function findWorkflow(tx: Transaction, scope: Scope, id: string, now: number): Workflow | Refusal {
  const workflow = tx.workflow(scope, id)
  return workflow ? settled(tx, workflow, now) : refuse('NOT_FOUND', { what: 'Workflow' })
}

/**
 * Holds whose deadline has passed are written down as expired before anything else is said about their workflow.
 * @returns the workflow as it stands then
 */
export function settled(tx: Transaction, workflow: Workflow, now: number): Workflow {
  if (workflow.pendingStep === undefined) return workflow
  const waiting = tx.waitingSteps(workflow)
  const isOver = (step: Step) => step.approval && approvalStatusAt(step.approval, now) === 'expired'
  const next = waiting.find((step) => !isOver(step))?.stepId
  let after = workflow
  for (const step of waiting.filter(isOver)) {
    const changes = expireApproval(after, step, now, next)
    if (!changes?.workflow) continue
    tx.apply(changes)
    after = changes.workflow
  }
  return after
}
