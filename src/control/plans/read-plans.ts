/** Looking at plans. @module */
import { isRefusal, type Refusal } from '../../domain/errors.js'
import type { Execution } from '../../domain/execution/execution.js'
import { executionOfPlan } from '../../domain/execution/plan-execution.js'
import type { Identity } from '../../domain/identity.js'
import type { JsonValue } from '../../domain/json.js'
import type { Plan, PlanVersion } from '../../domain/plan/plan.js'
import type { Page, Transaction } from '../../store/store.js'
import type { PlanFilter } from '../../store/tables.js'
import type { Ports } from '../ports.js'
import { expireOverdue, findPlan } from './find-plan.js'
import { outputsOf } from './outputs.js'

/** A plan, and how far its run is: the same view that the executions have of it. */
export interface PlanView {
  readonly plan: Plan
  readonly execution: Execution
}

/** One plan (MAP contract §1.6). */
export function getPlan(ports: Ports, identity: Identity, id: string): Promise<PlanView | Refusal> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    const plan = findPlan(tx, identity, id, now)
    return isRefusal(plan) ? plan : viewOf(tx, plan, now, true)
  })
}

/** The tenant's plans, newest first. Those whose time is over are written down as expired before. */
export function listPlans(ports: Ports, identity: Identity, filter: PlanFilter): Promise<Page<PlanView>> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    expireOverdue(tx, now)
    const { rows, total } = tx.plans.list(identity, filter)
    return { rows: rows.map((plan) => viewOf(tx, plan, now, false)), total }
  })
}

/** @param gates look at the gates of its steps as well */
function viewOf(tx: Transaction, plan: Plan, now: number, gates: boolean): PlanView {
  const workflow = plan.workflowId === undefined ? undefined : tx.workflow(plan, plan.workflowId)
  const steps = gates && workflow ? tx.steps(workflow) : []
  const recorded = steps.map((step) => ({ step, record: tx.record(step) }))
  const sight = { now, latest: { seq: 0, at: plan.updatedAt } }
  return { plan, execution: executionOfPlan(plan, tx.plans.runs(plan), workflow, recorded, sight) }
}

/** What the steps of a plan brought, by step id, beside how far they are. */
export interface PlanResults extends PlanView {
  readonly outputs: ReadonlyMap<string, JsonValue>
}

/** A plan with what its steps brought so far. */
export function planResults(ports: Ports, identity: Identity, id: string): Promise<PlanResults | Refusal> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    const plan = findPlan(tx, identity, id, now)
    if (isRefusal(plan)) return plan
    const workflow = plan.workflowId === undefined ? undefined : tx.workflow(identity, plan.workflowId)
    const wanted = new Set(plan.steps.map((step) => step.id))
    const outputs = workflow ? outputsOf(tx, workflow, tx.plans.runs(plan), wanted) : new Map()
    return { ...viewOf(tx, plan, now, true), outputs }
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
