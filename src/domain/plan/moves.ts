/** What can be done next in an executing plan. @module */
import type { PlanMode } from '../agent.js'
import type { Move, Surroundings } from './move.js'
import { isOver, type Plan } from './plan.js'
import { isRunOver, type StepRun } from './run.js'
import type { PlanStep } from './step.js'
import { turnOrder } from './turn-order.js'
import { brokenRun, isUnwinding, unwind } from './unwind.js'

export const isManual = (mode: PlanMode): boolean => mode === 'confirm' || mode === 'step'

/**
 * All that can be done now; nothing: the plan waits for a call, a person or the clock. Pure.
 *
 * A failed step fails the plan: nothing new begins, calls that are under way come to their end, holds are given up, and
 * what was done is undone in the opposite order, one at a time, where a step says how.
 */
export function nextMoves(plan: Plan, runs: readonly StepRun[], around: Surroundings): readonly Move[] {
  const denied = runs.flatMap((run) => deny(run, around))
  if (denied.length > 0) return denied
  const late = plan.deadlineAt !== undefined && plan.deadlineAt <= around.now
  if (isUnwinding(runs) || late || around.plan === 'denied')
    return unwind(plan, runs, around, brokenRun(runs))
  if (runs.every(({ state }) => isRunOver(state))) return [{ do: 'succeed' }]
  if (around.plan === 'held') return []
  const reported = runs.filter((run) => run.state === 'person' && around.reported(run))
  if (reported.length > 0) return reported.map((run) => ({ do: 'finish', run }))
  const board = boardOf(plan, runs)
  return isManual(plan.mode) ? oneByOne(board, around) : together(board, around)
}

function deny(run: StepRun, around: Surroundings): Move[] {
  if (run.state !== 'held' && run.state !== 'person') return []
  const approval = around.approval(run)
  if (approval === 'blocked') return [{ do: 'deny', run, why: 'its gate was asked again and blocks it' }]
  if (run.state === 'person') return []
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

/** The plan as it stands, with what is asked of it again and again. */
interface Board {
  readonly plan: Plan
  readonly runs: readonly StepRun[]
  readonly byId: ReadonlyMap<string, StepRun>
  /** Ids of the steps that a condition left out. */
  readonly leftOut: ReadonlySet<string>
}

function boardOf(plan: Plan, runs: readonly StepRun[]): Board {
  const leftOut = runs.flatMap(({ position, state, held }) => {
    const { type, ifTrue = [], ifFalse = [] } = plan.steps[position] as PlanStep
    return type === 'conditional' && state === 'completed' ? (held ? ifFalse : ifTrue) : []
  })
  return { plan, runs, byId: new Map(runs.map((run) => [run.stepId, run])), leftOut: new Set(leftOut) }
}

function together(board: Board, around: Surroundings): readonly Move[] {
  const { plan, runs } = board
  const moves = dueCalls(runs, around)
  let busy = runs.filter(({ state }) => state === 'running' || state === 'retrying').length
  for (const run of runs) {
    if (run.state !== 'held' || busy >= plan.maxParallel || around.approval(run) !== 'approved') continue
    moves.push({ do: 'go', run })
    busy++
  }
  for (const run of runs) {
    if (run.state !== 'waiting') continue
    const readiness = ready(board, run)
    if (readiness === 'skip')
      moves.push({ do: 'skip', run, why: 'the condition before it chose another way' })
    else if (readiness === 'yes' && busy < plan.maxParallel) {
      moves.push({ do: 'start', run, confirm: false })
      busy++
    }
  }
  return moves
}

/** The step whose turn it is where they go one by one; undefined: all are over. */
export function nextInTurn(plan: Plan, runs: readonly StepRun[]): StepRun | undefined {
  const place = turnOrder(plan.steps).find((place) => !isRunOver((runs[place] as StepRun).state))
  return place === undefined ? undefined : runs[place]
}

/** In order, each after a resume. */
function oneByOne(board: Board, around: Surroundings): readonly Move[] {
  const { plan, runs } = board
  const run = nextInTurn(plan, runs)
  if (!run) return []
  switch (run.state) {
    case 'waiting': {
      if (ready(board, run) === 'skip')
        return [{ do: 'skip', run, why: 'the condition before it chose another way' }]
      const first = plan.mode === 'step' && run.position === turnOrder(plan.steps)[0]
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
function ready(board: Board, run: StepRun): 'yes' | 'no' | 'skip' {
  const step = board.plan.steps[run.position] as PlanStep
  const before = step.dependsOn.flatMap((id) => board.byId.get(id) ?? [])
  if (before.some(({ state }) => !isRunOver(state))) return 'no'
  if (board.leftOut.has(step.id)) return 'skip'
  if (before.length > 0 && before.every(({ state }) => state === 'skipped')) return 'skip'
  return inTurn(board, step, run.position) ? 'yes' : 'no'
}

/** What the mode adds to the dependencies: `sequential` keeps the plan's order, `balanced` that of language model steps. */
function inTurn({ plan, runs }: Board, step: PlanStep, position: number): boolean {
  const inOrder = plan.mode === 'sequential' || isManual(plan.mode)
  if (!inOrder && (plan.mode !== 'balanced' || !usesModel(step))) return true
  const first = turnOrder(plan.steps).find(
    (place) =>
      !isRunOver((runs[place] as StepRun).state) && (inOrder || usesModel(plan.steps[place] as PlanStep)),
  )
  return first === position
}

const usesModel = ({ type }: PlanStep): boolean => type === 'llm-call' || type === 'synthesis'

/** When a plan that has no move wants to be looked at again: the next retry or the deadline; undefined: never by itself. */
export function nextLook(plan: Plan, runs: readonly StepRun[], now: number): number | undefined {
  const times = runs
    .filter((run) => run.state === 'retrying' || run.compensation === 'retrying')
    .flatMap(({ nextAt }) => nextAt ?? [])
  if (plan.deadlineAt !== undefined) times.push(plan.deadlineAt)
  // What was due has been looked at, and came to nothing.
  const ahead = times.filter((time) => time > now)
  return ahead.length === 0 ? undefined : Math.min(...ahead)
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
