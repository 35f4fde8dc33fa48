/** What happened to an entry of the HITL queue, on the wire. @module */
import type { EntryHistory } from '../../control/reviews/read-queue.js'
import type { EventType, PastEvent } from '../../domain/event.js'
import { instant } from '../../domain/instant.js'

type Body = Readonly<Record<string, unknown>>

/** Rows oldest first: `action` is `requested`, `granted` (one of several approvals), `approved`, `rejected`, `overridden`, `expired`. */
export function historyRows({ entry, events }: EntryHistory): Record<string, unknown>[] {
  return events.map((event) => {
    const body = JSON.parse(event.body) as Body
    const { action, actor } =
      'review' in entry ? ofReview(event, body) : ofHold(event, body, entry.hold.step.approval)
    return {
      id: event.seq,
      request_id: 'review' in entry ? entry.review.id : entry.hold.step.approval?.id,
      action,
      actor_id: actor,
      comment: body.comment,
      claimed_by: body.claimed_by,
      open_identity: body.open_identity,
      created_at: instant(event.at),
    }
  })
}

interface What {
  readonly action: unknown
  readonly actor: unknown
}

const ofReview = ({ type }: PastEvent, body: Body): What => ({
  action: type === 'review_requested' ? 'requested' : body.status,
  actor: body.by,
})

const words: Partial<Record<EventType, string>> = {
  approval_granted: 'granted',
  approval_approved: 'approved',
  approval_rejected: 'rejected',
  approval_expired: 'expired',
}

/** Any other event is the gate that asked for the hold. */
const ofHold = ({ type }: PastEvent, body: Body, hold: { requestedBy: string } | undefined): What =>
  words[type] === undefined
    ? { action: 'requested', actor: hold?.requestedBy }
    : { action: words[type], actor: body.by }
