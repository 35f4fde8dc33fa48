/** The HITL queue on the wire. @module */
import {
  anyObject,
  count,
  flag,
  instant,
  list,
  object,
  oneOf,
  orNull,
  ref,
  type Schema,
  text,
} from './parts.js'

const name = orNull({ type: 'string', maxLength: 255 })
const severity = oneOf('low', 'medium', 'high', 'critical')
const status = oneOf('pending', 'approved', 'rejected', 'expired', 'overridden')
const reply = (data: Schema): Schema => object({ success: flag, data })

/** Shapes of requests for a person's decision. */
export const reviewSchemas = {
  PlanApprove: object({}, { comment: orNull(text) }),
  PlanReject: object({}, { reason: orNull(text) }),
  NewReview: object(
    { client_id: { type: 'string', maxLength: 255 }, original_query: text, request_type: text },
    {
      user_id: name,
      request_context: orNull(anyObject),
      triggered_policy_id: name,
      triggered_policy_name: name,
      trigger_reason: orNull(text),
      severity: orNull(severity),
      eu_ai_act_article: name,
      compliance_framework: name,
      risk_classification: name,
      expires_in_seconds: orNull({ ...count, description: 'A day unless given, a week at most.' }),
      notify_url: orNull({
        ...text,
        description: 'http or https. Kept with the request; nothing calls it yet.',
      }),
    },
  ),
  ReviewWord: object(
    {},
    {
      reviewer_id: {
        ...name,
        description:
          'Recorded as claimed. The decider is the authenticated caller; only in open mode without X-User-ID this names the person.',
      },
      reviewer_email: name,
      reviewer_role: name,
      comment: orNull(text),
    },
  ),
  ReviewOverride: object(
    {
      justification: { type: 'string', minLength: 10 },
      authorized_by_id: { type: 'string', maxLength: 255 },
    },
    { authorized_by_email: name, authorized_by_role: name },
  ),
  Review: object(
    {
      id: text,
      request_id: { type: 'string', format: 'uuid' },
      org_id: text,
      tenant_id: text,
      client_id: text,
      original_query: text,
      request_type: { ...text, description: 'Holds of steps show workflow_step or plan_step.' },
      triggered_policy_id: text,
      triggered_policy_name: text,
      trigger_reason: text,
      severity,
      status,
      requested_by: text,
      expires_at: instant,
      created_at: instant,
      updated_at: instant,
    },
    {
      user_id: text,
      request_context: anyObject,
      eu_ai_act_article: text,
      compliance_framework: text,
      risk_classification: text,
      notify_url: text,
      reviewer_id: text,
      reviewer_email: text,
      reviewer_role: text,
      review_comment: text,
      reviewed_at: instant,
      override_justification: text,
      override_authorized_by: text,
      roles: list(text),
      quorum: { type: 'integer', minimum: 1 },
      approvals: list(object({ by: text, at: instant })),
    },
  ),
  ReviewReply: reply(ref('Review')),
  ReviewPage: object({
    success: flag,
    data: list(ref('Review')),
    meta: object({ total: count, limit: count, offset: count }),
  }),
  ReviewRuled: reply(
    object(
      { request_id: text, status },
      { reviewer_id: text, reviewed_at: instant, approvals_missing: count },
    ),
  ),
  ReviewHistory: reply(
    list(
      object(
        {
          id: count,
          request_id: text,
          action: oneOf('requested', 'granted', 'approved', 'rejected', 'overridden', 'expired'),
          created_at: instant,
        },
        { actor_id: text, comment: text, claimed_by: anyObject, open_identity: flag },
      ),
    ),
  ),
  ReviewStats: reply(
    object(
      { total_pending: count, high_priority: count, critical_priority: count },
      { oldest_pending_hours: { type: 'number', minimum: 0 } },
    ),
  ),
  ReviewStatus: reply(
    object({ enabled: flag, default_expires_in_seconds: count, max_expires_in_seconds: count }),
  ),
  ReviewsExpired: reply(object({ expired_count: count })),
}
