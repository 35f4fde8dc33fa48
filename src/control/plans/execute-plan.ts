/** A plan is carried out. @module */
import { redactions } from '../../domain/decision.js'
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import { mask } from '../../domain/gate/record.js'
import type { GateRequest } from '../../domain/gate/request.js'
import type { Identity } from '../../domain/identity.js'
import { workflowId } from '../../domain/ids.js'
import type { Plan, PlanJudgement } from '../../domain/plan/plan.js'
import { freshRuns, planEvent } from '../../domain/plan/run-changes.js'
import type { Workflow } from '../../domain/workflow.js'
import type { Transaction } from '../../store/store.js'
import { evaluate } from '../check-gate.js'
import { newWorkflow } from '../create-workflow.js'
import type { Ports } from '../ports.js'
import { findPlan } from './find-plan.js'
import { judgePlan } from './judge-plan.js'
import { planApprovalStep } from './plan-facts.js'
import type { PlanPorts } from './plan-ports.js'
import { type PlanState, planState } from './plan-state.js'

export interface ExecuteOptions {
  /** Answer when the plan is over or waits for a person, not at once. */
  readonly wait: boolean
}

/** What became of an execution: the plan as it is now, or that policy did not let it begin. */
export type Executed = PlanState & { readonly blocked: boolean }

/**
 * Judge the plan by the live policies, make its workflow, and let it run (MAP contract §1.4). The limit on concurrent
 * executions is looked at before anything changes, so that a refused plan can be tried again.
 */
export async function executePlan(
  ports: PlanPorts,
  identity: Identity,
  id: string,
  { wait }: ExecuteOptions,
): Promise<Executed | Refusal> {
  const begun = await ports.store.transact((tx) => begin(ports, tx, identity, id))
  if (isRefusal(begun)) return begun
  const { plan, blocked } = begun
  if (!blocked && wait) await ports.runner.atRest(plan)
  else if (!blocked) ports.runner.follow(plan)
  const state = await planState(ports, identity, plan.id)
  return isRefusal(state) ? state : { ...state, blocked }
}

function begin(
  ports: Ports,
  tx: Transaction,
  identity: Identity,
  id: string,
): { readonly plan: Plan; readonly blocked: boolean } | Refusal {
  const now = ports.now()
  const found = findPlan(tx, identity, id, now)
  if (isRefusal(found)) return found
  const refusal = mayExecute(found)
  if (refusal) return refusal
  const limit = ports.settings.maxConcurrentExecutions
  if (limit > 0 && tx.countRunning(identity) >= limit) return refuse('CONCURRENT_EXECUTION_LIMIT', { limit })
  const { judgement, event } = judgePlan(ports, tx, found, identity, now)
  const judged: Plan = { ...found, judgement, updatedAt: now, executedAt: now, runBy: identity }
  tx.apply({ events: [event] })
  if (judgement.decision === 'block') {
    const plan: Plan = {
      ...judged,
      rowVersion: found.rowVersion + 1,
      status: 'failed',
      endedAt: now,
      error: `Policy blocked MAP execution: ${judgement.reason}`,
    }
    tx.apply({ plan, events: [planEvent(plan, 'plan_failed', now, { reason: plan.error })] })
    return { plan, blocked: true }
  }
  return { plan: started(ports, tx, judged, identity, now), blocked: false }
}

function mayExecute({ id, status, version }: Plan): Refusal | undefined {
  // The SDKs take any 409 for a conflict of versions and read all three.
  const about = { plan_id: id, expected_version: version, current_version: version }
  switch (status) {
    case 'pending':
      return undefined
    case 'expired':
      return refuse('PLAN_EXPIRED', { plan_id: id })
    case 'cancelled':
      return refuse('PLAN_CANCELLED', about)
    default:
      return refuse('PLAN_ALREADY_EXECUTED', about)
  }
}

function started(ports: Ports, tx: Transaction, judged: Plan, identity: Identity, now: number): Plan {
  const { id, mode, domain } = judged
  const { plan: seen } = mask({ plan: { query: judged.query } }, redactions(judged.judgement?.policies ?? []))
  const workflow = newWorkflow(tx, identity, {
    id: workflowId(now, ports.randomHex()),
    name: `map-${mode}-${id}`,
    source: 'external',
    metadata: { ...judged.metadata, plan_id: id, execution_mode: mode, domain, query: seen.query },
    now,
  })
  const plan: Plan = {
    ...judged,
    rowVersion: judged.rowVersion + 1,
    status: 'executing',
    workflowId: workflow.id,
    workflowKey: workflow.key,
  }
  tx.apply({
    plan,
    runs: freshRuns(plan, workflow),
    events: [planEvent(plan, 'plan_started', now, { workflow_id: workflow.id, mode })],
  })
  if (plan.judgement?.decision === 'require_approval') hold(ports, tx, plan, workflow, plan.judgement, now)
  return plan
}

/** A plan that policy holds waits at a gate of its own, decided through the same doors as every other. */
function hold(
  ports: Ports,
  tx: Transaction,
  plan: Plan,
  workflow: Workflow,
  judgement: PlanJudgement,
  now: number,
): void {
  const request: GateRequest = {
    stepType: 'human_task',
    stepName: 'Approval of the plan',
    stepInput: {
      plan_id: plan.id,
      query: workflow.metadata.query ?? '',
      steps: plan.steps.map(({ id }) => id),
    },
    retryPolicy: 'idempotent',
    idempotencyKey: '',
    includePriorOutput: false,
  }
  const identity = plan.runBy as Identity
  const { policies } = judgement
  evaluate(ports, tx, {
    workflow,
    step: undefined,
    stepId: planApprovalStep,
    request,
    identity,
    now,
    matches: policies,
  })
}
