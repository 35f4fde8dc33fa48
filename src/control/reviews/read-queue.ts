/** Looking at the queue. @module */

import { isRefusal, type Refusal } from '../../domain/errors.js'
import type { PastEvent } from '../../domain/event.js'
import type { Identity } from '../../domain/identity.js'
import type { Page } from '../../store/store.js'
import type { QueueCounts, QueueEntry, QueueFilter } from '../../store/tables.js'
import type { Ports } from '../ports.js'
import { findEntry } from './find-entry.js'

/** The tenant's queue: requests and the holds of steps in one order (MAP contract §5.1). */
export function listQueue(ports: Ports, identity: Identity, filter: QueueFilter): Promise<Page<QueueEntry>> {
  return ports.store.transact((tx) => tx.queue.page(identity, filter, ports.now()))
}

/** One entry, by the id of the review or of the hold. */
export function getEntry(ports: Ports, identity: Identity, id: string): Promise<QueueEntry | Refusal> {
  return ports.store.transact((tx) => findEntry(tx, identity, id, ports.now()))
}

/** An entry and what happened to it, oldest first. */
export interface EntryHistory {
  readonly entry: QueueEntry
  readonly events: readonly PastEvent[]
}

/** What happened to an entry. Of a hold: the gate that made it, and every word on it since. */
export function entryHistory(ports: Ports, identity: Identity, id: string): Promise<EntryHistory | Refusal> {
  return ports.store.transact((tx) => {
    const entry = findEntry(tx, identity, id, ports.now())
    if (isRefusal(entry)) return entry
    if ('review' in entry) return { entry, events: tx.history.about(`review:${id}`) }
    const { workflow, step } = entry.hold
    const events = tx.history.ofWorkflow(workflow).filter(({ stepId, seq, type, body }) => {
      if (stepId !== step.stepId) return false
      return seq === step.decisionSeq || (type.startsWith('approval_') && approvalOf(body) === id)
    })
    return { entry, events }
  })
}

const approvalOf = (body: string): unknown => (JSON.parse(body) as { approval_id?: unknown }).approval_id

/** What waits for the tenant's reviewers now. */
export interface QueueStats extends QueueCounts {
  /** Unix milliseconds. */
  readonly now: number
}

export function queueStats(ports: Ports, identity: Identity): Promise<QueueStats> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    return { ...tx.queue.pending(identity, now), now }
  })
}
