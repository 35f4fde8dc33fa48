/** A look at a run, for its stream. @module */
import { isRefusal, type Refusal } from '../../domain/errors.js'
import type { EventType } from '../../domain/event.js'
import type { Execution, RecordedStep } from '../../domain/execution/execution.js'
import type { Workflow } from '../../domain/workflow.js'
import type { Scope, Transaction } from '../../store/store.js'
import { executionOf, findRun, latestOf, type Run } from './find-run.js'

/** What was seen, so that the next look reads only the steps that changed since. */
export interface Memory {
  readonly workflowKey: number
  /** Number of the latest event that is in it. */
  readonly seq: number
  readonly steps: ReadonlyMap<string, RecordedStep>
}

/** A run's state, and what it is found by when something happens to it. */
export interface Look {
  readonly execution: Execution
  /** What happened to it last. */
  readonly latest: EventType
  /** That was an attempt that failed, and another one comes. */
  readonly goesOn: boolean
  /** Number of the latest event in the store by then. */
  readonly upTo: number
  /** What events name it by: `plan:<id>`, and the row number of its workflow. */
  readonly keys: readonly (string | number)[]
  readonly memory?: Memory
  /** What it cost, in steps' worth. */
  readonly cost: number
}

/** What a look costs whatever the run's steps: about as much as reading so many of them. */
export const lookCost = 5
/** A step that is known already costs a tenth of one that is read: it is written out again. */
export const knownCost = 0.1

/** Look at a run; what was seen before is not changed. */
export function lookAt(
  tx: Transaction,
  scope: Scope,
  id: string,
  now: number,
  memory: Memory | undefined,
): Look | Refusal {
  const run = findRun(tx, scope, id, now)
  if (isRefusal(run)) return run
  const { plan, workflow } = run
  const upTo = tx.nextSeq() - 1
  const { steps, read } = workflow ? stepsOf(tx, workflow, memory) : { steps: undefined, read: 0 }
  return {
    execution: executionOf(tx, run, now, steps ? inOrder(steps) : []),
    ...lastOf(tx, run),
    upTo,
    keys: [...(plan ? [`plan:${plan.id}`] : []), ...(workflow ? [workflow.key] : [])],
    cost: lookCost + read + (steps?.size ?? 0) * knownCost,
    ...(steps && workflow ? { memory: { workflowKey: workflow.key, seq: upTo, steps } } : {}),
  }
}

function lastOf(tx: Transaction, run: Run): Pick<Look, 'latest' | 'goesOn'> {
  const { type, seq } = latestOf(tx, run)
  const goesOn = type === 'plan_step_failed' && JSON.parse(tx.eventBody(seq)).final === false
  return { latest: type, goesOn }
}

const inOrder = (steps: ReadonlyMap<string, RecordedStep>): readonly RecordedStep[] =>
  [...steps.values()].sort((a, b) => a.step.index - b.step.index)

function stepsOf(
  tx: Transaction,
  workflow: Workflow,
  memory: Memory | undefined,
): { readonly steps: ReadonlyMap<string, RecordedStep>; readonly read: number } {
  const seen = (step: RecordedStep['step']): [string, RecordedStep] => {
    const { policies, revision } = tx.record(step)
    return [step.stepId, { step, record: { policies, revision, input: {} } }]
  }
  if (memory?.workflowKey !== workflow.key) {
    const all = new Map(tx.steps(workflow).map(seen))
    return { steps: all, read: all.size }
  }
  const changed = tx.history.stepsSince(workflow, memory.seq)
  if (changed.length === 0) return { steps: memory.steps, read: 0 }
  const steps = new Map(memory.steps)
  for (const stepId of changed) {
    const step = tx.step(workflow, stepId)
    if (step) steps.set(...seen(step))
  }
  return { steps, read: changed.length }
}
