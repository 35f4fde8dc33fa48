/** A person decides an entry of the queue. @module */
import { enoughWords } from '../../domain/approval.js'
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import type { Identity } from '../../domain/identity.js'
import type { JsonObject } from '../../domain/json.js'
import { decideReview, type ReviewRuling } from '../../domain/review-decision.js'
import type { Transaction } from '../../store/store.js'
import type { QueueEntry } from '../../store/tables.js'
import { decideHold } from '../decide-approval.js'
import type { Ports } from '../ports.js'
import { settledReview } from './find-entry.js'

/** A reviewer's word on an entry. */
export interface EntryRuling {
  readonly ruling: ReviewRuling
  /** The comment or the justification, trimmed; may be empty. */
  readonly words: string
  /** Who the request's body says decided: recorded beside the one who was authenticated. */
  readonly claimed?: JsonObject
}

const stock: Readonly<Record<ReviewRuling, string>> = {
  approve: 'Approved via the HITL queue',
  reject: 'Rejected via the HITL queue',
  override: 'Overridden via the HITL queue',
}

/** What a word led to. */
export interface RuledEntry {
  readonly entry: QueueEntry
  /** Approvals still missing; 0 when it is decided. */
  readonly missing: number
}

/**
 * Decide a review, or the hold of a step exactly as the step's own door would: quorum, abort and record are the same, and
 * whoever comes second by whatever door is refused.
 */
export function decideEntry(
  ports: Ports,
  identity: Identity,
  id: string,
  said: EntryRuling,
): Promise<RuledEntry | Refusal> {
  return ports.store.transact((tx) => {
    const review = tx.reviews.find(identity, id)
    if (!review) return decideMirrored(ports, tx, identity, id, said)
    const now = ports.now()
    const { ruling, words, claimed } = said
    const decided = decideReview(settledReview(tx, review, now), ruling, {
      by: identity,
      words: words || stock[ruling],
      claimed,
      now,
    })
    if (isRefusal(decided)) return decided
    tx.reviews.change(decided.review)
    tx.apply({ events: [decided.event] })
    return { entry: { review: decided.review }, missing: 0 }
  })
}

function decideMirrored(
  ports: Ports,
  tx: Transaction,
  identity: Identity,
  id: string,
  { ruling, words, claimed }: EntryRuling,
): RuledEntry | Refusal {
  const hold = tx.stepOfApproval(identity, id)
  if (!hold) return refuse('NOT_FOUND', { what: 'Approval request' })
  // A policy asked for these approvals, perhaps for several: nobody's authority alone goes past it.
  if (ruling === 'override') return refuse('NOT_OVERRIDABLE', { step: hold.step.stepId })
  const { workflow, step } = hold
  const ruled = decideHold(ports, tx, identity, {
    workflow,
    step,
    ruling,
    words: enoughWords(words, stock[ruling]),
    ...(claimed === undefined ? {} : { claimed }),
  })
  if (isRefusal(ruled)) return ruled
  return {
    entry: { hold: { workflow: ruled.workflow, step: ruled.step, record: hold.record } },
    missing: ruled.missing,
  }
}
