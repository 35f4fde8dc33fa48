/** What steps are going to cost. @module */
import { estimateSteps } from '../../domain/plan/estimate.js'
import type { PlanEstimate } from '../../domain/plan/plan.js'
import type { PlanStep } from '../../domain/plan/step.js'
import type { Ports } from '../ports.js'

/** Estimate steps that are no plan, by the live price tables (MAP contract §1.8). */
export const estimatePlan = (ports: Ports, steps: readonly PlanStep[]): PlanEstimate =>
  estimateSteps(steps, ports.registry().providers)
