/** A plan goes on as far as it can at once. @module */
import { isRefusal } from '../../domain/errors.js'
import { actor } from '../../domain/identity.js'
import { endWorkflow } from '../../domain/lifecycle.js'
import type { Move, Surroundings } from '../../domain/plan/move.js'
import { isManual, nextLook, nextMoves } from '../../domain/plan/moves.js'
import { isOver, type Plan, type PlanStatus } from '../../domain/plan/plan.js'
import { isRunOver, type StepRun } from '../../domain/plan/run.js'
import { overRun, planEvent, runEvent } from '../../domain/plan/run-changes.js'
import { isUnwinding } from '../../domain/plan/unwind.js'
import { approvalStatusAt } from '../../domain/step.js'
import { isTerminal, type Workflow } from '../../domain/workflow.js'
import type { Transaction } from '../../store/store.js'
import type { Ports } from '../ports.js'
import { outputOf } from './outputs.js'
import { planHold } from './plan-facts.js'
import type { Call, Running } from './running.js'
import { takeMove } from './take-move.js'

/** Where a plan stands after it went as far as it could. */
export interface Advanced {
  readonly plan: Plan
  readonly runs: readonly StepRun[]
  /** To be made once this is durable. */
  readonly calls: readonly Call[]
  /** Look again then, whatever happens meanwhile. */
  readonly nextLook?: number
}

export interface Advancing {
  readonly underWay: (run: StepRun) => boolean
  /** Steps that a resume lets begin. */
  readonly resumes: number
}

/** Take every move there is, and those that they make possible, in one transaction. */
export function advancePlan(ports: Ports, tx: Transaction, key: number, advancing: Advancing): Advanced {
  const now = ports.now()
  let plan = tx.plans.byKey(key)
  let runs = tx.plans.runs(plan)
  const calls: Call[] = []
  let resumes = advancing.resumes
  for (;;) {
    if (isOver(plan.status) || plan.workflowId === undefined) return { plan, runs, calls }
    const workflow = tx.workflow(plan, plan.workflowId)
    if (!workflow) throw new Error(`The workflow of ${plan.id} is missing`)
    const running: Running = { ports, tx, plan, runs, workflow, now }
    const around = surroundings(running, { ...advancing, resumes }, calls)
    if (isTerminal(workflow.status) && !endsByItself(running, around)) return stopped(running, around, calls)
    const moves = nextMoves(plan, runs, around)
    const unwinding = isUnwinding(runs)
    for (const move of moves) {
      if (move.do === 'succeed') end(running, 'completed')
      else if (move.do === 'fail') end(running, 'failed', move.why)
      else calls.push(...takeMove(current(running), move))
      if (begins(move)) resumes--
      // Nothing begins beside a step that has just failed.
      if (!unwinding && isUnwinding(tx.plans.runs(plan))) break
    }
    runs = tx.plans.runs(plan)
    plan = withClock(tx, tx.plans.byKey(key), runs, around.plan === 'open', now)
    if (moves.length === 0) {
      const at = nextLook(plan, runs, now)
      return { plan, runs, calls, ...(at === undefined ? {} : { nextLook: at }) }
    }
  }
}

/** The workflow as the moves before left it. */
function current(running: Running): Running {
  const { tx, plan } = running
  return { ...running, workflow: tx.workflow(plan, running.workflow.id) ?? running.workflow }
}

const begins = (move: Move): boolean => move.do === 'go' || (move.do === 'start' && !move.confirm)

function surroundings(running: Running, advancing: Advancing, calls: readonly Call[]): Surroundings {
  const { tx, workflow, plan, now } = running
  return {
    now,
    resumes: advancing.resumes,
    plan: planHold(tx, workflow, plan, now),
    reported: (run) => tx.step(workflow, run.stepId)?.completedAt !== undefined,
    underWay: (run) => advancing.underWay(run) || calls.some(({ position }) => position === run.position),
    approval: (run) => {
      const step = tx.step(workflow, run.stepId)
      if (step?.approval) return approvalStatusAt(step.approval, now)
      return step?.decision === 'block' ? 'blocked' : 'approved'
    },
  }
}

/**
 * The workflow ended before the plan, which comes to its own end all the same: a step failed, or a person refused one,
 * and it is undone; or all is done.
 */
function endsByItself({ runs, workflow }: Running, around: Surroundings): boolean {
  if (around.plan === 'denied' || isUnwinding(runs)) return true
  if (runs.some((run) => run.state === 'held' && around.approval(run) === 'rejected')) return true
  const isDone = (run: StepRun) => isRunOver(run.state) || (run.state === 'person' && around.reported(run))
  return workflow.status === 'completed' && runs.every(isDone)
}

/** Somebody ended the workflow through its own door. */
function stopped(running: Running, around: Surroundings, calls: readonly Call[]): Advanced {
  const { tx, plan, workflow, now } = running
  // What a person did before is done.
  for (const run of running.runs)
    if (run.state === 'person' && around.reported(run)) takeMove(running, { do: 'finish', run })
  const open = tx.plans.runs(plan).filter(({ state }) => !isRunOver(state))
  tx.apply({
    runs: open.map((run) => overRun(run, 'cancelled', now)),
    events: open.map((run) => runEvent(workflow, run, 'plan_step_cancelled', now, {})),
  })
  const reason = workflow.endReason ?? `its workflow was ${workflow.status}`
  end(running, workflow.status === 'aborted' ? 'cancelled' : 'failed', reason)
  return { plan: tx.plans.byKey(plan.key), runs: tx.plans.runs(plan), calls }
}

const endEvents = {
  completed: 'plan_completed',
  failed: 'plan_failed',
  cancelled: 'plan_cancelled',
} as const satisfies Partial<Record<PlanStatus, string>>

/** Write down how the plan ended, and end its workflow with it. */
function end(running: Running, status: keyof typeof endEvents, why?: string): void {
  const { tx, plan, now } = running
  const { workflow, runs } = { ...current(running), runs: tx.plans.runs(plan) }
  const result = status === 'completed' ? resultOf(tx, workflow, runs) : undefined
  const { deadlineAt: _, remainingMs: __, ...rest } = tx.plans.byKey(plan.key)
  const after: Plan = {
    ...rest,
    rowVersion: rest.rowVersion + 1,
    status,
    endedAt: now,
    updatedAt: now,
    ...(result === undefined ? {} : { result }),
    ...(why === undefined ? {} : { error: why }),
  }
  tx.apply({ plan: after, events: [planEvent(after, endEvents[status], now, { reason: why })] })
  const by = plan.runBy ? actor(plan.runBy) : plan.client
  const ending = status === 'cancelled' ? 'aborted' : status
  // Refused where it has ended already.
  const { pendingStep, ...withoutHolds } = workflow
  const changes = endWorkflow(withoutHolds, ending, why, by, now)
  if (isRefusal(changes)) return
  // A plan that succeeds needs no decision any more. What waits for one is written down as expired when its time comes.
  const ended = { ...(changes.workflow as Workflow), ...(pendingStep === undefined ? {} : { pendingStep }) }
  tx.apply({ ...changes, workflow: ended })
}

/** What the last step that ran brought. */
function resultOf(tx: Transaction, workflow: Workflow, runs: readonly StepRun[]): Plan['result'] {
  const last = runs.findLast(({ state }) => state === 'completed')
  const output = last && outputOf(tx, workflow, last)
  if (typeof output !== 'object' || output === null || Array.isArray(output)) return output
  return 'text' in output && Object.keys(output).length <= 2 ? output.text : output
}

/** The run's clock stands still while a person is waited for. */
function withClock(tx: Transaction, plan: Plan, runs: readonly StepRun[], open: boolean, now: number): Plan {
  if (plan.status !== 'executing' || isManual(plan.mode)) return plan
  const waits = !open || runs.some(({ state }) => state === 'held' || state === 'person')
  const { deadlineAt, remainingMs, ...rest } = plan
  if (waits === (deadlineAt === undefined)) return plan
  const after: Plan = {
    ...rest,
    rowVersion: plan.rowVersion + 1,
    ...(waits
      ? { remainingMs: Math.max(0, (deadlineAt ?? now) - now) }
      : { deadlineAt: now + (remainingMs ?? plan.timeoutMs) }),
  }
  tx.apply({ plan: after, events: [] })
  return after
}
