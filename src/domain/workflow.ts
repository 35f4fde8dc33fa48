/** A workflow: one run of somebody's orchestrator. @module */
import type { JsonObject } from './json.js'
import type { Writable } from './writable.js'

export const workflowSources = ['langgraph', 'langchain', 'crewai', 'external'] as const
export type WorkflowSource = (typeof workflowSources)[number]

export const workflowStatuses = ['in_progress', 'completed', 'failed', 'aborted'] as const
export type WorkflowStatus = (typeof workflowStatuses)[number]

/**
 * A workflow and the running totals that gates read, so that a gate on a workflow of 10,000 steps costs what a gate on
 * 10 costs. Instants are Unix milliseconds.
 */
export interface Workflow {
  /** The store's own row number; opaque to the domain. */
  readonly key: number
  readonly id: string
  readonly org: string
  readonly tenant: string
  readonly client: string
  readonly user?: string
  readonly name: string
  readonly source: WorkflowSource
  readonly metadata: JsonObject
  readonly traceId?: string
  readonly status: WorkflowStatus
  readonly createdAt: number
  readonly endedAt?: number
  /** Why it failed or was aborted. */
  readonly endReason?: string
  /** Set when the workflow ends. */
  readonly totalSteps?: number
  /** Rises by one with every change; each write compares it. */
  readonly version: number
  /** Distinct steps gated so far: also the index of the newest one. */
  readonly stepCount: number
  readonly tokensIn: number
  readonly tokensOut: number
  readonly costUsd: number
  readonly approvalsGranted: number
  /** The step that waits for a person. At most one: while it waits no other step is gated. */
  readonly pendingStep?: string
}

/**
 * A copy to be changed. Member by member: of `{ ...workflow }` V8 makes a hidden class for each copy of a copy, and soon
 * copies and reads all of them in its slowest way.
 */
export function copyOf(w: Workflow): Writable<Workflow> {
  const copy: Writable<Workflow> = {
    key: w.key,
    id: w.id,
    org: w.org,
    tenant: w.tenant,
    client: w.client,
    name: w.name,
    source: w.source,
    metadata: w.metadata,
    status: w.status,
    createdAt: w.createdAt,
    version: w.version,
    stepCount: w.stepCount,
    tokensIn: w.tokensIn,
    tokensOut: w.tokensOut,
    costUsd: w.costUsd,
    approvalsGranted: w.approvalsGranted,
  }
  if (w.user !== undefined) copy.user = w.user
  if (w.traceId !== undefined) copy.traceId = w.traceId
  if (w.endedAt !== undefined) copy.endedAt = w.endedAt
  if (w.endReason !== undefined) copy.endReason = w.endReason
  if (w.totalSteps !== undefined) copy.totalSteps = w.totalSteps
  if (w.pendingStep !== undefined) copy.pendingStep = w.pendingStep
  return copy
}

/** A running total without what was counted before and with what is now; never more than a number can say. */
export function total(before: number, less: number, more: number): number {
  return Math.min(before - less + more, Number.MAX_VALUE)
}

export const isTerminal = (status: WorkflowStatus): boolean => status !== 'in_progress'
