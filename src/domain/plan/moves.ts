/** What can be done next in an executing plan. @module */
import type { PlanMode } from '../agent.js'
import { isOver, type Plan } from './plan.js'
import { isRunOver, type StepRun } from './run.js'
import type { PlanStep } from './step.js'

/** One thing to do; `run` is as it stands now. */
export type Move =
  /** Gate it and, where it is allowed, begin. `confirm`: hold it whatever policy says. */
  | { readonly do: 'start'; readonly run: StepRun; readonly confirm: boolean }
  /** Its approval was given. */
  | { readonly do: 'go'; readonly run: StepRun }
  | { readonly do: 'deny'; readonly run: StepRun; readonly why: string }
  /** Call again, or for the first time since the process began. */
  | { readonly do: 'call'; readonly run: StepRun; readonly again: boolean }
  /** A person did it. */
  | { readonly do: 'finish'; readonly run: StepRun }
  | { readonly do: 'skip'; readonly run: StepRun; readonly why: string }
  | { readonly do: 'cancel'; readonly run: StepRun }
  /** Undo what was done. */
  | { readonly do: 'undo'; readonly run: StepRun; readonly again: boolean }
  | { readonly do: 'succeed' }
  | { readonly do: 'fail'; readonly why: string }

/** What the world says of a plan's steps, beside their runs. */
export interface Surroundings {
  readonly now: number
  /** The call, or undoing, of this attempt is under way in this process. */
  readonly underWay: (run: StepRun) => boolean
  /** How the hold on a `held` step stands. */
  readonly approval: (run: StepRun) => 'pending' | 'approved' | 'rejected' | 'expired'
  /** Whether the plan as a whole may run: without a hold on it, or when that is approved. */
  readonly plan: 'open' | 'held' | 'denied'
  /** A person reported that a human task is done. */
  readonly reported: (run: StepRun) => boolean
  /** Steps that may begin now in a mode that waits for resumes. */
  readonly resumes: number
}

const failing = (run: StepRun): boolean =>
  run.state === 'failed' || run.state === 'blocked' || run.state === 'rejected'

export const isManual = (mode: PlanMode): boolean => mode === 'confirm' || mode === 'step'

/**
 * All that can be done now; nothing: the plan waits for a call, a person or the clock. Pure.
 *
 * A failed step fails the plan: nothing new begins, calls that are under way come to their end, holds are given up, and
 * what was done is undone in the opposite order, one at a time, where a step says how.
 */
export function nextMoves(plan: Plan, runs: readonly StepRun[], around: Surroundings): readonly Move[] {
  const denied = runs.filter(({ state }) => state === 'held').flatMap((run) => deny(run, around))
  if (denied.length > 0) return denied
  const late = plan.deadlineAt !== undefined && plan.deadlineAt <= around.now
  const broken = runs.find(failing)
  if (broken || late || around.plan === 'denied') return unwind(plan, runs, around, broken)
  if (runs.every(({ state }) => isRunOver(state))) return [{ do: 'succeed' }]
  if (around.plan === 'held') return []
  const reported = runs.filter((run) => run.state === 'person' && around.reported(run))
  if (reported.length > 0) return reported.map((run) => ({ do: 'finish', run }))
  return isManual(plan.mode) ? oneByOne(plan, runs, around) : together(plan, runs, around)
}

function deny(run: StepRun, around: Surroundings): Move[] {
  const approval = around.approval(run)
  if (approval === 'rejected') return [{ do: 'deny', run, why: 'its approval was rejected' }]
  if (approval === 'expired') return [{ do: 'deny', run, why: 'nobody approved it in time' }]
  return []
}

/** Calls that are due: after a failure's wait, or because the process that made them is gone. */
function dueCalls(runs: readonly StepRun[], around: Surroundings): Move[] {
  return runs
    .filter((run) => !around.underWay(run))
    .flatMap((run): Move[] => {
      if (run.state === 'running') return [{ do: 'call', run, again: false }]
      if (run.state === 'retrying' && (run.nextAt ?? 0) <= around.now)
        return [{ do: 'call', run, again: true }]
      return []
    })
}

function together(plan: Plan, runs: readonly StepRun[], around: Surroundings): readonly Move[] {
  const moves = dueCalls(runs, around)
  for (const run of runs)
    if (run.state === 'held' && around.approval(run) === 'approved') moves.push({ do: 'go', run })
  let busy =
    runs.filter(({ state }) => state === 'running' || state === 'retrying').length +
    moves.filter((move) => move.do === 'go').length
  for (const run of runs) {
    if (run.state !== 'waiting') continue
    const readiness = ready(plan, runs, run)
    if (readiness === 'skip')
      moves.push({ do: 'skip', run, why: 'the condition before it chose another way' })
    else if (readiness === 'yes' && busy < plan.maxParallel) {
      moves.push({ do: 'start', run, confirm: false })
      busy++
    }
  }
  return moves
}

/** In order, each after a resume. */
function oneByOne(plan: Plan, runs: readonly StepRun[], around: Surroundings): readonly Move[] {
  const run = runs.find(({ state }) => !isRunOver(state))
  if (!run) return []
  switch (run.state) {
    case 'waiting': {
      if (ready(plan, runs, run) === 'skip')
        return [{ do: 'skip', run, why: 'the condition before it chose another way' }]
      const first = plan.mode === 'step' && run.position === 0
      if (first) return around.resumes > 0 ? [{ do: 'start', run, confirm: false }] : []
      return [{ do: 'start', run, confirm: true }]
    }
    case 'held':
      return around.resumes > 0 && around.approval(run) === 'approved' ? [{ do: 'go', run }] : []
    default:
      return dueCalls([run], around)
  }
}

/** Whether a waiting step's turn has come. */
function ready(plan: Plan, runs: readonly StepRun[], run: StepRun): 'yes' | 'no' | 'skip' {
  const step = plan.steps[run.position] as PlanStep
  const byId = new Map(runs.map((other) => [other.stepId, other]))
  const before = step.dependsOn.flatMap((id) => byId.get(id) ?? [])
  if (before.some(({ state }) => !isRunOver(state))) return 'no'
  for (const other of before) if (leavesOut(plan, other, step.id)) return 'skip'
  if (before.length > 0 && before.every(({ state }) => state === 'skipped')) return 'skip'
  return inTurn(plan, runs, step, run.position) ? 'yes' : 'no'
}

/** A condition before the step chose the other branch. */
function leavesOut(plan: Plan, condition: StepRun, stepId: string): boolean {
  const step = plan.steps[condition.position] as PlanStep
  if (step.type !== 'conditional' || condition.state !== 'completed') return false
  return ((condition.held ? step.ifFalse : step.ifTrue) ?? []).includes(stepId)
}

/** What the mode adds to the dependencies: `sequential` keeps the plan's order, `balanced` that of language model steps. */
function inTurn(plan: Plan, runs: readonly StepRun[], step: PlanStep, position: number): boolean {
  const earlier = runs.slice(0, position)
  if (plan.mode === 'sequential' || isManual(plan.mode)) return earlier.every(({ state }) => isRunOver(state))
  if (plan.mode !== 'balanced' || !usesModel(step)) return true
  return earlier.every((run) => isRunOver(run.state) || !usesModel(plan.steps[run.position] as PlanStep))
}

const usesModel = ({ type }: PlanStep): boolean => type === 'llm-call' || type === 'synthesis'

/** The plan has failed: come to rest, undo, end. */
function unwind(
  plan: Plan,
  runs: readonly StepRun[],
  around: Surroundings,
  broken: StepRun | undefined,
): readonly Move[] {
  const moves: Move[] = []
  for (const run of runs) {
    const idle =
      run.state === 'waiting' || run.state === 'held' || run.state === 'person' || run.state === 'retrying'
    // A call that was under way when the process died is made again: whether it was carried out must be known before undoing.
    if (idle || (run.state === 'running' && !broken)) moves.push({ do: 'cancel', run })
    else if (run.state === 'running' && !around.underWay(run)) moves.push({ do: 'call', run, again: false })
  }
  if (moves.length > 0) return moves
  if (runs.some(({ state }) => state === 'running')) return []
  return undoing(plan, runs, around) ?? [{ do: 'fail', why: whyFailed(plan, broken, around) }]
}

/** The next thing to undo; an empty list while one is being undone; undefined when all is. */
function undoing(plan: Plan, runs: readonly StepRun[], around: Surroundings): readonly Move[] | undefined {
  const open = runs
    .filter((run) => run.state === 'completed' && plan.steps[run.position]?.compensation)
    .filter(({ compensation }) => compensation !== 'completed' && compensation !== 'failed')
    .sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0) || b.position - a.position)
  const run = open[0]
  if (!run) return undefined
  if (around.underWay(run)) return []
  if (run.compensation === 'retrying' && (run.nextAt ?? 0) > around.now) return []
  return [{ do: 'undo', run, again: run.compensation !== 'running' }]
}

function whyFailed(plan: Plan, broken: StepRun | undefined, around: Surroundings): string {
  if (!broken && around.plan === 'denied') return 'The plan was not approved'
  if (!broken) return `The plan did not end within ${Math.round(plan.timeoutMs / 1000)} seconds`
  const step = plan.steps[broken.position] as PlanStep
  return `Step ${step.name} ${broken.state === 'failed' ? 'failed' : `was ${broken.state}`}: ${broken.error ?? ''}`
}

/** When a plan that has no move wants to be looked at again: the next retry or the deadline; undefined: never by itself. */
export function nextLook(plan: Plan, runs: readonly StepRun[]): number | undefined {
  const times = runs
    .filter((run) => run.state === 'retrying' || run.compensation === 'retrying')
    .flatMap(({ nextAt }) => nextAt ?? [])
  if (plan.deadlineAt !== undefined) times.push(plan.deadlineAt)
  return times.length === 0 ? undefined : Math.min(...times)
}

/** Nothing goes on by itself: it is over, or somebody has to do something. */
export function isAtRest(plan: Plan, runs: readonly StepRun[]): boolean {
  if (isOver(plan.status)) return true
  const active = runs.some(
    ({ state, compensation }) =>
      state === 'running' ||
      state === 'retrying' ||
      compensation === 'running' ||
      compensation === 'retrying',
  )
  return !active
}
