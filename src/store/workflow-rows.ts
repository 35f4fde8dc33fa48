/** Workflow rows to domain values and back. The order of columns is written once, here. @module */
import type { JsonObject } from '../domain/json.js'
import type { Workflow, WorkflowSource, WorkflowStatus } from '../domain/workflow.js'
import type { SqlValue } from './database.js'

type Row = readonly SqlValue[]

export const workflowColumns =
  'key, id, org, tenant, client, user, name, source, metadata, trace_id, created_at, version, status, ended_at, end_reason, total_steps, step_count, tokens_in, tokens_out, cost_usd, approvals_granted, pending_step'

export function workflowRow(w: Workflow): SqlValue[] {
  const constant = [w.key, w.id, w.org, w.tenant, w.client, w.user ?? null, w.name, w.source]
  return [...constant, JSON.stringify(w.metadata), w.traceId ?? null, w.createdAt, ...workflowState(w)]
}

/** The columns that change. Records of decisions are read together with the others, which must stay as they were made. */
export const workflowStateColumns = workflowColumns.split(', ').slice(11)

/** Values of `workflowStateColumns`. */
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

/** The members that are there: a NULL column is an absent member. */
export function given(columns: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const present: Record<string, unknown> = {}
  for (const name in columns) {
    const value = columns[name]
    if (value !== null && value !== undefined) present[name] = value
  }
  return present
}
