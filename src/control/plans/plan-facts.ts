/** What the gate knows of a workflow's plan. @module */
import { effectiveDecision } from '../../domain/gate/repeat.js'
import type { GateRequest } from '../../domain/gate/request.js'
import { type PlanFacts, planFacts } from '../../domain/plan/drift.js'
import type { Surroundings } from '../../domain/plan/move.js'
import { isOver, type Plan } from '../../domain/plan/plan.js'
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
  if (typeof id !== 'string') return undefined
  const plan = tx.plans.find(workflow, id)
  if (!plan || isItsApproval(plan, workflow, stepId, request)) return undefined
  return planFacts(plan, isApproved(tx, workflow, plan), stepId, request)
}

/** The hold on the plan itself, and not something else that is called like it. */
const isItsApproval = (plan: Plan, workflow: Workflow, stepId: string, request: GateRequest): boolean =>
  stepId === planApprovalStep &&
  plan.workflowKey === workflow.key &&
  plan.judgement?.decision === 'require_approval' &&
  request.stepType === 'human_task' &&
  request.toolContext === undefined &&
  request.stepInput.plan_id === plan.id

/** How the hold on the plan as a whole stands. Asked again after its approval, its gate may allow it without one. */
export function planHold(tx: Reader, workflow: Workflow, plan: Plan, now: number): Surroundings['plan'] {
  if (plan.judgement?.decision !== 'require_approval') return 'open'
  const step = tx.step(workflow, planApprovalStep)
  const decision = step && effectiveDecision(step, now).decision
  return decision === 'allow' ? 'open' : decision === 'require_approval' ? 'held' : 'denied'
}

/** The workflow runs one of our plans, and that plan has ended: nobody would carry out its steps any more. */
export function isOfEndedPlan(tx: Transaction, workflow: Workflow): boolean {
  const { plan_id: id } = workflow.metadata
  const plan = typeof id === 'string' ? tx.plans.find(workflow, id) : undefined
  return plan?.workflowKey === workflow.key && isOver(plan.status)
}

/** Policy allowed the plan, or a person did. */
export function isApproved(tx: Reader, workflow: Workflow, plan: Plan): boolean {
  if (plan.judgement?.decision === 'allow') return true
  const step = tx.step(workflow, planApprovalStep)
  return step !== undefined && effectiveDecision(step, step.lastGateAt).decision === 'allow'
}
