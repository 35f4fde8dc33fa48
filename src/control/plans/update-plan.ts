/** A plan is changed before it is executed. @module */
import { isRefusal, type Refusal } from '../../domain/errors.js'
import { actor, type Identity } from '../../domain/identity.js'
import { changePlan, type PlanChange } from '../../domain/plan/change-plan.js'
import { estimateSteps } from '../../domain/plan/estimate.js'
import { fillFromAgents } from '../../domain/plan/fill-from-agents.js'
import type { Plan } from '../../domain/plan/plan.js'
import type { Changed } from '../../domain/plan/plan-version.js'
import { planEvent } from '../../domain/plan/run-changes.js'
import type { Transaction } from '../../store/store.js'
import { agentsFor } from '../agents/agents-for.js'
import type { Ports } from '../ports.js'
import { findPlan } from './find-plan.js'
import { judgePlan } from './judge-plan.js'
import { checkMade } from './plan-steps.js'

/** Change mode, domain, metadata or steps of a pending plan, and have it judged anew (MAP contract §1.6). */
export function updatePlan(
  ports: Ports,
  identity: Identity,
  id: string,
  change: PlanChange,
): Promise<Plan | Refusal> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    const before = findPlan(tx, identity, id, now)
    if (isRefusal(before)) return before
    const configs = agentsFor(tx, ports, identity, undefined, id)
    const steps = change.steps && fillFromAgents(change.steps, configs, change.domain ?? before.domain)
    const wanted = steps ? { ...change, steps } : change
    const changed = changePlan(before, wanted, actor(identity), now)
    if (changed === 'unchanged') return before
    if (isRefusal(changed)) return changed
    const problem = steps && checkMade(steps, ports.registry(), configs)
    if (problem) return problem
    return keepChanged(ports, tx, identity, changed, now)
  })
}

/** Estimate and judge a changed plan, and write it down with what it was before. */
export function keepChanged(
  ports: Ports,
  tx: Transaction,
  identity: Identity,
  { plan: changed, kept }: Changed,
  now: number,
): Plan {
  const { steps, query } = changed
  const estimated = { ...changed, estimate: estimateSteps(steps, ports.registry().providers, query) }
  const { judgement, event } = judgePlan(ports, tx, estimated, identity, now)
  const plan: Plan = { ...estimated, judgement }
  tx.plans.keepVersion(plan, kept)
  const type = kept.change === 'update' ? 'plan_updated' : 'plan_rolled_back'
  const body = {
    by: kept.changedBy,
    version: plan.version,
    previous_version: kept.version,
    summary: kept.summary,
  }
  tx.apply({ plan, events: [planEvent(plan, type, now, body), event] })
  return plan
}
