/** A person lets a plan's next step run, or stops it. @module */
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import type { Identity } from '../../domain/identity.js'
import type { JsonValue } from '../../domain/json.js'
import { isManual, nextInTurn } from '../../domain/plan/moves.js'
import type { Plan } from '../../domain/plan/plan.js'
import { isRunOver, type StepRun } from '../../domain/plan/run.js'
import type { Workflow } from '../../domain/workflow.js'
import type { Transaction } from '../../store/store.js'
import { decideHold } from '../decide-approval.js'
import { findPlan } from './find-plan.js'
import { outputOf } from './outputs.js'
import type { PlanPorts } from './plan-ports.js'
import { type PlanState, planState } from './plan-state.js'

/** A step that a resume let run. */
export interface StepResult {
  readonly run: StepRun
  readonly name: string
  readonly output: JsonValue
}

export type ResumedPlan = PlanState & {
  readonly rejected: boolean
  /** What the step that was let run brought; absent where none ran. */
  readonly stepResult?: StepResult
}

/**
 * Approve what the plan waits for and let it go on; in the modes `confirm` and `step` one step runs (MAP contract §1.6). In
 * the automatic modes the first hold is decided, and the plan goes on by itself.
 * @returns when the plan is at rest again
 */
export async function resumePlan(
  ports: PlanPorts,
  identity: Identity,
  id: string,
  approved: boolean,
): Promise<ResumedPlan | Refusal> {
  const decided = await ports.store.transact((tx) => decide(ports, tx, identity, id, approved))
  if (isRefusal(decided)) return decided
  const { plan, position } = decided
  if (approved && !decided.waits) {
    const rest = ports.runner.atRest(plan)
    ports.runner.resume(plan)
    await rest
  } else if (!approved) await ports.runner.atRest(plan)
  const state = await planState(ports, identity, id)
  if (isRefusal(state)) return state
  const run = position === undefined ? undefined : state.runs[position]
  if (!approved || decided.waits || !run || !isRunOver(run.state)) return { ...state, rejected: !approved }
  const output = await ports.store.transact((tx) => outputOf(tx, state.workflow as Workflow, run))
  const name = plan.steps[run.position]?.name ?? run.stepId
  return { ...state, rejected: false, stepResult: { run, name, output } }
}

interface Decided {
  readonly plan: Plan
  /** Of the step that may run now. */
  readonly position?: number
  /** More approvals are needed. */
  readonly waits: boolean
}

function decide(
  ports: PlanPorts,
  tx: Transaction,
  identity: Identity,
  id: string,
  approved: boolean,
): Decided | Refusal {
  const plan = findPlan(tx, identity, id, ports.now())
  if (isRefusal(plan)) return plan
  if (plan.status !== 'executing' || plan.workflowId === undefined)
    return refuse('PLAN_NOT_EXECUTING', { status: plan.status })
  const workflow = tx.workflow(identity, plan.workflowId)
  if (!workflow) return refuse('NOT_FOUND', { what: 'Workflow' })
  const step = tx.stepHeld(workflow, ['pending'])
  const runs = tx.plans.runs(plan)
  const next = runs.find(({ stepId }) => stepId === step?.stepId) ?? nextInTurn(plan, runs)
  const position = next === undefined ? {} : { position: next.position }
  if (!step) {
    const startable = isManual(plan.mode) && (next?.state === 'waiting' || next?.state === 'held')
    if (!startable) return refuse('BAD_REQUEST', { message: nothingWaits(next) })
    return approved
      ? { plan, ...position, waits: false }
      : refuse('BAD_REQUEST', { message: nothingWaits(next) })
  }
  const words = approved ? 'Approved by user via plan resume' : 'Step rejected by user'
  const ruling = approved ? 'approve' : 'reject'
  const ruled = decideHold(ports, tx, identity, { workflow, step, ruling, words })
  // The SDKs take any 409 for a conflict of versions and read all three.
  const about = { plan_id: plan.id, expected_version: plan.version, current_version: plan.version }
  if (isRefusal(ruled)) return { ...ruled, details: { ...ruled.details, ...about } }
  return { plan, ...position, waits: ruled.missing > 0 }
}

const nothingWaits = (next: StepRun | undefined): string =>
  next === undefined
    ? 'Every step has run'
    : `Nothing waits for a decision: step ${next.stepId} is ${next.state}`
