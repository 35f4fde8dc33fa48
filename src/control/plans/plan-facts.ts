/** What the gate knows of a workflow's plan. @module */
import type { GateRequest } from '../../domain/gate/request.js'
import { type PlanFacts, planFacts } from '../../domain/plan/drift.js'
import type { Plan } from '../../domain/plan/plan.js'
import type { Workflow } from '../../domain/workflow.js'
import type { Reader, Transaction } from '../../store/store.js'

/** The step that holds a plan as a whole. No step of a plan may have this id. */
export const planApprovalStep = 'plan-approval'

/**
 * Facts of the plan that a workflow runs: one of ours, or the one that an outside orchestrator named in the workflow's
 * metadata (`plan_id`) and takes through the gate by itself. Undefined for all other workflows.
 */
export function planFactsOf(
  tx: Transaction,
  workflow: Workflow,
  stepId: string,
  request: GateRequest,
): PlanFacts | undefined {
  const { plan_id: id } = workflow.metadata
  if (typeof id !== 'string' || stepId === planApprovalStep) return undefined
  const plan = tx.plans.find(workflow, id)
  return plan && planFacts(plan, isApproved(tx, workflow, plan), stepId, request)
}

/** Policy allowed the plan, or a person did. */
export function isApproved(tx: Reader, workflow: Workflow, plan: Plan): boolean {
  if (plan.judgement?.decision === 'allow') return true
  return tx.step(workflow, planApprovalStep)?.approval?.status === 'approved'
}
