import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Review } from '#src/domain/review.js'
import {
  decideReview,
  expireReview,
  newReview,
  type ReviewRuling,
  reviewStatusAt,
} from '#src/domain/review-decision.js'

const identity = { org: 'o', tenant: 't', client: 'c', user: 'bot', open: false }
const asked = { severity: 'high', expiresInMs: 1000, request: { original_query: 'q' } } as const
const { review, event } = newReview('r', asked, identity, 5000)
const by = {
  by: { ...identity, user: 'ada', email: 'ada@example.com' },
  words: 'looks right to me',
  now: 5500,
}
const body = (text: string) => JSON.parse(text)

describe('a request for review', () => {
  it('begins pending, in the tenant of who asked, with its event', () => {
    expect(review).toMatchObject({
      tenant: 't',
      requestedBy: 'bot',
      status: 'pending',
      version: 1,
      expiresAt: 6000,
    })
    expect(event).toMatchObject({ subject: 'review:r', workflowKey: 0, type: 'review_requested', at: 5000 })
    expect(body(event.body)).toMatchObject({
      by: 'bot',
      request: { original_query: 'q' },
      open_identity: false,
    })
  })

  it.each([
    ['approve', 'approved'],
    ['reject', 'rejected'],
    ['override', 'overridden'],
  ] as const)('is decided by %s, with who decided and what they said', (ruling, status) => {
    const change = decideReview(review, ruling, { ...by, claimed: { id: 'the-boss' } })
    expect(change).toMatchObject({
      review: {
        status,
        version: 2,
        decidedBy: 'ada',
        decidedAt: 5500,
        comment: 'looks right to me',
        deciderEmail: 'ada@example.com',
      },
      event: { type: 'review_decided', subject: 'review:r' },
    })
    const { event } = change as { event: { body: string } }
    expect(body(event.body)).toMatchObject({
      status,
      by: 'ada',
      claimed_by: { id: 'the-boss' },
      self_approved: false,
    })
  })

  it('says in the record where somebody approved what they asked for themselves', () => {
    const change = decideReview(review, 'approve', { ...by, by: identity }) as { event: { body: string } }
    expect(body(change.event.body).self_approved).toBe(true)
  })

  it('is expired from its deadline on, before anyone wrote that down', () => {
    expect(reviewStatusAt(review, 5999)).toBe('pending')
    expect(reviewStatusAt(review, 6000)).toBe('expired')
    expect(expireReview(review, 5999)).toBeUndefined()
    expect(decideReview(review, 'approve', { ...by, now: 6000 })).toMatchObject({
      refused: 'REVIEW_DECIDED',
      details: { status: 'expired' },
    })
    const change = expireReview(review, 6000)
    expect(change?.review).toMatchObject({ status: 'expired', decidedBy: 'system:auto-expired', version: 2 })
    expect(expireReview(change?.review as Review, 9000)).toBeUndefined()
  })

  it('keeps its first decision, whatever comes after and whenever', () => {
    const ruling = fc.constantFrom<ReviewRuling>('approve', 'reject', 'override')
    const word = fc.record({ ruling, wait: fc.integer({ min: 0, max: 400 }), sweep: fc.boolean() })
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        let now = 5000
        let state: Review = review
        let decided: Review | undefined
        for (const { ruling, wait, sweep } of words) {
          now += wait
          const change = sweep ? expireReview(state, now) : decideReview(state, ruling, { ...by, now })
          if (!change || 'refused' in change) continue
          expect(decided).toBeUndefined()
          expect(change.review.version).toBe(state.version + 1)
          state = change.review
          decided = state
        }
        expect(state).toEqual(decided ?? review)
        if (decided)
          expect(decided.status === 'expired').toBe((decided.decidedAt as number) >= review.expiresAt)
      }),
    )
  })
})
