/** Rows to domain values and back. The order of columns is written once, here. @module */
import type { Decision } from '../domain/decision.js'
import type { JsonObject } from '../domain/json.js'
import type { Approval, Step, StepType } from '../domain/step.js'
import type { Workflow, WorkflowSource, WorkflowStatus } from '../domain/workflow.js'
import type { SqlValue } from './database.js'

type Row = readonly SqlValue[]

export const workflowColumns =
  'key, id, org, tenant, client, user, name, source, metadata, trace_id, created_at, version, status, ended_at, end_reason, total_steps, step_count, tokens_in, tokens_out, cost_usd, approvals_granted, pending_step'

export function workflowRow(w: Workflow): SqlValue[] {
  const constant = [w.key, w.id, w.org, w.tenant, w.client, w.user ?? null, w.name, w.source]
  return [...constant, JSON.stringify(w.metadata), w.traceId ?? null, w.createdAt, ...workflowState(w)]
}

export const workflowStateColumns = workflowColumns.split(', ').slice(11)

/** The columns that change. */
export function workflowState(w: Workflow): SqlValue[] {
  return [
    w.version,
    w.status,
    w.endedAt ?? null,
    w.endReason ?? null,
    w.totalSteps ?? null,
    w.stepCount,
    w.tokensIn,
    w.tokensOut,
    w.costUsd,
    w.approvalsGranted,
    w.pendingStep ?? null,
  ]
}

export function workflowOf(row: Row): Workflow {
  const [key, id, org, tenant, client, user, name, source, metadata, traceId, createdAt, version, status] =
    row
  const [
    endedAt,
    endReason,
    totalSteps,
    stepCount,
    tokensIn,
    tokensOut,
    costUsd,
    approvalsGranted,
    pendingStep,
  ] = row.slice(13)
  return {
    key: key as number,
    id: id as string,
    org: org as string,
    tenant: tenant as string,
    client: client as string,
    name: name as string,
    source: source as WorkflowSource,
    metadata: JSON.parse(metadata as string) as JsonObject,
    createdAt: createdAt as number,
    version: version as number,
    status: status as WorkflowStatus,
    stepCount: stepCount as number,
    tokensIn: tokensIn as number,
    tokensOut: tokensOut as number,
    costUsd: costUsd as number,
    approvalsGranted: approvalsGranted as number,
    ...given({ user, traceId, endedAt, endReason, totalSteps, pendingStep }),
  } as Workflow
}

export const stepColumns =
  'workflow_key, step_id, step_index, checkpoint, version, name, type, tool_name, model, provider, decision, reason, decision_id, decision_seq, content_digest, idempotency_key, gate_count, first_gate_at, last_gate_at, decided_at, tokens_in, tokens_out, cost_usd, approval_status, approval_expires_at, approval, completion_count, completed_at, output_seq, resume_count, last_resumed_at'

/** How many of the columns a first gate fills; the rest have defaults. */
export const firstGateColumns = 26

/** The columns of a step as a first gate leaves it. */
export function firstStepRow(s: Step): SqlValue[] {
  const { approval } = s
  return [
    s.workflowKey,
    s.stepId,
    s.index,
    s.checkpoint,
    s.version,
    s.name ?? null,
    s.type,
    s.toolName ?? null,
    s.model ?? null,
    s.provider ?? null,
    s.decision,
    s.reason,
    s.decisionId,
    s.decisionSeq,
    s.contentDigest,
    s.idempotencyKey,
    s.gateCount,
    s.firstGateAt,
    s.lastGateAt,
    s.decidedAt,
    s.tokensIn ?? null,
    s.tokensOut ?? null,
    s.costUsd ?? null,
    approval?.status ?? null,
    approval?.expiresAt ?? null,
    approval ? JSON.stringify(approval) : null,
  ]
}

export function stepRow(s: Step): SqlValue[] {
  const later = [
    s.completionCount,
    s.completedAt ?? null,
    s.outputSeq ?? null,
    s.resumeCount,
    s.lastResumedAt ?? null,
  ]
  return [...firstStepRow(s), ...later]
}

export function stepOf(row: Row): Step {
  const [
    workflowKey,
    stepId,
    index,
    checkpoint,
    version,
    name,
    type,
    toolName,
    model,
    provider,
    decision,
    reason,
  ] = row
  const [
    decisionId,
    decisionSeq,
    contentDigest,
    idempotencyKey,
    gateCount,
    firstGateAt,
    lastGateAt,
    decidedAt,
  ] = row.slice(12)
  const [
    tokensIn,
    tokensOut,
    costUsd,
    ,
    ,
    approval,
    completionCount,
    completedAt,
    outputSeq,
    resumeCount,
    lastResumedAt,
  ] = row.slice(20)
  return {
    workflowKey: workflowKey as number,
    stepId: stepId as string,
    index: index as number,
    checkpoint: checkpoint as number,
    version: version as number,
    type: type as StepType,
    decision: decision as Decision,
    reason: reason as string,
    decisionId: decisionId as string,
    decisionSeq: decisionSeq as number,
    contentDigest: contentDigest as string,
    idempotencyKey: idempotencyKey as string,
    gateCount: gateCount as number,
    firstGateAt: firstGateAt as number,
    lastGateAt: lastGateAt as number,
    decidedAt: decidedAt as number,
    completionCount: completionCount as number,
    resumeCount: resumeCount as number,
    ...(approval == null ? {} : { approval: JSON.parse(approval as string) as Approval }),
    ...given({
      name,
      toolName,
      model,
      provider,
      tokensIn,
      tokensOut,
      costUsd,
      completedAt,
      outputSeq,
      lastResumedAt,
    }),
  } as Step
}

/** The members that are there: a NULL column is an absent member. */
function given(columns: Record<string, SqlValue | undefined>): Record<string, SqlValue> {
  const present: Record<string, SqlValue> = {}
  for (const name in columns) {
    const value = columns[name]
    if (value !== null && value !== undefined) present[name] = value
  }
  return present
}
