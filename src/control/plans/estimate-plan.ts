/** What plans cost. @module */
import { isRefusal, type Refusal } from '../../domain/errors.js'
import type { Identity } from '../../domain/identity.js'
import { estimateSteps } from '../../domain/plan/estimate.js'
import type { PlanEstimate } from '../../domain/plan/plan.js'
import type { PlanStep } from '../../domain/plan/step.js'
import type { Ports } from '../ports.js'
import { getPlan, type PlanWithRuns } from './read-plans.js'

/** Estimate steps that are no plan (MAP contract §1.8). */
export function estimatePlan(ports: Ports, steps: readonly PlanStep[]): PlanEstimate {
  return estimateSteps(steps, ports.registry().providers)
}

/** What a plan was estimated to cost, and what it has cost so far. */
export interface PlanCost extends PlanWithRuns {
  /** US dollars; absent before any step has cost something. */
  readonly actualUsd?: number
}

/** The costs of a plan (MAP contract §1.8). */
export async function planCost(ports: Ports, identity: Identity, id: string): Promise<PlanCost | Refusal> {
  const found = await getPlan(ports, identity, id)
  if (isRefusal(found)) return found
  const costs = found.runs.flatMap(({ costUsd }) => costUsd ?? [])
  return costs.length === 0 ? found : { ...found, actualUsd: costs.reduce((sum, usd) => sum + usd, 0) }
}
