/** A step that was done is undone. @module */
import { maskedUndoing } from '../../domain/plan/masked-action.js'
import type { StepRun } from '../../domain/plan/run.js'
import { changedRun, runEvent, undoingKey } from '../../domain/plan/run-changes.js'
import type { PlanStep } from '../../domain/plan/step.js'
import { undoingCall } from '../../domain/plan/step-input.js'
import { outputsFor, stepsRead } from './outputs.js'
import type { Call, Running } from './running.js'

/** Call what undoes a step that was done. */
export function undo(running: Running, run: StepRun, resumed: boolean): readonly Call[] {
  const { tx, plan, workflow, runs, now } = running
  const step = plan.steps[run.position] as PlanStep
  const outputs = outputsFor(tx, workflow, runs, stepsRead(plan, [{ ...step.compensation?.parameters }]))
  const call = outputs.ok ? undoingCall(plan, step, outputs.value) : outputs
  if (!call.ok) {
    tx.apply({
      runs: [changedRun(run, { compensation: 'failed', error: call.message })],
      events: [runEvent(workflow, run, 'compensation_failed', now, { error: call.message })],
    })
    return []
  }
  const attempt = resumed ? (run.compensationAttempt ?? 1) : (run.compensationAttempt ?? 0) + 1
  tx.apply({
    runs: [changedRun(run, { compensation: 'running', compensationAttempt: attempt, nextAt: undefined })],
    events: [runEvent(workflow, run, 'compensation_started', now, { attempt, resumed })],
  })
  const { connector, operation } = call.value.call
  const gated = tx.step(workflow, run.stepId)
  const parameters = maskedUndoing(call.value.parameters, gated ? tx.record(gated).redacted : [])
  return [
    {
      planKey: plan.key,
      position: run.position,
      kind: 'undo',
      attempt,
      call: { kind: 'connector', connector, operation, parameters },
      idempotencyKey: undoingKey(run),
    },
  ]
}
