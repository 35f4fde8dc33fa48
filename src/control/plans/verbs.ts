/** The verbs of plans. @module */
import type { Identity } from '../../domain/identity.js'
import type { PlanChange } from '../../domain/plan/change-plan.js'
import type { PlanStep } from '../../domain/plan/step.js'
import type { PlanFilter } from '../../store/tables.js'
import { cancelPlan } from './cancel-plan.js'
import { createPlan } from './create-plan.js'
import { estimatePlan } from './estimate-plan.js'
import { type ExecuteOptions, executePlan } from './execute-plan.js'
import { expirePlans } from './find-plan.js'
import type { PlanPorts } from './plan-ports.js'
import type { NewPlan } from './plan-steps.js'
import { getPlan, listPlans, planResults, planVersions } from './read-plans.js'
import { resumePlan } from './resume-plan.js'
import { rollbackPlan } from './rollback-plan.js'
import { updatePlan } from './update-plan.js'

/** Bound to a gate. Each answers with its result or with a refusal as data, after what it says is durable. */
export const plansVerbs = (ports: PlanPorts) => ({
  create: (identity: Identity, asked: NewPlan) => createPlan(ports, identity, asked),
  get: (identity: Identity, id: string) => getPlan(ports, identity, id),
  list: (identity: Identity, filter: PlanFilter) => listPlans(ports, identity, filter),
  results: (identity: Identity, id: string) => planResults(ports, identity, id),
  versions: (identity: Identity, id: string) => planVersions(ports, identity, id),
  update: (identity: Identity, id: string, change: PlanChange) => updatePlan(ports, identity, id, change),
  rollback: (identity: Identity, id: string, version: number) => rollbackPlan(ports, identity, id, version),
  cancel: (identity: Identity, id: string, reason: string) => cancelPlan(ports, identity, id, reason),
  execute: (identity: Identity, id: string, options: ExecuteOptions) =>
    executePlan(ports, identity, id, options),
  resume: (identity: Identity, id: string, approved: boolean) => resumePlan(ports, identity, id, approved),
  estimate: (steps: readonly PlanStep[]) => estimatePlan(ports, steps),
  expire: () => expirePlans(ports),
})

export type PlansVerbs = ReturnType<typeof plansVerbs>
