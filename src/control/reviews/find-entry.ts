/** Finding an entry of the queue: a review, or the hold of a step under its approval id. @module */
import { type Refusal, refuse } from '../../domain/errors.js'
import type { Review } from '../../domain/review.js'
import { expireReview } from '../../domain/review-decision.js'
import type { Scope, Transaction } from '../../store/store.js'
import type { QueueEntry } from '../../store/tables.js'
import { settled } from '../scope.js'

/** The caller's entry. What has expired meanwhile is written down as expired before it is shown. */
export function findEntry(tx: Transaction, scope: Scope, id: string, now: number): QueueEntry | Refusal {
  const review = tx.reviews.find(scope, id)
  if (review) return { review: settledReview(tx, review, now) }
  const hold = tx.stepOfApproval(scope, id)
  if (!hold) return refuse('NOT_FOUND', { what: 'Approval request' })
  const workflow = settled(tx, hold.workflow, now)
  const step = tx.step(workflow, hold.step.stepId)
  return { hold: { ...hold, workflow, step: step ?? hold.step } }
}

/** The review, written down as expired where its deadline has passed. */
export function settledReview(tx: Transaction, review: Review, now: number): Review {
  const change = expireReview(review, now)
  if (!change) return review
  tx.reviews.change(change.review)
  tx.apply({ events: [change.event] })
  return change.review
}
