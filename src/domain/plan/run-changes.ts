/** How a step's run changes, and what is written down about it. @module */
import type { Event, EventType } from '../event.js'
import type { Workflow } from '../workflow.js'
import type { Plan } from './plan.js'
import type { RunState, StepRun } from './run.js'

/** The runs of a plan that begins, all waiting. */
export function freshRuns(plan: Plan, workflow: Workflow): readonly StepRun[] {
  return plan.steps.map((step, position) => ({
    planKey: plan.key,
    position,
    stepId: step.id,
    version: 1,
    state: 'waiting',
    attempt: 0,
    idempotencyKey: `${workflow.id}.${position + 1}`,
  }))
}

/** The key under which a step is undone. */
export const undoingKey = (run: StepRun): string => `${run.idempotencyKey}.undo`

/** The run with members changed; those given as undefined are taken out. */
export function changedRun(run: StepRun, change: { [K in keyof StepRun]?: StepRun[K] | undefined }): StepRun {
  const after: Record<string, unknown> = { ...run, ...change, version: run.version + 1 }
  for (const [name, value] of Object.entries(after)) if (value === undefined) delete after[name]
  return after as unknown as StepRun
}

/** The run as it is over. */
export const overRun = (run: StepRun, state: RunState, now: number, error?: string): StepRun =>
  changedRun(run, { state, endedAt: now, nextAt: undefined, error })

/** An event of a plan's step, in its workflow's history. */
export function runEvent(
  workflow: Workflow,
  run: StepRun,
  type: EventType,
  at: number,
  body: Readonly<Record<string, unknown>>,
): Event {
  return { workflowKey: workflow.key, stepId: run.stepId, type, at, body: JSON.stringify(body) }
}

/** An event of the plan itself, in its workflow's history and in its own. */
export function planEvent(
  plan: Plan,
  type: EventType,
  at: number,
  body: Readonly<Record<string, unknown>>,
): Event {
  return {
    workflowKey: plan.workflowKey ?? 0,
    subject: `plan:${plan.id}`,
    type,
    at,
    body: JSON.stringify({ plan_id: plan.id, ...body }),
  }
}
