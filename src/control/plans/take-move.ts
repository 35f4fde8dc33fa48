/** One move of an executing plan, written down. @module */

import { completeStep } from '../../domain/completion.js'
import type { PolicyMatch } from '../../domain/decision.js'
import { isRefusal } from '../../domain/errors.js'
import type { Identity } from '../../domain/identity.js'
import type { JsonObject } from '../../domain/json.js'
import type { Move } from '../../domain/plan/moves.js'
import type { Plan } from '../../domain/plan/plan.js'
import type { StepRun } from '../../domain/plan/run.js'
import { changedRun, overRun, runEvent, undoingKey } from '../../domain/plan/run-changes.js'
import type { PlanStep } from '../../domain/plan/step.js'
import { type Action, stepInput, undoingCall } from '../../domain/plan/step-input.js'
import { pathsIn } from '../../domain/plan/template.js'
import { isTerminal, type Workflow } from '../../domain/workflow.js'
import type { OutboundCall } from '../../outbound/outbound.js'
import type { Transaction } from '../../store/store.js'
import { evaluate } from '../check-gate.js'
import type { Ports } from '../ports.js'
import { outputsOf } from './outputs.js'

/** A plan in the midst of its transaction. */
export interface Running {
  readonly ports: Ports
  readonly tx: Transaction
  readonly plan: Plan
  readonly runs: readonly StepRun[]
  readonly workflow: Workflow
  readonly now: number
}

/** A call to be made outside. */
export interface Call {
  readonly planKey: number
  readonly position: number
  readonly kind: 'step' | 'undo'
  readonly attempt: number
  readonly call: OutboundCall
  readonly idempotencyKey: string
  readonly timeoutMs?: number
}

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
    step: undefined,
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
  return act(running, run, input.value.action, false)
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
  const { plan } = running
  const input = inputOf(running, run, plan.steps[run.position] as PlanStep)
  if (!input.ok) return failed(running, run, input.message)
  return act(running, run, input.value.action, resumed)
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

function act(running: Running, run: StepRun, action: Action, resumed: boolean): readonly Call[] {
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
      return outbound(running, run, action, resumed)
  }
}

function outbound(
  { tx, plan, workflow, now }: Running,
  run: StepRun,
  action: Extract<Action, { kind: 'llm' | 'connector' }>,
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
  if (isTerminal(workflow.status)) {
    // It came after somebody had ended the workflow. It happened all the same, and may have to be undone.
    const event = runEvent(workflow, run, 'step_completed', now, { output, late: true })
    tx.apply({ runs: [changedRun(run, { ...done, ...more })], events: [{ ...event, seq }] })
    return
  }
  const { held: _, startedAt: __, ...usage } = more
  const step = tx.step(workflow, run.stepId)
  const idempotencyKey = step?.idempotencyKey ?? ''
  const changes = completeStep(workflow, step, run.stepId, { output, ...usage, idempotencyKey }, now, seq)
  if (isRefusal(changes))
    throw new Error(`A step of ${plan.id} ran that its gate did not allow: ${changes.refused}`)
  tx.apply({ ...changes, runs: [changedRun(run, { ...done, ...more })] })
  ports.histories.changed(workflow, changes, step)
}

function undo(running: Running, run: StepRun, resumed: boolean): readonly Call[] {
  const { tx, plan, workflow, runs, now } = running
  const step = plan.steps[run.position] as PlanStep
  const outputs = outputsOf(tx, workflow, runs, new Set(plan.steps.map(({ id }) => id)))
  const call = undoingCall(plan, step, outputs)
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
  return [
    {
      planKey: plan.key,
      position: run.position,
      kind: 'undo',
      attempt,
      call: { kind: 'connector', connector, operation, parameters: call.value.parameters },
      idempotencyKey: undoingKey(run),
    },
  ]
}
