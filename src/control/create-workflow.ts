/** A run begins. @module */
import { type Refusal, refuse } from '../domain/errors.js'
import type { Identity } from '../domain/identity.js'
import { workflowId } from '../domain/ids.js'
import type { JsonObject } from '../domain/json.js'
import type { Workflow, WorkflowSource } from '../domain/workflow.js'
import type { Transaction } from '../store/store.js'
import type { Ports } from './ports.js'

export interface NewWorkflow {
  readonly name: string
  readonly source: WorkflowSource
  readonly metadata: JsonObject
  readonly traceId?: string
}

/** Register a workflow, unless the tenant has as many in progress as it may (WCP §4.1). */
export function createWorkflow(
  ports: Ports,
  identity: Identity,
  asked: NewWorkflow,
): Promise<Workflow | Refusal> {
  return ports.store.transact((tx) => {
    const limit = ports.settings.maxConcurrentExecutions
    if (limit > 0 && tx.countRunning(identity) >= limit)
      return refuse('CONCURRENT_EXECUTION_LIMIT', { limit })
    const now = ports.now()
    return newWorkflow(tx, identity, { ...asked, id: workflowId(now, ports.randomHex()), now })
  })
}

/** Add a workflow in which nothing happened yet. */
export function newWorkflow(
  tx: Transaction,
  identity: Identity,
  { id, now, ...asked }: NewWorkflow & { readonly id: string; readonly now: number },
): Workflow {
  const { org, tenant, client, user, open } = identity
  return tx.createWorkflow(
    {
      key: 0,
      id,
      org,
      tenant,
      client,
      ...(user === undefined ? {} : { user }),
      name: asked.name,
      source: asked.source,
      metadata: asked.metadata,
      ...(asked.traceId === undefined ? {} : { traceId: asked.traceId }),
      status: 'in_progress',
      createdAt: now,
      version: 1,
      stepCount: 0,
      tokensIn: 0,
      tokensOut: 0,
      costUsd: 0,
      approvalsGranted: 0,
    },
    JSON.stringify({ ...asked, client, user, open_identity: open }),
  )
}
