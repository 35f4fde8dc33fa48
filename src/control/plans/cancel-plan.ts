/** A plan is stopped. @module */
import { isRefusal, type Refusal } from '../../domain/errors.js'
import { actor, type Identity } from '../../domain/identity.js'
import { cancelPlan as cancel } from '../../domain/plan/end-plan.js'
import type { Plan } from '../../domain/plan/plan.js'
import type { Ports } from '../ports.js'
import { findPlan } from './find-plan.js'

/** Cancel a pending or executing plan; its workflow is aborted and its open steps are cancelled with it (MAP contract §1.6). */
export function cancelPlan(
  ports: Ports,
  identity: Identity,
  id: string,
  reason: string,
): Promise<Plan | Refusal> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    const plan = findPlan(tx, identity, id, now)
    if (isRefusal(plan)) return plan
    const workflow = plan.workflowId === undefined ? undefined : tx.workflow(identity, plan.workflowId)
    const changes = cancel(plan, workflow, tx.plans.runs(plan), reason, actor(identity), now)
    if (isRefusal(changes)) return changes
    tx.apply(changes)
    return changes.plan
  })
}
