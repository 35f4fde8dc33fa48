/** What a call brought is written down, and the plan goes on. @module */
import type { Retries } from '../../domain/agent.js'
import type { Event, EventType } from '../../domain/event.js'
import { isOver, type Plan } from '../../domain/plan/plan.js'
import { chanceOf, waitBeforeRetry } from '../../domain/plan/retry.js'
import type { StepRun } from '../../domain/plan/run.js'
import { changedRun, overRun, runEvent } from '../../domain/plan/run-changes.js'
import type { Workflow } from '../../domain/workflow.js'
import type { OutboundFailure, OutboundResult } from '../../outbound/outbound.js'
import type { Transaction } from '../../store/store.js'
import type { Ports } from '../ports.js'
import { complete } from './act.js'
import type { Call } from './running.js'

/**
 * Write down how a call ended. A result that nobody waits for any more (its attempt was given up, its plan is over) is
 * passed over.
 */
export function recordResult(ports: Ports, tx: Transaction, call: Call, result: OutboundResult): void {
  const plan = tx.plans.byKey(call.planKey)
  if (isOver(plan.status) || plan.workflowId === undefined) return
  const workflow = tx.workflow(plan, plan.workflowId)
  const run = tx.plans.runs(plan)[call.position]
  if (!workflow || !run || !isAwaited(run, call)) return
  const now = ports.now()
  if (call.kind === 'undo') recordUndoing(ports, tx, { plan, workflow, run, call, result, now })
  else if (result.ok) {
    const { tokensIn, tokensOut, costUsd } = result
    const usage = Object.fromEntries(
      Object.entries({ tokensIn, tokensOut, costUsd }).filter(([, value]) => value !== undefined),
    )
    complete({ ports, tx, plan, workflow, now }, run, result.output, usage)
  } else recordFailure(ports, tx, { plan, workflow, run, call, result, now })
}

function isAwaited(run: StepRun, call: Call): boolean {
  return call.kind === 'undo'
    ? run.compensation === 'running' && run.compensationAttempt === call.attempt
    : run.state === 'running' && run.attempt === call.attempt
}

interface Recording<R extends OutboundResult = OutboundResult> {
  readonly plan: Plan
  readonly workflow: Workflow
  readonly run: StepRun
  readonly call: Call
  readonly result: R
  readonly now: number
}

function recordFailure(ports: Ports, tx: Transaction, recording: Recording<OutboundFailure>): void {
  const { workflow, run, result, now } = recording
  const wait = waitOf(ports, recording)
  const final = wait === undefined
  tx.apply({
    runs: [
      final
        ? overRun(run, 'failed', now, result.error)
        : changedRun(run, { state: 'retrying', nextAt: now + wait, error: result.error }),
    ],
    events: [failure(workflow, recording, 'plan_step_failed', final, wait)],
  })
}

function recordUndoing(ports: Ports, tx: Transaction, recording: Recording): void {
  const { workflow, run, call, result, now } = recording
  if (result.ok) {
    tx.apply({
      runs: [changedRun(run, { compensation: 'completed', error: undefined })],
      events: [
        runEvent(workflow, run, 'compensation_completed', now, {
          attempt: call.attempt,
          output: result.output,
        }),
      ],
    })
    return
  }
  const failed = { ...recording, result }
  const wait = waitOf(ports, failed)
  tx.apply({
    runs: [
      changedRun(run, {
        compensation: wait === undefined ? 'failed' : 'retrying',
        nextAt: wait === undefined ? undefined : now + wait,
        error: result.error,
      }),
    ],
    events: [failure(workflow, failed, 'compensation_failed', wait === undefined, wait)],
  })
}

function failure(
  workflow: Workflow,
  { run, call, result, now }: Recording<OutboundFailure>,
  type: EventType,
  final: boolean,
  wait: number | undefined,
): Event {
  const { error, maybeDone } = result
  return runEvent(workflow, run, type, now, {
    attempt: call.attempt,
    error,
    maybe_done: maybeDone,
    final,
    retry_in_ms: wait,
  })
}

/** How long to wait before the next attempt; undefined: there is none. */
function waitOf(ports: Ports, { plan, call, result }: Recording<OutboundFailure>): number | undefined {
  if (!result.retryable) return undefined
  return waitBeforeRetry(
    retriesOf(ports, plan, call),
    call.attempt,
    chanceOf(ports.randomHex()),
    result.retryAfterMs,
  )
}

const oneAttempt: Retries = { attempts: 1, backoffMs: 0 }

function retriesOf(ports: Ports, plan: Plan, { call, position, kind }: Call): Retries {
  const own = kind === 'step' ? plan.steps[position]?.retries : undefined
  if (own) return own
  const { providers, connectors } = ports.registry()
  const target = call.kind === 'llm' ? providers.get(call.llm.provider) : connectors.get(call.connector)
  return target?.retries ?? oneAttempt
}
