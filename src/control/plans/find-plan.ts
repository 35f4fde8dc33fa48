/** Finding a plan that a caller may see. @module */
import { type Refusal, refuse } from '../../domain/errors.js'
import { expirePlan } from '../../domain/plan/end-plan.js'
import type { Plan } from '../../domain/plan/plan.js'
import type { Scope, Transaction } from '../../store/store.js'
import type { Ports } from '../ports.js'

/** The caller's plan. One whose time is over is written down as expired before anything is said about it. */
export function findPlan(tx: Transaction, scope: Scope, id: string, now: number): Plan | Refusal {
  const plan = tx.plans.find(scope, id)
  if (!plan) return refuse('PLAN_NOT_FOUND', { plan_id: id })
  const expired = expirePlan(plan, now)
  if (!expired) return plan
  tx.apply(expired)
  return expired.plan
}

/** Plans written down as expired in one group commit; the rest waits for the next sweep. */
const sweepLimit = 500

/** Write down the pending plans whose time is over, of all tenants. @returns how many */
export function expireOverdue(tx: Transaction, now: number): number {
  const overdue = tx.plans.overdue(now, sweepLimit).flatMap((plan) => expirePlan(plan, now) ?? [])
  for (const changes of overdue) tx.apply(changes)
  return overdue.length
}

/** The same by itself, for the process's own clock. */
export const expirePlans = (ports: Ports): Promise<number> =>
  ports.store.transact((tx) => expireOverdue(tx, ports.now()))
