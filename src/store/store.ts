/**
 * The store as the rest of the house sees it: short transactions over a small state. Nothing here says libSQL; another
 * engine can serve the same interface, because every change is a compare-and-set on a version.
 * @module
 */
import type { Changes, PastEvent } from '../domain/event.js'
import type { DecisionRecord } from '../domain/gate/record.js'
import type { Step } from '../domain/step.js'
import type { Workflow } from '../domain/workflow.js'
import type { Page, PendingStep, Scope } from './scope.js'
import type { AgentTable, HistoryTable, PlanTable, QueueTable, ReviewTable } from './tables.js'

export interface WorkflowFilter {
  readonly status?: string
  readonly source?: string
  readonly traceId?: string
  readonly limit: number
  readonly offset: number
}

/** What a verb may look at. Ids of another tenant are simply not there. */
export interface Reader {
  workflow(scope: Scope, id: string): Workflow | undefined
  workflows(scope: Scope, filter: WorkflowFilter): Page<Workflow>
  /** In progress, of this tenant. */
  countRunning(scope: Scope): number
  step(workflow: Workflow, stepId: string): Step | undefined
  /** In step index order. @param checkpoints only those whose checkpoints these are */
  steps(workflow: Workflow, checkpoints?: readonly number[]): readonly Step[]
  /** Integer ids of the checkpoints of all steps, in step index order: little to read, whatever the steps hold. */
  checkpoints(workflow: Workflow): readonly number[]
  /** The step with the highest index that a gate did not block. */
  lastResumable(workflow: Workflow): Step | undefined
  /** The first step whose approval has one of these states. */
  stepHeld(workflow: Workflow, states: readonly ('pending' | 'rejected' | 'expired')[]): Step | undefined
  /** The steps that wait for a person, in step index order, those whose deadline has passed included. */
  waitingSteps(workflow: Workflow): readonly Step[]
  /** The step that is or was last held under this approval id. */
  stepOfApproval(scope: Scope, approvalId: string): PendingStep | undefined
  /** Workflows whose metadata names this plan, newest first. */
  workflowsOfPlan(scope: Scope, planId: string, limit: number): readonly Workflow[]
  /** The step whose first decision has this event number: the integer id of its checkpoint. */
  stepOfCheckpoint(workflow: Workflow, checkpoint: number): Step | undefined
  /** Newest first; `plans`: only those of workflows that name a plan, or that name this plan. */
  pendingSteps(scope: Scope, now: number, limit: number, plans?: 'any' | { id: string }): Page<PendingStep>
  /** The record of a step's latest decision. */
  record(step: Step): DecisionRecord
  /** JSON text of an event's body. */
  eventBody(seq: number): string
  /** Holds whose deadline has passed, of all tenants. For the process's own clock; a caller's have a scope. */
  overdue(now: number, limit: number, scope?: Scope): readonly { workflow: Workflow; step: Step }[]
}

/** What a verb may do: look, then write once. */
export interface Transaction extends Reader {
  readonly plans: PlanTable
  readonly agents: AgentTable
  readonly reviews: ReviewTable
  readonly queue: QueueTable
  readonly history: HistoryTable
  /** The number that the next appended event will get. */
  nextSeq(): number
  /** Add a workflow; the given key is replaced by the store's own. */
  createWorkflow(workflow: Workflow, eventBody: string): Workflow
  /**
   * Write rows and append events. The rows' versions are compared with those stored (new = stored + 1), at the latest
   * when the group ends, and those of a workflow of which only totals changed with the version before. One that differs
   * undoes the verb, which fails with an Error: with one writer that is a broken promise, with several the verb is run
   * again.
   */
  apply(changes: Changes): void
  /** Keep what a policy revision was, the first time a decision names it. */
  recordRevision(id: string, now: number, description: () => string): void
}

/** The store cannot be written or read now: nothing of the verb happened. The process goes on and tries again. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}

/** Somebody else has the database open. */
export class DatabaseInUse extends Error {
  override readonly name = 'DatabaseInUse'
}

export interface StoreHealth {
  readonly writable: boolean
  /** The last failure, while it lasts. */
  readonly fault?: string
}

export interface Store {
  /**
   * Run a verb inside the next group commit and answer with what it returns once that is durable. Verbs run one after
   * another on one thread, so what a verb read is still so when it writes. It may be run twice (another verb of its
   * group failed), so it must not have effects of its own.
   * @param reply makes what the caller is given of the verb's result: once, after the verb, while the disk is busy with it
   * @throws {StoreUnavailable}
   */
  transact<T, A = T>(verb: (tx: Transaction) => T, reply?: (result: T) => A): Promise<A>
  /** How many verbs were asked for so far. */
  asked(): number
  /**
   * Be told of events once they are durable, in their order, the ones of all tenants.
   * @returns an end to it
   */
  watch(listener: (events: readonly PastEvent[]) => void): () => void
  health(): StoreHealth
  /** Wait for what is under way, fold the log into the file, and let go of it. */
  close(): Promise<void>
}

export type { Page, PendingStep, Scope }
