/** Runs on the wire, as the replay plane shows them (MAP contract §2.1, §2.2). @module */
import { actionable, type PolicyMatch } from '../../domain/decision.js'
import type { ExecutionHead, GatedPart } from '../../domain/execution/execution.js'
import type { Replay, ReplayStep } from '../../domain/execution/replay.js'
import type { ToldEvent } from '../../domain/execution/told-event.js'
import { instant } from '../../domain/instant.js'
import { plainText } from '../../domain/plan/template.js'
import { wireHold } from './execution.js'
import { policyIds, wireMatch } from './gate.js'

/** Characters of an output that a summary shows. */
const summaryLength = 200

/** A run in short. */
export function wireSummary(head: ExecutionHead): Record<string, unknown> {
  return {
    request_id: head.id,
    workflow_name: head.name,
    execution_type: head.type,
    workflow_id: head.workflowId,
    plan_id: head.planId,
    status: head.status,
    signals: head.signals,
    total_steps: head.totalSteps,
    completed_steps: head.completedSteps,
    started_at: instant(head.startedAt),
    completed_at: head.endedAt === undefined ? undefined : instant(head.endedAt),
    duration_ms: head.durationMs,
    total_tokens: head.tokensIn + head.tokensOut,
    total_cost_usd: head.costUsd,
    org_id: head.org,
    tenant_id: head.tenant,
    user_id: head.user,
    client_id: head.client,
    input_summary: head.planId === undefined ? undefined : cut(head.name),
    output_summary: head.result === undefined ? undefined : cut(plainText(head.result)),
    error_message: head.error,
    created_at: instant(head.createdAt),
    updated_at: instant(head.updatedAt),
  }
}

const cut = (text: string): string =>
  text.length > summaryLength ? `${text.slice(0, summaryLength - 1)}…` : text

/** A run with its steps. */
export const wireReplay = ({ execution, steps, events }: Replay): Record<string, unknown> => ({
  summary: wireSummary(execution),
  steps: steps.map((step) => wireSnapshot(execution, step)),
  events: events.map((event) => wireEvent(event)),
})

/** A step with what it was asked and what came out. The SDKs read policies as lists of ids. */
export function wireSnapshot(execution: ExecutionHead, step: ReplayStep): Record<string, unknown> {
  const { gate, run } = step
  const approval = gate?.approval
  return {
    request_id: execution.id,
    step_index: step.index,
    step_id: step.id,
    step_name: step.name,
    step_type: step.type,
    status: step.status,
    started_at: instant(step.startedAt),
    completed_at: step.endedAt === undefined ? undefined : instant(step.endedAt),
    duration_ms: step.durationMs,
    input: step.input,
    tool_name: step.toolName,
    tool_input: step.toolInput,
    output: step.output,
    provider: step.provider,
    model: step.model,
    tokens_in: step.tokensIn,
    tokens_out: step.tokensOut,
    cost_usd: step.costUsd,
    policies_checked: policyIds(gate?.policies ?? []),
    policies_triggered: policyIds(actionable(gate?.policies ?? [])),
    ...(gate
      ? {
          decision: gate.decision,
          decision_id: gate.decisionId,
          decision_reason: gate.reason,
          policy_bundle: gate.revision,
          approval_required: approval !== undefined,
          ...wireHold(gate),
        }
      : {}),
    run_state: run?.state,
    compensation: run?.compensation,
    ungated: step.ungated ? true : undefined,
    error_message: step.error,
    retry_count: step.retryCount,
    created_at: instant(step.startedAt),
  }
}

/** A step as a point in time, and everything that happened to it. */
export const wireTimelineEntry = (step: ReplayStep): Record<string, unknown> => ({
  step_index: step.index,
  step_name: step.name,
  status: step.status,
  started_at: instant(step.startedAt),
  completed_at: step.endedAt === undefined ? undefined : instant(step.endedAt),
  duration_ms: step.durationMs,
  has_error: step.error !== undefined && step.error !== '',
  has_approval: step.status === 'paused',
  step_id: step.id,
  step_type: step.type,
  retry_count: step.retryCount,
  error_message: step.error,
  ungated: step.ungated ? true : undefined,
  events: step.events.map((event) => wireEvent(event)),
})

/** Which parts of the steps an export holds. */
export interface ExportParts {
  readonly input: boolean
  readonly output: boolean
  readonly policies: boolean
}

/** A run to keep or to hand on: policies are whole here, and outputs stand with the events that brought them. */
export function wireExport(replay: Replay, parts: ExportParts, format: string, now: number): unknown {
  return {
    exported_at: instant(now),
    format,
    execution: {
      summary: wireSummary(replay.execution),
      steps: replay.steps.map((step) => {
        const { input, tool_input, output, ...rest } = wireSnapshot(replay.execution, step)
        return {
          ...rest,
          ...(parts.input ? { input, tool_input } : {}),
          ...(parts.output ? { output } : {}),
          policies_checked: parts.policies ? policyIds(step.gate?.policies ?? []) : null,
          policies_triggered: parts.policies && step.gate ? triggered(step.gate) : parts.policies ? [] : null,
          events: step.events.map((event) => wireEvent(event, parts)),
        }
      }),
      events: replay.events.map((event) => wireEvent(event, parts)),
    },
  }
}

/** Every policy whose conditions held, and what became of it. */
const triggered = (gate: GatedPart): unknown[] =>
  gate.policies.map((match) => ({ ...wireMatch(match), matched: true, resolution: resolution(match, gate) }))

function resolution({ action, enforcement }: PolicyMatch, gate: GatedPart): string {
  if (enforcement === 'shadow') return 'shadow'
  if (action === 'block') return 'blocked'
  if (action === 'redact') return 'redacted'
  if (action !== 'require_approval') return 'reported'
  return gate.approval?.status ?? 'overruled'
}

const wireName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const nothing: ExportParts = { input: false, output: false, policies: true }

function wireEvent(event: ToldEvent, parts: ExportParts = nothing): Record<string, unknown> {
  return {
    type: event.type,
    at: instant(event.at),
    seq: event.seq,
    ...Object.fromEntries(Object.entries(event.facts).map(([name, value]) => [wireName(name), value])),
    ...(event.policies && parts.policies ? { policies: event.policies.map(wireMatch) } : {}),
    ...(event.output !== undefined && parts.output ? { output: event.output } : {}),
  }
}
