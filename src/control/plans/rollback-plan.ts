/** A plan becomes again what it was. @module */
import { isRefusal, type Refusal } from '../../domain/errors.js'
import { actor, type Identity } from '../../domain/identity.js'
import type { Plan } from '../../domain/plan/plan.js'
import { rollBack } from '../../domain/plan/plan-version.js'
import { agentsFor } from '../agents/agents-for.js'
import type { Ports } from '../ports.js'
import { findPlan } from './find-plan.js'
import { checkMade } from './plan-steps.js'
import { keepChanged } from './update-plan.js'

/** Take an earlier version's content as the newest one, and have it judged anew (MAP contract §1.6). */
export function rollbackPlan(
  ports: Ports,
  identity: Identity,
  id: string,
  version: number,
): Promise<Plan | Refusal> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    const before = findPlan(tx, identity, id, now)
    if (isRefusal(before)) return before
    const changed = rollBack(before, tx.plans.versions(before), version, actor(identity), now)
    if (isRefusal(changed)) return changed
    // What it called may have been taken out of the policy folder since.
    const configs = agentsFor(tx, ports, identity, undefined, id)
    return (
      checkMade(changed.plan.steps, ports.registry(), configs) ??
      keepChanged(ports, tx, identity, changed, now)
    )
  })
}
