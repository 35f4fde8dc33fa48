/** Looking at plans. @module */
import { isRefusal, type Refusal } from '../../domain/errors.js'
import type { Identity } from '../../domain/identity.js'
import type { Plan, PlanVersion } from '../../domain/plan/plan.js'
import type { StepRun } from '../../domain/plan/run.js'
import type { Page } from '../../store/store.js'
import type { PlanFilter } from '../../store/tables.js'
import type { Ports } from '../ports.js'
import { expireOverdue, findPlan } from './find-plan.js'

/** A plan, and how far its steps are where it was executed. */
export interface PlanWithRuns {
  readonly plan: Plan
  readonly runs: readonly StepRun[]
}

/** One plan (MAP contract §1.6). */
export function getPlan(ports: Ports, identity: Identity, id: string): Promise<PlanWithRuns | Refusal> {
  return ports.store.transact((tx) => {
    const plan = findPlan(tx, identity, id, ports.now())
    return isRefusal(plan) ? plan : { plan, runs: tx.plans.runs(plan) }
  })
}

/** The tenant's plans, newest first. Those whose time is over are written down as expired before. */
export function listPlans(ports: Ports, identity: Identity, filter: PlanFilter): Promise<Page<PlanWithRuns>> {
  return ports.store.transact((tx) => {
    expireOverdue(tx, ports.now())
    const { rows, total } = tx.plans.list(identity, filter)
    return { rows: rows.map((plan) => ({ plan, runs: tx.plans.runs(plan) })), total }
  })
}

/** What a plan was before each of its changes, oldest first. */
export function planVersions(
  ports: Ports,
  identity: Identity,
  id: string,
): Promise<readonly PlanVersion[] | Refusal> {
  return ports.store.transact((tx) => {
    const plan = findPlan(tx, identity, id, ports.now())
    return isRefusal(plan) ? plan : tx.plans.versions(plan)
  })
}
