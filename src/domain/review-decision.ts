/** A request for a person's decision is made, and a person decides it, or time does. @module */
import { expiredBy } from './approval.js'
import { type Refusal, refuse } from './errors.js'
import type { Event } from './event.js'
import { actor, type Identity } from './identity.js'
import type { JsonObject } from './json.js'
import type { Review, ReviewStatus, Severity } from './review.js'

/** What a caller asks of the reviewers. */
export interface AskedReview {
  readonly severity: Severity
  /** Milliseconds until it counts as denied. */
  readonly expiresInMs: number
  /** The wire's own members, checked. */
  readonly request: JsonObject
}

/** How a review can be decided. An override lets the work go on by somebody's authority, whatever a review would say. */
export type ReviewRuling = 'approve' | 'reject' | 'override'

/** Somebody's word on a review. */
export interface ReviewWord {
  readonly by: Identity
  /** The comment or the justification. */
  readonly words: string
  readonly now: number
  /** Who the request's body says decided: recorded, never believed. */
  readonly claimed?: JsonObject | undefined
}

/** A review as it stands now, and what to append to the history. */
export interface ReviewChange {
  readonly review: Review
  readonly event: Event
}

/** A new review, not yet numbered by the store. */
export function newReview(id: string, asked: AskedReview, identity: Identity, now: number): ReviewChange {
  const review: Review = {
    key: 0,
    id,
    org: identity.org,
    tenant: identity.tenant,
    client: identity.client,
    requestedBy: actor(identity),
    version: 1,
    status: 'pending',
    severity: asked.severity,
    createdAt: now,
    updatedAt: now,
    expiresAt: now + asked.expiresInMs,
    request: asked.request,
    openIdentity: identity.open,
  }
  const body = {
    by: review.requestedBy,
    client: review.client,
    severity: review.severity,
    expires_at: review.expiresAt,
    request: review.request,
    open_identity: identity.open,
  }
  return { review, event: eventOf(review, 'review_requested', now, body) }
}

/** The status at an instant: a review whose deadline has passed counts as expired before anyone wrote it down. */
export const reviewStatusAt = ({ status, expiresAt }: Review, now: number): ReviewStatus =>
  status === 'pending' && expiresAt <= now ? 'expired' : status

const outcomes: Readonly<Record<ReviewRuling, ReviewStatus>> = {
  approve: 'approved',
  reject: 'rejected',
  override: 'overridden',
}

/** Decide a review (MAP contract §5.1). The first decision stands; nobody decides after the deadline. */
export function decideReview(review: Review, ruling: ReviewRuling, word: ReviewWord): Refusal | ReviewChange {
  const status = reviewStatusAt(review, word.now)
  if (status !== 'pending') return refuse('REVIEW_DECIDED', { status })
  const { by } = word
  const { email: deciderEmail, role: deciderRole } = by
  const after: Review = {
    ...closed(review, outcomes[ruling], actor(by), word.words, word.now),
    ...(deciderEmail === undefined ? {} : { deciderEmail }),
    ...(deciderRole === undefined ? {} : { deciderRole }),
  }
  return { review: after, event: decidedEvent(after, word.now, by.open, word.claimed) }
}

/** Write down that a review's deadline has passed; undefined where it has not. */
export function expireReview(review: Review, now: number): ReviewChange | undefined {
  if (review.status !== 'pending' || review.expiresAt > now) return undefined
  const after = closed(review, 'expired', expiredBy, 'Nobody decided in time', now)
  return { review: after, event: decidedEvent(after, now, false) }
}

function closed(review: Review, status: ReviewStatus, by: string, words: string, now: number): Review {
  return {
    ...review,
    version: review.version + 1,
    status,
    updatedAt: now,
    decidedBy: by,
    decidedAt: now,
    comment: words,
  }
}

function decidedEvent(after: Review, now: number, open: boolean, claimed?: JsonObject): Event {
  const body = {
    status: after.status,
    by: after.decidedBy,
    comment: after.comment,
    requested_by: after.requestedBy,
    self_approved: after.status === 'approved' && after.decidedBy === after.requestedBy,
    open_identity: open,
    claimed_by: claimed,
  }
  return eventOf(after, 'review_decided', now, body)
}

const eventOf = (review: Review, type: Event['type'], at: number, body: object): Event => ({
  workflowKey: 0,
  subject: `review:${review.id}`,
  type,
  at,
  body: JSON.stringify(body),
})
