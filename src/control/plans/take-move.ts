/** One move of an executing plan, written down. @module */
import { type PolicyMatch, redactions } from '../../domain/decision.js'
import { repeats } from '../../domain/gate/admit.js'
import { effectiveDecision } from '../../domain/gate/repeat.js'
import type { GateReply } from '../../domain/gate/reply.js'
import type { Identity } from '../../domain/identity.js'
import type { JsonObject } from '../../domain/json.js'
import type { Move } from '../../domain/plan/move.js'
import type { Plan } from '../../domain/plan/plan.js'
import type { StepRun } from '../../domain/plan/run.js'
import { changedRun, overRun, runEvent } from '../../domain/plan/run-changes.js'
import type { PlanStep } from '../../domain/plan/step.js'
import { type StepInput, stepInput } from '../../domain/plan/step-input.js'
import { isTerminal } from '../../domain/workflow.js'
import { evaluate } from '../check-gate.js'
import { act } from './act.js'
import { outputsFor, stepsRead } from './outputs.js'
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
  const input = inputOf(running, run, running.plan.steps[run.position] as PlanStep)
  return input.ok ? ask(running, run, input.value, confirm) : failed(running, run, input.message)
}

function ask(running: Running, run: StepRun, input: StepInput, confirm: boolean): readonly Call[] {
  const { ports, tx, plan, workflow, now } = running
  const reply = evaluate(ports, tx, {
    workflow,
    // Somebody may have asked for it at the workflow's own door before its turn came.
    step: tx.step(workflow, run.stepId),
    stepId: run.stepId,
    request: input.request,
    identity: plan.runBy as Identity,
    now,
    ...(confirm ? { matches: [confirmation(plan)] } : {}),
  })
  if (reply.decision !== 'allow') return stopped(running, run, reply)
  return act(running, run, input.action, redactions(reply.evaluated), false)
}

/** Its gate does not let it begin, or not yet. */
function stopped(
  running: Running,
  run: StepRun,
  { decision, reason, decisionId }: Pick<GateReply, 'decision' | 'reason' | 'decisionId'>,
): readonly Call[] {
  if (decision === 'block') {
    const error = `policy: ${reason}`
    const body = { error, decision_id: decisionId }
    return over(running, overRun(run, 'blocked', running.now, error), 'plan_step_failed', body)
  }
  running.tx.apply({ runs: [changedRun(run, { state: 'held', nextAt: undefined })], events: [] })
  return []
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

/**
 * Begin a step that was let through before: after its approval, its wait, or the end of the process that ran it. Its gate
 * may have been asked again meanwhile at the workflow's own door, about the same content or another.
 */
function begin(running: Running, run: StepRun, resumed: boolean): readonly Call[] {
  const { tx, plan, workflow, now } = running
  const input = inputOf(running, run, plan.steps[run.position] as PlanStep)
  if (!input.ok) return failed(running, run, input.message)
  const { request, action } = input.value
  const gated = tx.step(workflow, run.stepId)
  const record = gated && tx.record(gated)
  // Of a workflow that has ended no gate can be asked: what was under way is made again as it was.
  if (!isTerminal(workflow.status)) {
    if (!gated || !record || !repeats(gated, request, record)) return ask(running, run, input.value, false)
    const standing = effectiveDecision(gated, now)
    if (standing.decision !== 'allow') return stopped(running, run, { ...gated, ...standing })
  }
  return act(running, run, action, record?.redacted ?? [], resumed)
}

function inputOf({ ports, tx, plan, workflow, runs }: Running, run: StepRun, step: PlanStep) {
  // Those that are read, and no others: outputs may be large. A synthesis without a model reads all it depends on.
  const { prompt, description, parameters, condition, compensation } = step
  const templates = [prompt ?? description ?? '', { ...parameters }, { ...compensation?.parameters }]
  const wanted = stepsRead(plan, [...templates, { ...condition } as JsonObject])
  if (step.type === 'synthesis') for (const id of step.dependsOn) wanted.add(id)
  const outputs = outputsFor(tx, workflow, runs, wanted)
  return outputs.ok ? stepInput(plan, step, outputs.value, ports.registry(), run.idempotencyKey) : outputs
}

function failed(running: Running, run: StepRun, error: string): readonly Call[] {
  return over(running, overRun(run, 'failed', running.now, error), 'plan_step_failed', { error, final: true })
}
