/** How a plan stands, with all that its steps decided and brought. @module */
import { actionable } from '../../domain/decision.js'
import { isRefusal, type Refusal } from '../../domain/errors.js'
import type { GateReply } from '../../domain/gate/reply.js'
import type { Identity } from '../../domain/identity.js'
import type { Plan } from '../../domain/plan/plan.js'
import type { StepRun } from '../../domain/plan/run.js'
import { retryContext } from '../../domain/retry-context.js'
import type { Workflow } from '../../domain/workflow.js'
import type { Reader } from '../../store/store.js'
import type { Ports } from '../ports.js'
import { findPlan } from './find-plan.js'

export interface PlanState {
  readonly plan: Plan
  readonly runs: readonly StepRun[]
  readonly workflow?: Workflow
  /** The gate of the first step that waits for a person's approval. */
  readonly held?: GateReply
}

/** The tenant's plan as it is now. */
export function planState(ports: Ports, identity: Identity, id: string): Promise<PlanState | Refusal> {
  return ports.store.transact((tx) => {
    const plan = findPlan(tx, identity, id, ports.now())
    if (isRefusal(plan)) return plan
    const runs = tx.plans.runs(plan)
    const workflow = plan.workflowId === undefined ? undefined : tx.workflow(identity, plan.workflowId)
    if (!workflow) return { plan, runs }
    const held = plan.status === 'executing' ? heldReply(tx, workflow) : undefined
    return { plan, runs, workflow, ...(held ? { held } : {}) }
  })
}

/** What the gate said of the step that waits, as it said it. */
function heldReply(tx: Reader, workflow: Workflow): GateReply | undefined {
  const step = tx.stepHeld(workflow, ['pending'])
  if (!step) return undefined
  const { policies, revision } = tx.record(step)
  return {
    decision: 'require_approval',
    stepId: step.stepId,
    decisionId: step.decisionId,
    reason: step.reason,
    evaluated: policies,
    matched: actionable(policies),
    ...(step.approval ? { approvalId: step.approval.id } : {}),
    pending: true,
    cached: false,
    retry: retryContext(step, step.decision, null),
    revision,
  }
}
