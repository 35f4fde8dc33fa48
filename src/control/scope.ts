/** Finding what a caller may see. @module */
import { expireApproval } from '../domain/approval.js'
import { type Refusal, refuse } from '../domain/errors.js'
import type { Workflow } from '../domain/workflow.js'
import type { Scope, Transaction } from '../store/store.js'

/** The caller's workflow; another tenant's is as missing as one that never was. */
export function findWorkflow(tx: Transaction, scope: Scope, id: string, now: number): Workflow | Refusal {
  const workflow = tx.workflow(scope, id)
  return workflow ? settled(tx, workflow, now) : refuse('NOT_FOUND', { what: 'Workflow' })
}

/** A hold whose deadline has passed is written down as expired before anything else is said about its workflow. */
function settled(tx: Transaction, workflow: Workflow, now: number): Workflow {
  if (workflow.pendingStep === undefined) return workflow
  const step = tx.step(workflow, workflow.pendingStep)
  const changes = step && expireApproval(workflow, step, now)
  if (!changes?.workflow) return workflow
  tx.apply(changes)
  return changes.workflow
}
