/** Completions, approvals, checkpoints and refusals on the wire. @module */
import {
  anyObject,
  count,
  flag,
  givenAmount,
  instant,
  list,
  object,
  oneOf,
  orNull,
  ref,
  type Schema,
  text,
} from './parts.js'
import { approvalStatus, decision, stepType, workflowStatus } from './words.js'

const words = { type: 'string', minLength: 10 }

const ruled = (by: string, at: string): Schema =>
  object(
    {
      workflow_id: text,
      step_id: text,
      status: approvalStatus,
      decision,
      reason: text,
      approval_status: approvalStatus,
      retry_context: ref('RetryContext'),
      message: text,
    },
    {
      plan_id: { ...text, description: 'Where it was asked through a plan.' },
      approval_id: text,
      [by]: text,
      [at]: instant,
      policies_matched: list(ref('PolicyMatch')),
    },
  )

/** Shapes of completions, approvals, checkpoints, refusals and health. */
export const approvalSchemas = {
  Completion: object(
    {},
    {
      output: orNull(anyObject),
      metadata: orNull(anyObject),
      tokens_in: orNull(count),
      tokens_out: orNull(count),
      cost_usd: orNull(givenAmount),
      idempotency_key: orNull({ type: 'string', maxLength: 255 }),
    },
  ),
  Reason: object({}, { reason: orNull(text) }),
  Ended: object({ workflow_id: text, status: workflowStatus, message: text }, { reason: text }),
  Approve: object({ comment: words }),
  Reject: object({ reason: words }),
  Approved: ruled('approved_by', 'approved_at'),
  Rejected: ruled('rejected_by', 'rejected_at'),
  PendingApprovals: object({ pending_approvals: list(ref('PendingApproval')), count }),
  PendingApproval: object(
    {
      workflow_id: text,
      workflow_name: text,
      step_id: text,
      step_index: count,
      step_type: stepType,
      decision,
      decision_id: text,
      decision_reason: text,
      policies_matched: list(ref('PolicyMatch')),
      approval_status: approvalStatus,
      created_at: instant,
    },
    {
      plan_id: text,
      step_name: text,
      step_input: anyObject,
      tool_name: text,
      tool_input: anyObject,
      approval_id: text,
      requested_by: text,
      expires_at: instant,
      roles: list(text),
      quorum: { type: 'integer', minimum: 1 },
      approvals: list(object({ by: text, at: instant })),
    },
  ),
  Checkpoints: object({ checkpoints: list(ref('Checkpoint')), workflow_id: text }),
  Checkpoint: object(
    {
      id: { type: 'integer' },
      workflow_id: text,
      step_id: text,
      step_index: count,
      step_type: stepType,
      checkpoint_type: oneOf('step_gate', 'approval_boundary'),
      gate_decision: decision,
      gate_reason: text,
      is_resumable: flag,
      resume_count: count,
      org_id: text,
      tenant_id: text,
      client_id: text,
      created_at: instant,
    },
    {
      step_name: text,
      policies_evaluated: list(ref('PolicyMatch')),
      policies_matched: list(ref('PolicyMatch')),
      step_input: anyObject,
      tool_context: anyObject,
      model: text,
      provider: text,
      last_resumed_at: instant,
      user_id: text,
    },
  ),
  Resumed: object({
    workflow_id: text,
    resumed_from_checkpoint: text,
    resumed_from_index: count,
    new_decision: decision,
    reason: text,
    decision_id: text,
    decision_source: oneOf('fresh'),
    resume_count: count,
    message: text,
  }),
  Error: object({ error: text, code: text, message: text }, { limit_bytes: count }),
  MismatchError: object({
    error: object({
      code: oneOf('IDEMPOTENCY_KEY_MISMATCH', 'STEP_INPUT_MISMATCH'),
      message: text,
      details: object(
        { expected_idempotency_key: text, received_idempotency_key: text },
        { workflow_id: text, step_id: text },
      ),
    }),
  }),
  Health: object({ status: oneOf('healthy', 'unhealthy'), service: text, version: text }),
  Readiness: object({ status: oneOf('ready', 'not_ready', 'alive') }),
  Revision: object(
    { id: text, digest: text, loadedAt: count, counts: anyObject },
    { commit: { ...text, description: 'The commit of the repository that the policy folder is in.' } },
  ),
}
