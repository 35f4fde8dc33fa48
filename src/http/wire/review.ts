/** The HITL queue on the wire (MAP contract §5.1). @module */
import type { RuledEntry } from '../../control/reviews/decide-entry.js'
import type { QueueStats } from '../../control/reviews/read-queue.js'
import { instant } from '../../domain/instant.js'
import type { Review } from '../../domain/review.js'
import { reviewStatusAt } from '../../domain/review-decision.js'
import { approvalStatusAt } from '../../domain/step.js'
import type { PendingStep } from '../../store/store.js'
import type { QueueEntry } from '../../store/tables.js'
import { planOf } from './approval.js'
import { line } from './errors.js'

/** A reply's body; `meta` goes with lists. */
export const queueText = (data: unknown, meta?: Record<string, number>): string =>
  line({ success: true, data, ...(meta ? { meta } : {}) })

/** One entry as a row. */
export const wireEntry = (entry: QueueEntry, now: number): Record<string, unknown> =>
  'review' in entry ? wireReview(entry.review, now) : wireHold(entry.hold, now)

function wireReview(review: Review, now: number): Record<string, unknown> {
  const { request } = review
  const said = (name: string): unknown => request[name] ?? ''
  const status = reviewStatusAt(review, now)
  return {
    id: review.id,
    request_id: review.id,
    org_id: review.org,
    tenant_id: review.tenant,
    ...request,
    client_id: request.client_id ?? review.client,
    triggered_policy_id: said('triggered_policy_id'),
    triggered_policy_name: said('triggered_policy_name'),
    trigger_reason: said('trigger_reason'),
    severity: review.severity,
    status,
    requested_by: review.requestedBy,
    ...(status === 'overridden'
      ? { override_justification: review.comment, override_authorized_by: review.decidedBy }
      : { review_comment: review.comment }),
    reviewer_id: review.decidedBy,
    reviewer_email: review.deciderEmail,
    reviewer_role: review.deciderRole,
    reviewed_at: review.decidedAt === undefined ? undefined : instant(review.decidedAt),
    expires_at: instant(review.expiresAt),
    created_at: instant(review.createdAt),
    updated_at: instant(review.updatedAt),
  }
}

function wireHold({ workflow, step, record }: PendingStep, now: number): Record<string, unknown> {
  const { approval } = step
  if (!approval) throw new Error(`Step ${step.stepId} has no hold`)
  const plan = planOf(workflow)
  const { input } = record
  const policy = record.policies.find((p) => p.action === 'require_approval' && p.enforcement === 'enforce')
  const touched = approval.decidedAt ?? approval.grants.at(-1)?.at ?? approval.requestedAt
  return {
    id: approval.id,
    request_id: approval.id,
    org_id: workflow.org,
    tenant_id: workflow.tenant,
    client_id: workflow.client,
    user_id: workflow.user,
    original_query: `${step.name ?? step.stepId} (${step.type}): ${step.reason}`,
    request_type: plan === undefined ? 'workflow_step' : 'plan_step',
    request_context: {
      workflow_id: workflow.id,
      plan_id: plan,
      step_id: step.stepId,
      step_type: step.type,
      step_input: input.step_input,
      tool_name: input.tool_name,
      tool_input: input.tool_input,
    },
    triggered_policy_id: policy?.policyId ?? '',
    triggered_policy_name: policy?.policyName ?? '',
    trigger_reason: step.reason,
    severity: 'high',
    status: approvalStatusAt(approval, now),
    requested_by: approval.requestedBy,
    roles: approval.terms.roles,
    quorum: approval.terms.quorum,
    approvals: approval.grants.map(({ by, at }) => ({ by, at: instant(at) })),
    reviewer_id: approval.decidedBy,
    review_comment: approval.comment,
    reviewed_at: approval.decidedAt === undefined ? undefined : instant(approval.decidedAt),
    expires_at: instant(approval.expiresAt),
    created_at: instant(approval.requestedAt),
    updated_at: instant(touched),
  }
}

/** The reply to approve, reject and override. With approvals missing the entry stays pending. */
export function ruledEntryText({ entry, missing }: RuledEntry, now: number): string {
  const { request_id, status, reviewer_id, reviewed_at } = wireEntry(entry, now)
  const data = { request_id, status, reviewer_id, reviewed_at }
  return queueText(missing === 0 ? data : { ...data, approvals_missing: missing })
}

/** What waits. */
export function statsText({ bySeverity, oldestAt, now }: QueueStats): string {
  const counts = Object.values(bySeverity)
  return queueText({
    total_pending: counts.reduce((sum, count) => sum + count, 0),
    high_priority: bySeverity.high ?? 0,
    critical_priority: bySeverity.critical ?? 0,
    ...(oldestAt === undefined ? {} : { oldest_pending_hours: (now - oldestAt) / 3_600_000 }),
  })
}
