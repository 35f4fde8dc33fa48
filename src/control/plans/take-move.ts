/** One move of an executing plan, written down. @module */
import { type PolicyMatch, redactions } from '../../domain/decision.js'
import type { Identity } from '../../domain/identity.js'
import type { JsonObject } from '../../domain/json.js'
import type { Move } from '../../domain/plan/moves.js'
import type { Plan } from '../../domain/plan/plan.js'
import type { StepRun } from '../../domain/plan/run.js'
import { changedRun, overRun, runEvent } from '../../domain/plan/run-changes.js'
import type { PlanStep } from '../../domain/plan/step.js'
import { stepInput } from '../../domain/plan/step-input.js'
import { pathsIn } from '../../domain/plan/template.js'
import { evaluate } from '../check-gate.js'
import { act } from './act.js'
import { outputsOf } from './outputs.js'
import type { Call, Running } from './running.js'
import { undo } from './undo-step.js'

/** Take a move. @returns the calls it leads to */
export function takeMove(running: Running, move: Exclude<Move, { do: 'succeed' | 'fail' }>): readonly Call[] {
  const { plan, tx, workflow, now } = running
  // As the moves before it left it.
  const run = tx.plans.runs(plan)[move.run.position] as StepRun
  switch (move.do) {
    case 'start':
      return start(running, run, move.confirm)
    case 'go':
    case 'call':
      return begin(running, run, move.do === 'call' && !move.again)
    case 'undo':
      return undo(running, run, !move.again)
    case 'finish':
      tx.apply({ runs: [finished(running, run)], events: [] })
      return []
    case 'skip':
      return over(running, overRun(run, 'skipped', now), 'plan_step_skipped', { reason: move.why })
    case 'deny':
      return over(running, overRun(run, 'rejected', now, move.why), 'plan_step_failed', { error: move.why })
    case 'cancel':
      tx.apply({
        runs: [overRun(run, 'cancelled', now)],
        events: [runEvent(workflow, run, 'plan_step_cancelled', now, {})],
      })
      return []
  }
}

/** The person's report stands in the workflow; the run only takes note. */
function finished({ tx, workflow, now }: Running, run: StepRun): StepRun {
  const step = tx.step(workflow, run.stepId)
  return changedRun(run, {
    state: 'completed',
    endedAt: step?.completedAt ?? now,
    outputSeq: step?.outputSeq,
  })
}

function over(
  { tx, workflow, now }: Running,
  run: StepRun,
  type: 'plan_step_skipped' | 'plan_step_failed',
  body: Readonly<Record<string, unknown>>,
): [] {
  tx.apply({ runs: [run], events: [runEvent(workflow, run, type, now, body)] })
  return []
}

/** Fill its templates, ask its gate, and begin where that allows it. */
function start(running: Running, run: StepRun, confirm: boolean): readonly Call[] {
  const { ports, tx, plan, workflow, now } = running
  const step = plan.steps[run.position] as PlanStep
  const input = inputOf(running, run, step)
  if (!input.ok) return failed(running, run, input.message)
  const reply = evaluate(ports, tx, {
    workflow,
    // Somebody may have asked for it at the workflow's own door before its turn came.
    step: tx.step(workflow, run.stepId),
    stepId: run.stepId,
    request: input.value.request,
    identity: plan.runBy as Identity,
    now,
    ...(confirm ? { matches: [confirmation(plan)] } : {}),
  })
  if (reply.decision === 'block') {
    const error = `policy: ${reply.reason}`
    return over(running, overRun(run, 'blocked', now, error), 'plan_step_failed', {
      error,
      decision_id: reply.decisionId,
    })
  }
  if (reply.decision === 'require_approval') {
    tx.apply({ runs: [changedRun(run, { state: 'held' })], events: [] })
    return []
  }
  return act(running, run, input.value.action, redactions(reply.evaluated), false)
}

/** The hold that `confirm` and `step` put on every step. */
function confirmation(plan: Plan): PolicyMatch {
  return {
    policyId: 'plan.confirm',
    policyName: 'Plan confirmation',
    action: 'require_approval',
    reason: `Execution mode ${plan.mode}: a person lets each step run`,
    enforcement: 'enforce',
  }
}

/** Begin a step that was let through before: after its approval, its wait, or the end of the process that ran it. */
function begin(running: Running, run: StepRun, resumed: boolean): readonly Call[] {
  const { tx, plan, workflow } = running
  const input = inputOf(running, run, plan.steps[run.position] as PlanStep)
  if (!input.ok) return failed(running, run, input.message)
  const gated = tx.step(workflow, run.stepId)
  return act(running, run, input.value.action, gated ? tx.record(gated).redacted : [], resumed)
}

function inputOf({ ports, tx, plan, workflow, runs }: Running, run: StepRun, step: PlanStep) {
  const wanted = new Set(step.dependsOn)
  const reads = pathsIn([step.prompt ?? '', { ...step.parameters }, (step.condition ?? {}) as JsonObject])
  for (const path of reads) {
    const name = /^steps\.([\w$-]+)/.exec(path)?.[1]
    const before = plan.steps.find((other) => other.id === name || other.name === name)
    if (before) wanted.add(before.id)
  }
  const outputs = outputsOf(tx, workflow, runs, wanted)
  return stepInput(plan, step, outputs, ports.registry(), run.idempotencyKey)
}

function failed(running: Running, run: StepRun, error: string): readonly Call[] {
  return over(running, overRun(run, 'failed', running.now, error), 'plan_step_failed', { error, final: true })
}
