/** A run is stopped. @module */
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import { type Execution, isExecutionOver } from '../../domain/execution/execution.js'
import { actor, type Identity } from '../../domain/identity.js'
import { endWorkflow } from '../../domain/lifecycle.js'
import { cancelPlan } from '../../domain/plan/end-plan.js'
import type { Ports } from '../ports.js'
import { executionOf, findRun } from './find-run.js'

/** Abort a workflow, or cancel a plan and abort its workflow (MAP contract §2.6). @returns the run as it then stands */
export function cancelExecution(
  ports: Ports,
  identity: Identity,
  id: string,
  reason: string,
): Promise<Execution | Refusal> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    const run = findRun(tx, identity, id, now)
    if (isRefusal(run)) return run
    const { status } = executionOf(tx, run, now, [])
    if (isExecutionOver(status)) return refuse('EXECUTION_OVER', { status })
    const by = actor(identity)
    const changes = run.plan
      ? cancelPlan(run.plan, run.workflow, tx.plans.runs(run.plan), reason, by, now)
      : endWorkflow(run.workflow, 'aborted', reason, by, now)
    if (isRefusal(changes)) return changes
    tx.apply(changes)
    const after = findRun(tx, identity, id, now)
    return isRefusal(after) ? after : executionOf(tx, after, now)
  })
}
