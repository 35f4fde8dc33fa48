/** A plan that has failed comes to rest, undoes what was done, and ends. @module */
import type { Move, Surroundings } from './move.js'
import type { Plan } from './plan.js'
import type { StepRun } from './run.js'
import type { PlanStep } from './step.js'

const failing = (run: StepRun): boolean =>
  run.state === 'failed' || run.state === 'blocked' || run.state === 'rejected'

/** The step that failed first. */
export const brokenRun = (runs: readonly StepRun[]): StepRun | undefined =>
  runs
    .filter(failing)
    .reduce<StepRun | undefined>(
      (first, run) => (first && (first.endedAt ?? 0) <= (run.endedAt ?? 0) ? first : run),
      undefined,
    )

/** It has begun to come to its end, and does not go back to work: whatever the clock or the approvals say by now. */
export const isUnwinding = (runs: readonly StepRun[]): boolean =>
  runs.some((run) => failing(run) || run.state === 'cancelled' || run.compensation !== undefined)

/** Give up what waits, wait for what is under way, undo, end. */
export function unwind(
  plan: Plan,
  runs: readonly StepRun[],
  around: Surroundings,
  broken: StepRun | undefined,
): readonly Move[] {
  const moves: Move[] = []
  for (const run of runs) {
    const idle =
      run.state === 'waiting' || run.state === 'held' || run.state === 'person' || run.state === 'retrying'
    // Out of time, only what may have to be undone is waited for. A call that was under way when the process died is made
    // again: whether it was carried out must be known before undoing.
    const awaited = broken !== undefined || plan.steps[run.position]?.compensation !== undefined
    if (idle || (run.state === 'running' && !awaited)) moves.push({ do: 'cancel', run })
    else if (run.state === 'running' && !around.underWay(run)) moves.push({ do: 'call', run, again: false })
  }
  if (moves.length > 0) return moves
  if (runs.some(({ state }) => state === 'running')) return []
  return undoing(plan, runs, around) ?? [{ do: 'fail', why: whyFailed(plan, runs, around, broken) }]
}

/** The next thing to undo; an empty list while one is being undone; undefined when all is. */
function undoing(plan: Plan, runs: readonly StepRun[], around: Surroundings): readonly Move[] | undefined {
  const open = runs
    .filter((run) => run.state === 'completed' && plan.steps[run.position]?.compensation)
    .filter(({ compensation }) => compensation !== 'completed' && compensation !== 'failed')
    .sort(laterDoneFirst)
  const run = open[0]
  if (!run) return undefined
  if (around.underWay(run)) return []
  if (run.compensation === 'retrying' && (run.nextAt ?? 0) > around.now) return []
  return [{ do: 'undo', run, again: run.compensation !== 'running' }]
}

/** The numbers of what was recorded always rise; a clock may not. A person's report may be without an output. */
const laterDoneFirst = (a: StepRun, b: StepRun): number =>
  a.outputSeq !== undefined && b.outputSeq !== undefined
    ? b.outputSeq - a.outputSeq
    : (b.endedAt ?? 0) - (a.endedAt ?? 0) || b.position - a.position

function whyFailed(
  plan: Plan,
  runs: readonly StepRun[],
  around: Surroundings,
  broken: StepRun | undefined,
): string {
  const left = runs
    .filter(({ compensation }) => compensation === 'failed')
    .map((run) => `step ${nameOf(plan, run)} (${run.error ?? ''})`)
  const why = firstReason(plan, around, broken)
  return left.length === 0 ? why : `${why}. Not undone: ${left.join(', ')}`
}

function firstReason(plan: Plan, around: Surroundings, broken: StepRun | undefined): string {
  if (!broken && around.plan === 'denied') return 'The plan was not approved'
  if (!broken) return `The plan did not end within ${Math.round(plan.timeoutMs / 1000)} seconds`
  const verb = broken.state === 'failed' ? 'failed' : `was ${broken.state}`
  return `Step ${nameOf(plan, broken)} ${verb}: ${broken.error ?? ''}`
}

const nameOf = (plan: Plan, run: StepRun): string => (plan.steps[run.position] as PlanStep).name
