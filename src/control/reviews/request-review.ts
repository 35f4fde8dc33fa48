/** Somebody asks for a person's decision. @module */
import type { Identity } from '../../domain/identity.js'
import { timeOrderedUuid } from '../../domain/ids.js'
import type { Review } from '../../domain/review.js'
import { type AskedReview, newReview } from '../../domain/review-decision.js'
import type { Ports } from '../ports.js'

/** Put a request into the queue (MAP contract §5.1). */
export function requestReview(ports: Ports, identity: Identity, asked: AskedReview): Promise<Review> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    const { review, event } = newReview(timeOrderedUuid(now, ports.randomHex()), asked, identity, now)
    const stored = tx.reviews.create(review)
    tx.apply({ events: [event] })
    return stored
  })
}
