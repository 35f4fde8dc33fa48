/** Runs on the wire, as the unified plane shows them (MAP contract §2.3). @module */
import type { ListedRun } from '../../control/executions/list-runs.js'
import { actionable } from '../../domain/decision.js'
import type { Execution, ExecutionStep, GatedPart } from '../../domain/execution/execution.js'
import { instant } from '../../domain/instant.js'
import { durationText } from './duration.js'
import { line } from './errors.js'
import { policyIds } from './gate.js'

/** The whole state of a run. Inputs and outputs are in the replay: a stream sends this with every change. */
export function wireExecution(execution: ListedRun): Record<string, unknown> {
  const { durationMs, endedAt, steps } = execution
  return {
    execution_id: execution.id,
    execution_type: execution.type,
    name: execution.name,
    source: execution.source,
    status: execution.status,
    current_step_index: execution.stepIndex,
    total_steps: execution.totalSteps,
    progress_percent: execution.progress,
    started_at: instant(execution.startedAt),
    completed_at: endedAt === undefined ? undefined : instant(endedAt),
    duration: durationMs === undefined ? undefined : durationText(durationMs),
    estimated_cost_usd: execution.estimatedUsd,
    actual_cost_usd: execution.costUsd,
    completed_steps: execution.completedSteps,
    signals: execution.signals,
    ...(steps ? { steps: steps.map(wireStep) } : { steps_omitted: true }),
    error: execution.error,
    tenant_id: execution.tenant,
    org_id: execution.org,
    user_id: execution.user,
    client_id: execution.client,
    metadata: execution.metadata,
    created_at: instant(execution.createdAt),
    updated_at: instant(execution.updatedAt),
  }
}

/** One step of a run. */
export function wireStep(step: ExecutionStep): Record<string, unknown> {
  const { gate, run, durationMs } = step
  return {
    step_id: step.id,
    step_index: step.index,
    step_name: step.name,
    step_type: step.type,
    status: step.status,
    started_at: step.startedAt === undefined ? undefined : instant(step.startedAt),
    ended_at: step.endedAt === undefined ? undefined : instant(step.endedAt),
    duration: durationMs === undefined ? undefined : durationText(durationMs),
    ...(gate ? wireGate(gate) : {}),
    model: step.model,
    provider: step.provider,
    cost_usd: step.costUsd,
    tokens_in: step.tokensIn,
    tokens_out: step.tokensOut,
    error: step.error,
    ...(run
      ? {
          run_state: run.state,
          attempts: run.attempt,
          next_attempt_at: run.nextAt === undefined ? undefined : instant(run.nextAt),
          compensation: run.compensation,
        }
      : {}),
  }
}

function wireGate(gate: GatedPart): Record<string, unknown> {
  const matched = actionable(gate.policies)
  return {
    decision: gate.decision,
    decision_id: gate.decisionId,
    decision_reason: gate.reason,
    policies_matched: matched.length === 0 ? undefined : policyIds(matched),
    ...wireHold(gate),
  }
}

/** The hold of a step; the SDKs know no `expired`, so it counts as `rejected` and `approval_expired` says how it came about. */
export function wireHold({ approval }: GatedPart): Record<string, unknown> {
  if (!approval) return {}
  const { status, decidedBy, decidedAt } = approval
  const who = status === 'approved' ? 'approved' : 'rejected'
  return {
    approval_status: status === 'expired' ? 'rejected' : status,
    approval_expired: status === 'expired' ? true : undefined,
    approval_id: approval.id,
    approval_expires_at: instant(approval.expiresAt),
    [`${who}_by`]: decidedBy,
    [`${who}_at`]: decidedAt === undefined ? undefined : instant(decidedAt),
  }
}

const texts = new WeakMap<Execution, string>()

/** The same as JSON on one line; made once, however many streams send it. */
export function executionText(execution: Execution): string {
  const known = texts.get(execution)
  if (known !== undefined) return known
  const text = line(wireExecution(execution))
  texts.set(execution, text)
  return text
}
