/** What a verb may look at and change besides workflows: plans, agents, reviews, and the history of all. @module */
import type { AgentVersion, StoredAgent } from '../domain/agent-version.js'
import type { PastEvent } from '../domain/event.js'
import type { LatestEvent } from '../domain/execution/execution.js'
import type { StepTally } from '../domain/execution/workflow-execution.js'
import type { Plan, PlanStatus, PlanVersion } from '../domain/plan/plan.js'
import type { StepRun } from '../domain/plan/run.js'
import type { Review } from '../domain/review.js'
import type { Workflow } from '../domain/workflow.js'
import type { Page, PendingStep, Scope } from './scope.js'

export interface PlanFilter {
  readonly status?: PlanStatus
  readonly domain?: string
  readonly limit: number
  readonly offset: number
}

/** Plans and how far their steps are. Changes of plans and runs go through `Transaction.apply`. */
export interface PlanTable {
  find(scope: Scope, id: string): Plan | undefined
  byKey(key: number): Plan
  /** The plan that a workflow runs. */
  ofWorkflow(workflowKey: number): Plan | undefined
  /** Newest first. */
  list(scope: Scope, filter: PlanFilter): Page<Plan>
  /** Keys of the plans of all tenants that are executing. For the process's own runner, never for a caller. */
  executing(): readonly number[]
  /** Pending plans of all tenants whose time has passed. For the process's own clock. */
  overdue(now: number, limit: number): readonly Plan[]
  /** In the order of the plan's steps; none before it is executed. */
  runs(plan: Plan): readonly StepRun[]
  /** Oldest first. */
  versions(plan: Plan): readonly PlanVersion[]
  /** Add a plan; the given key is replaced by the store's own. */
  create(plan: Plan, eventBody: string): Plan
  keepVersion(plan: Plan, version: PlanVersion): void
}

/** Agent configurations in the database. */
export interface AgentTable {
  /** By id, else by name, else by `<domain>/<name>`. */
  find(scope: Scope, idOrName: string): StoredAgent | undefined
  /** One that was deleted, by id. */
  findDeleted(scope: Scope, id: string): StoredAgent | undefined
  /** The tenant's, by name. There are few, so paging and filtering is the verb's. */
  all(scope: Scope): readonly StoredAgent[]
  /** Newest first. */
  versions(agent: StoredAgent, limit: number): readonly AgentVersion[]
  version(agent: StoredAgent, version: number): AgentVersion | undefined
  /** Add an agent with its first version; the given key is replaced by the store's own. */
  create(agent: StoredAgent, version: Omit<AgentVersion, 'after'>): StoredAgent
  /** Change it, if it is still at the version before, and keep the version. */
  change(agent: StoredAgent, version: Omit<AgentVersion, 'after'>): void
}

/** Requests for a person's decision outside workflows. */
export interface ReviewTable {
  find(scope: Scope, id: string): Review | undefined
  /** Pending ones whose time has passed, of all tenants. For the process's own clock; a caller's have a scope. */
  overdue(now: number, limit: number, scope?: Scope): readonly Review[]
  create(review: Review): Review
  /** Change it, if it is still at the version before. */
  change(review: Review): void
}

/** By what the queue can be ordered. */
export const queueOrders = [
  'created_at',
  'updated_at',
  'status',
  'severity',
  'expires_at',
  'reviewed_at',
] as const
export type QueueOrder = (typeof queueOrders)[number]

/** What to show of the queue; an absent filter means all. */
export interface QueueFilter {
  readonly statuses?: readonly string[]
  readonly severities?: readonly string[]
  readonly policyId?: string
  readonly clientId?: string
  readonly userId?: string
  readonly orderBy: QueueOrder
  readonly ascending: boolean
  readonly limit: number
  readonly offset: number
}

/** One entry: a request that was made by itself, or the latest hold of a step. */
export type QueueEntry = { readonly review: Review } | { readonly hold: PendingStep }

/** What waits. */
export interface QueueCounts {
  readonly bySeverity: Readonly<Record<string, number>>
  /** Unix milliseconds. */
  readonly oldestAt?: number
}

/** All that waits or waited for a person's decision: reviews and the holds of steps in one order. */
export interface QueueTable {
  page(scope: Scope, filter: QueueFilter, now: number): Page<QueueEntry>
  pending(scope: Scope, now: number): QueueCounts
}

/** What to show of all runs, planned or not. */
export interface ExecutionFilter {
  readonly type?: 'map_plan' | 'wcp_workflow'
  /** Id of the workflow or plan, or its name. */
  readonly idOrName?: string
  /** Unix milliseconds, both inclusive. */
  readonly startedFrom?: number
  readonly startedTo?: number
  readonly limit: number
  readonly offset: number
  /** Words of `workflows.status`; absent: all. */
  readonly workflowStatuses?: readonly string[]
  /** Words of `plans.status`; absent: all. */
  readonly planStatuses?: readonly string[]
  /** Only runs with a step that waits for an approver, or that policy blocks. */
  readonly signal?: 'approval_pending' | 'policy_block'
  /** Unix milliseconds: a hold whose time is over does not wait any more. */
  readonly now: number
}

/** One run: a workflow, a plan that was not executed yet, or a plan with its workflow. */
export interface ExecutionRow {
  readonly plan?: Plan
  readonly workflow?: Workflow
}

/** History, read. */
export interface HistoryTable {
  /** Of a workflow, oldest first. */
  ofWorkflow(workflow: Workflow): readonly PastEvent[]
  /** About `plan:<id>`, `agent:<id>`, `review:<id>`, oldest first. */
  about(subject: string): readonly PastEvent[]
  /** The latest event of a run, gates that were answered from the record not counted. */
  latest(workflow: Workflow | undefined, planId: string | undefined): LatestEvent
  /** Ids of a workflow's steps that something happened to after that event, in no order. */
  stepsSince(workflow: Workflow, seq: number): readonly string[]
  /** How many steps of a workflow are in which state. */
  tally(workflow: Workflow, now: number): StepTally
  /** Runs of the tenant, newest first, those that were deleted from view left out unless they run again. */
  executions(scope: Scope, filter: ExecutionFilter): Page<ExecutionRow>
  /** Take a run out of the execution lists. The record of its decisions stays. */
  forget(scope: Scope, id: string, now: number): void
  isForgotten(scope: Scope, id: string): boolean
}
