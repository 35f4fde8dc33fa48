/** A plan goes on as far as it can at once. @module */
import { isRefusal } from '../../domain/errors.js'
import { actor } from '../../domain/identity.js'
import { endWorkflow } from '../../domain/lifecycle.js'
import { isManual, type Move, nextLook, nextMoves, type Surroundings } from '../../domain/plan/moves.js'
import { isOver, type Plan, type PlanStatus } from '../../domain/plan/plan.js'
import { isRunOver, type StepRun } from '../../domain/plan/run.js'
import { overRun, planEvent } from '../../domain/plan/run-changes.js'
import { approvalStatusAt } from '../../domain/step.js'
import { isTerminal, type Workflow } from '../../domain/workflow.js'
import type { Transaction } from '../../store/store.js'
import type { Ports } from '../ports.js'
import { outputOf } from './outputs.js'
import { planApprovalStep } from './plan-facts.js'
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
    if (isTerminal(workflow.status) && !isUnwinding(runs, around)) return stopped(running, calls)
    const moves = nextMoves(plan, runs, around)
    for (const move of moves) {
      if (move.do === 'succeed') end(running, 'completed')
      else if (move.do === 'fail') end(running, 'failed', move.why)
      else calls.push(...takeMove(current(running), move))
      if (begins(move)) resumes--
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
      const approval = tx.step(workflow, run.stepId)?.approval
      return approval ? approvalStatusAt(approval, now) : 'approved'
    },
  }
}

/** How the hold on the plan as a whole stands. */
function planHold(tx: Transaction, workflow: Workflow, plan: Plan, now: number): Surroundings['plan'] {
  if (plan.judgement?.decision !== 'require_approval') return 'open'
  const approval = tx.step(workflow, planApprovalStep)?.approval
  const status = approval && approvalStatusAt(approval, now)
  return status === 'approved' ? 'open' : status === 'pending' ? 'held' : 'denied'
}

/** A step failed, or a person refused one, which ends the workflow before the plan: it is undone all the same. */
const isUnwinding = (runs: readonly StepRun[], around: Surroundings): boolean =>
  around.plan === 'denied' ||
  runs.some(
    (run) =>
      run.state === 'failed' ||
      run.state === 'blocked' ||
      run.state === 'rejected' ||
      (run.state === 'held' && around.approval(run) === 'rejected'),
  )

/** Somebody ended the workflow through its own door. */
function stopped(running: Running, calls: readonly Call[]): Advanced {
  const { tx, plan, runs, workflow, now } = running
  const over = runs.map((run) => (isRunOver(run.state) ? run : overRun(run, 'cancelled', now)))
  tx.apply({ runs: over.filter((run, i) => run !== runs[i]), events: [] })
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
  const changes = endWorkflow(withoutHolds(workflow), ending, why, by, now)
  if (!isRefusal(changes)) tx.apply(changes)
}

/** A plan that succeeds has nothing pending that anybody has to decide. */
function withoutHolds(workflow: Workflow): Workflow {
  const { pendingStep: _, ...rest } = workflow
  return rest
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
