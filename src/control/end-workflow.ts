/** A run ends, or asks whether it may go on. @module */
import { isRefusal, type Refusal } from '../domain/errors.js'
import { actor, type Identity } from '../domain/identity.js'
import { endWorkflow as end, mayResume } from '../domain/lifecycle.js'
import type { Workflow } from '../domain/workflow.js'
import type { Ports } from './ports.js'
import { findWorkflow } from './scope.js'

/** Complete, fail or abort a workflow (WCP §4.4, §4.5). */
export function endWorkflow(
  ports: Ports,
  identity: Identity,
  id: string,
  ending: 'completed' | 'failed' | 'aborted',
  reason?: string,
): Promise<Workflow | Refusal> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    const workflow = findWorkflow(tx, identity, id, now)
    if (isRefusal(workflow)) return workflow
    const changes = end(workflow, ending, reason, actor(identity), now)
    if (isRefusal(changes)) return changes
    tx.apply(changes)
    return changes.workflow ?? workflow
  })
}

/** May the orchestrator go on after an approval? A check: it changes nothing (WCP §4.6). */
export function resumeWorkflow(ports: Ports, identity: Identity, id: string): Promise<Workflow | Refusal> {
  return ports.store.transact((tx) => {
    const workflow = findWorkflow(tx, identity, id, ports.now())
    if (isRefusal(workflow)) return workflow
    return mayResume(workflow, tx.stepHeld(workflow, ['rejected', 'expired'])) ?? workflow
  })
}
