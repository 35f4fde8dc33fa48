/** A step was done. @module */
import { type Completion, completeStep as complete } from '../domain/completion.js'
import { isRefusal, type Refusal, refuse } from '../domain/errors.js'
import type { Identity } from '../domain/identity.js'
import type { Ports } from './ports.js'
import { findWorkflow } from './scope.js'

/** Record a completion (WCP §7). @returns undefined when it is recorded */
export function completeStep(
  ports: Ports,
  identity: Identity,
  workflowId: string,
  stepId: string,
  completion: Completion,
): Promise<Refusal | undefined> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    const workflow = findWorkflow(tx, identity, workflowId, now)
    // What was asked for is the step.
    if (isRefusal(workflow)) return refuse('NOT_FOUND', { what: 'Step' })
    const step = tx.step(workflow, stepId)
    const changes = complete(workflow, step, stepId, completion, now, tx.nextSeq())
    if (isRefusal(changes)) return changes
    tx.apply(changes)
    ports.histories.changed(workflow, changes, step)
    return undefined
  })
}
