/** What a verb may look at and change besides workflows: plans, agents, reviews, and the history of all. @module */
import type { AgentVersion, StoredAgent } from '../domain/agent-version.js'
import type { PastEvent } from '../domain/event.js'
import type { Plan, PlanStatus, PlanVersion } from '../domain/plan/plan.js'
import type { StepRun } from '../domain/plan/run.js'
import type { Review } from '../domain/review.js'
import type { Workflow } from '../domain/workflow.js'
import type { Page, Scope } from './store.js'

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
  /** How many of the tenant's are executing. */
  countExecuting(scope: Scope): number
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
  /** The tenant's, newest first, as many as there are; filtering and paging is the verb's. */
  all(scope: Scope, limit: number): readonly Review[]
  /** Pending ones of all tenants whose time has passed. For the process's own clock. */
  overdue(now: number, limit: number): readonly Review[]
  create(review: Review): Review
  /** Change it, if it is still at the version before. */
  change(review: Review): void
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
  /** Runs of the tenant, newest first, those that were deleted from view left out. */
  executions(scope: Scope, filter: ExecutionFilter): Page<ExecutionRow>
  /** Take a run out of the execution lists. The record of its decisions stays. */
  forget(scope: Scope, id: string, now: number): void
  isForgotten(scope: Scope, id: string): boolean
}
