/** The routes of approvals through plans and through the HITL queue. @module */
import type { ErrorCode } from '../../domain/errors.js'
import type { Operation } from './operation.js'

const planStep = '/api/v1/plans/{plan_id}/steps/{step_id}'
const hitl = '/api/v1/hitl'
const entry = `${hitl}/queue/{request_id}`

const refusedHold: readonly ErrorCode[] = [
  'NOT_FOUND',
  'WORKFLOW_TERMINAL',
  'NO_APPROVAL_NEEDED',
  'NOT_PENDING',
  'APPROVAL_EXPIRED',
  'APPROVAL_ALREADY_COUNTED',
]
const refusedEntry: readonly ErrorCode[] = ['BAD_REQUEST', 'REVIEW_DECIDED', ...refusedHold]

const operations: Readonly<Record<string, Operation>> = {
  'GET /api/v1/plans/approvals/pending': {
    id: 'pendingPlanApprovals',
    summary: 'Steps of the tenant’s plans that wait for a person, newest first',
    query: { plan_id: 'of this plan only', limit: 'page size, 20 unless given, 100 at most' },
    reply: { status: 200, shape: 'PendingApprovals' },
  },
  [`POST ${planStep}/approve`]: {
    id: 'approvePlanStep',
    summary: 'Approve a held step of a plan: the same hold as its workflow’s',
    body: { shape: 'PlanApprove', optional: true },
    reply: { status: 200, shape: 'Approved' },
    refuses: ['BAD_REQUEST', 'NO_PAUSED_EXECUTION', ...refusedHold],
  },
  [`POST ${planStep}/reject`]: {
    id: 'rejectPlanStep',
    summary: 'Reject a held step of a plan, which aborts its workflow',
    body: { shape: 'PlanReject', optional: true },
    reply: { status: 200, shape: 'Rejected' },
    refuses: ['BAD_REQUEST', 'NO_PAUSED_EXECUTION', 'NOT_FOUND', 'NO_APPROVAL_NEEDED', 'NOT_PENDING'],
  },
  [`GET ${hitl}/queue`]: {
    id: 'listReviews',
    summary: 'Requests for a person’s decision and the holds of steps, newest first',
    query: {
      status: 'comma list of pending, approved, rejected, expired, overridden',
      severity: 'comma list of low, medium, high, critical',
      policy_id: 'the policy that asked for it',
      client_id: 'exact',
      user_id: 'exact',
      limit: 'page size, 50 unless given, 100 at most',
      offset: 'rows to pass over',
      order_by: 'created_at, updated_at, status, severity, expires_at or reviewed_at',
      order_dir: '`ASC` is ascending, anything else descending',
    },
    reply: { status: 200, shape: 'ReviewPage' },
    refuses: ['BAD_REQUEST'],
  },
  [`POST ${hitl}/queue`]: {
    id: 'requestReview',
    summary: 'Ask for a person’s decision',
    body: { shape: 'NewReview' },
    reply: { status: 201, shape: 'ReviewReply' },
    refuses: ['BAD_REQUEST'],
  },
  [`GET ${entry}`]: {
    id: 'getReview',
    summary: 'One entry, by the id of the request or by the approval id of a hold',
    reply: { status: 200, shape: 'ReviewReply' },
    refuses: ['BAD_REQUEST', 'NOT_FOUND'],
  },
  [`GET ${entry}/history`]: {
    id: 'reviewHistory',
    summary: 'What happened to an entry, oldest first',
    reply: { status: 200, shape: 'ReviewHistory' },
    refuses: ['BAD_REQUEST', 'NOT_FOUND'],
  },
  [`POST ${entry}/approve`]: {
    id: 'approveReview',
    summary: 'Approve an entry; a hold with a quorum stays pending until the last approval',
    body: { shape: 'ReviewWord', optional: true },
    reply: { status: 200, shape: 'ReviewRuled' },
    refuses: refusedEntry,
  },
  [`POST ${entry}/reject`]: {
    id: 'rejectReview',
    summary: 'Reject an entry; of a hold, this aborts the workflow',
    body: { shape: 'ReviewWord', optional: true },
    reply: { status: 200, shape: 'ReviewRuled' },
    refuses: refusedEntry,
  },
  [`POST ${entry}/override`]: {
    id: 'overrideReview',
    summary: 'Let the work go on by somebody’s authority; only requests, not holds of steps',
    body: { shape: 'ReviewOverride' },
    reply: { status: 200, shape: 'ReviewRuled' },
    refuses: ['BAD_REQUEST', 'NOT_FOUND', 'REVIEW_DECIDED', 'NOT_OVERRIDABLE'],
  },
  [`GET ${hitl}/stats`]: {
    id: 'reviewStats',
    summary: 'How much waits for the tenant’s reviewers',
    reply: { status: 200, shape: 'ReviewStats' },
  },
  [`GET ${hitl}/status`]: {
    id: 'reviewStatus',
    summary: 'The queue is there, and how long requests may wait',
    reply: { status: 200, shape: 'ReviewStatus' },
  },
  [`POST ${hitl}/expire`]: {
    id: 'expireReviews',
    summary: 'Write down now which of the tenant’s entries have timed out, 500 of each kind at a time',
    reply: { status: 200, shape: 'ReviewsExpired' },
  },
}

/** Every route of them, as `METHOD path`. Their refusals are flat. */
export const reviewOperations: Readonly<Record<string, Operation>> = Object.fromEntries(
  Object.entries(operations).map(([path, operation]) => [path, { ...operation, envelope: 'flat' }]),
)
