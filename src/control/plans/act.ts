/** A step that was let through does what it is there for. @module */
import { completeStep } from '../../domain/completion.js'
import { isRefusal } from '../../domain/errors.js'
import type { JsonObject } from '../../domain/json.js'
import { maskedAction } from '../../domain/plan/masked-action.js'
import type { StepRun } from '../../domain/plan/run.js'
import { changedRun, runEvent } from '../../domain/plan/run-changes.js'
import type { PlanStep } from '../../domain/plan/step.js'
import type { Action } from '../../domain/plan/step-input.js'
import { isTerminal } from '../../domain/workflow.js'
import type { OutboundCall } from '../../outbound/outbound.js'
import type { Call, Running } from './running.js'

/**
 * Begin what a step does, now that nothing stands against it.
 * @param redacted what its gate wants redacted is not sent either: who carries a step out owes that to the gate
 * @param resumed it was begun before, by a process that is gone
 */
export function act(
  running: Running,
  run: StepRun,
  action: Action,
  redacted: readonly string[],
  resumed: boolean,
): readonly Call[] {
  const { tx, workflow, now } = running
  switch (action.kind) {
    case 'condition':
      complete(running, run, { held: action.held }, { held: action.held, startedAt: now })
      return []
    case 'merge':
      complete(running, run, { text: action.text, merged_by: 'template' }, { startedAt: now })
      return []
    case 'person':
      tx.apply({
        runs: [changedRun(run, { state: 'person', startedAt: now })],
        events: [runEvent(workflow, run, 'plan_step_started', now, { waits_for: 'a person' })],
      })
      return []
    default:
      return outbound(running, run, maskedAction(action, redacted), resumed)
  }
}

type Outgoing = Extract<Action, { kind: 'llm' | 'connector' }>

function outbound(
  { tx, plan, workflow, now }: Running,
  run: StepRun,
  action: Outgoing,
  resumed: boolean,
): readonly Call[] {
  // What was under way when the process ended is the same attempt, made again under the same key.
  const attempt = resumed ? run.attempt : run.attempt + 1
  const after = changedRun(run, {
    state: 'running',
    attempt,
    startedAt: run.startedAt ?? now,
    nextAt: undefined,
  })
  tx.apply({
    runs: [after],
    events: [runEvent(workflow, run, 'plan_step_started', now, { attempt, resumed })],
  })
  const { timeoutMs } = plan.steps[run.position] as PlanStep
  const call: OutboundCall =
    action.kind === 'llm'
      ? { kind: 'llm', llm: action.llm, prompt: action.prompt }
      : { kind: 'connector', ...action.call, parameters: action.parameters }
  return [
    {
      planKey: plan.key,
      position: run.position,
      kind: 'step',
      attempt,
      call,
      idempotencyKey: run.idempotencyKey,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    },
  ]
}

/** Record what a step brought, in its workflow and in its run. */
export function complete(
  { ports, tx, plan, workflow: before, now }: Omit<Running, 'runs'>,
  run: StepRun,
  output: JsonObject,
  /** What else is known of the run now; tokens and cost go into the workflow too. */
  more: Partial<Pick<StepRun, 'tokensIn' | 'tokensOut' | 'costUsd' | 'held' | 'startedAt'>> = {},
): void {
  // Its gate may just have changed it.
  const workflow = tx.workflow(plan, before.id) ?? before
  const seq = tx.nextSeq()
  const done = {
    state: 'completed',
    endedAt: now,
    outputSeq: seq,
    nextAt: undefined,
    error: undefined,
  } as const
  const { held: _, startedAt: __, ...usage } = more
  const step = tx.step(workflow, run.stepId)
  const idempotencyKey = step?.idempotencyKey ?? ''
  const completion = { output, ...usage, idempotencyKey }
  const changes = isTerminal(workflow.status)
    ? undefined
    : completeStep(workflow, step, run.stepId, completion, now, seq)
  if (!changes || isRefusal(changes)) {
    // It came after somebody had ended the workflow, or had asked its gate again, which does not allow it any more. It
    // happened all the same, and may have to be undone.
    const event = runEvent(workflow, run, 'step_completed', now, { output, late: true })
    tx.apply({ runs: [changedRun(run, { ...done, ...more })], events: [{ ...event, seq }] })
    return
  }
  tx.apply({ ...changes, runs: [changedRun(run, { ...done, ...more })] })
  ports.histories.changed(workflow, changes, step)
}
