/** Looking at runs. @module */
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import {
  type Execution,
  type ExecutionHead,
  type ExecutionType,
  isExecutionOver,
} from '../../domain/execution/execution.js'
import { planStatusesOf } from '../../domain/execution/plan-execution.js'
import { type Replay, replayOf } from '../../domain/execution/replay.js'
import { workflowStatusesOf } from '../../domain/execution/workflow-execution.js'
import type { Identity } from '../../domain/identity.js'
import type { Ports } from '../ports.js'
import { eventsOf, executionOf, findRun, recordedSteps } from './find-run.js'
import { type ListedRun, listRuns } from './list-runs.js'

/** Which runs to list; absent members mean all. Instants are Unix milliseconds, both inclusive. */
export interface ExecutionQuery {
  readonly type?: ExecutionType
  /** A word of `ExecutionStatus`; another word is the status of no run. */
  readonly status?: string
  readonly idOrName?: string
  readonly startedFrom?: number
  readonly startedTo?: number
  readonly signal?: 'approval_pending' | 'policy_block'
  readonly limit: number
  readonly offset: number
}

/** The present state of a run, by its plan's or workflow's id (MAP contract §2.5). */
export function getExecution(ports: Ports, identity: Identity, id: string): Promise<Execution | Refusal> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    const run = findRun(tx, identity, id, now)
    return isRefusal(run) ? run : executionOf(tx, run, now)
  })
}

/** A run with all that is recorded of it (MAP contract §2.2). */
export function getReplay(ports: Ports, identity: Identity, id: string): Promise<Replay | Refusal> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    const run = findRun(tx, identity, id, now)
    if (isRefusal(run)) return run
    const steps = recordedSteps(tx, run.workflow)
    return replayOf(executionOf(tx, run, now, steps), steps, eventsOf(tx, run))
  })
}

/** A page of runs, newest first. */
export interface ExecutionPage<T> {
  readonly rows: readonly T[]
  readonly total: number
}

/** Runs with their steps (MAP contract §2.4). One with more than `stepsListed` steps is listed without them. */
export const listExecutions = (
  ports: Ports,
  identity: Identity,
  query: ExecutionQuery,
): Promise<ExecutionPage<ListedRun>> => listRuns(ports, identity, filterOf(query, ports.now()), true)

/** Runs without their steps (MAP contract §2.1). */
export const listHeads = (
  ports: Ports,
  identity: Identity,
  query: ExecutionQuery,
): Promise<ExecutionPage<ExecutionHead>> => listRuns(ports, identity, filterOf(query, ports.now()), false)

function filterOf({ status, ...rest }: ExecutionQuery, now: number) {
  return {
    ...rest,
    now,
    ...(status === undefined
      ? {}
      : { workflowStatuses: workflowStatusesOf(status), planStatuses: planStatusesOf(status) }),
  }
}

/** Take a run that is over out of the lists (MAP contract §2.2). The record of its decisions stays. */
export function forgetExecution(ports: Ports, identity: Identity, id: string): Promise<Refusal | undefined> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    const run = findRun(tx, identity, id, now)
    if (isRefusal(run)) return run
    const { id: executionId, status } = executionOf(tx, run, now, [])
    if (!isExecutionOver(status)) return refuse('EXECUTION_NOT_OVER', { status })
    tx.history.forget(identity, executionId, now)
    return undefined
  })
}
