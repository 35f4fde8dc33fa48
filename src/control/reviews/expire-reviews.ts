/** The clock decides what people did not. @module */
import type { Identity } from '../../domain/identity.js'
import { settleOverdue } from '../decide-approval.js'
import type { Ports } from '../ports.js'
import { settledReview } from './find-entry.js'

/** Write down every review whose deadline has passed. @returns how many */
export function expireReviews(ports: Ports): Promise<number> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    const overdue = tx.reviews.overdue(now, sweepLimit)
    for (const review of overdue) settledReview(tx, review, now)
    return overdue.length
  })
}

/** The same for one tenant, the holds of steps included. @returns how many of both */
export function expireQueue(ports: Ports, identity: Identity): Promise<number> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    const overdue = tx.reviews.overdue(now, sweepLimit, identity)
    for (const review of overdue) settledReview(tx, review, now)
    return overdue.length + settleOverdue(tx, tx.overdue(now, sweepLimit, identity), now)
  })
}

/** So many are written down in one group commit; the rest waits for the next time. */
const sweepLimit = 500
