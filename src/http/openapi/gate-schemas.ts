/** Workflows, steps and gates on the wire. @module */
import {
  amount,
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
  text,
} from './parts.js'
import { approvalStatus, decision, source, stepType, workflowStatus } from './words.js'

/** Shapes of workflows and gates. */
export const gateSchemas = {
  NewWorkflow: object(
    { workflow_name: { type: 'string', minLength: 1, maxLength: 255 } },
    { source, metadata: anyObject, trace_id: { type: 'string', maxLength: 255 } },
  ),
  CreatedWorkflow: object(
    { workflow_id: text, workflow_name: text, source, status: workflowStatus, created_at: instant },
    { trace_id: text },
  ),
  Workflow: object(
    {
      workflow_id: text,
      workflow_name: text,
      source,
      status: workflowStatus,
      current_step_index: count,
      started_at: instant,
      metadata: anyObject,
      steps: list(ref('Step')),
    },
    { total_steps: count, completed_at: instant, reason: text, trace_id: text },
  ),
  WorkflowPage: object({
    workflows: list(ref('Workflow')),
    total: count,
    limit: count,
    offset: count,
    has_more: flag,
  }),
  Step: object(
    {
      step_id: text,
      step_index: { type: 'integer', minimum: 1 },
      step_type: stepType,
      decision,
      decision_id: text,
      decision_reason: text,
      gate_checked_at: instant,
    },
    {
      step_name: text,
      approval_status: {
        ...approvalStatus,
        description: 'A hold that timed out shows as rejected, with approval_expired.',
      },
      approval_expired: flag,
      approval_id: text,
      approval_expires_at: instant,
      approved_by: text,
      approved_at: instant,
      completed_at: instant,
      model: text,
      provider: text,
      tokens_in: count,
      tokens_out: count,
      cost_usd: amount,
    },
  ),
  GateRequest: object(
    { step_type: stepType },
    {
      step_name: orNull({ type: 'string', maxLength: 255 }),
      step_input: orNull(anyObject),
      model: orNull({ type: 'string', maxLength: 100 }),
      provider: orNull({ type: 'string', maxLength: 100 }),
      tokens_in: orNull(count),
      tokens_out: orNull(count),
      cost_usd: orNull(givenAmount),
      tool_context: orNull(
        object(
          { tool_name: { type: 'string', minLength: 1, maxLength: 255 } },
          { tool_type: orNull(text), tool_input: orNull(anyObject) },
        ),
      ),
      retry_policy: orNull(oneOf('', 'idempotent', 'reevaluate')),
      idempotency_key: orNull({ type: 'string', maxLength: 255 }),
    },
  ),
  GateReply: object(
    {
      decision,
      step_id: text,
      decision_id: text,
      reason: text,
      policy_bundle: { ...text, description: 'The policy revision that decided.' },
      cached: flag,
      decision_source: oneOf('fresh', 'cached'),
      retry_context: ref('RetryContext'),
    },
    {
      policy_ids: list(text),
      approval_id: text,
      approval_enqueue: oneOf('created'),
      approval_url: text,
      policies_evaluated: list(ref('PolicyMatch')),
      policies_matched: list(ref('PolicyMatch')),
      obligations: list(object({ type: oneOf('redact'), paths: list(text) })),
    },
  ),
  PolicyMatch: object(
    {
      policy_id: text,
      policy_name: text,
      action: oneOf('block', 'require_approval', 'redact', 'warn', 'alert', 'log'),
      reason: text,
    },
    { enforcement: oneOf('shadow') },
  ),
  RetryContext: object({
    gate_count: { type: 'integer', minimum: 1 },
    completion_count: count,
    prior_completion_status: oneOf('none', 'completed', 'gated_not_completed'),
    prior_output_available: flag,
    prior_output: orNull(anyObject),
    prior_completion_at: orNull(instant),
    first_attempt_at: instant,
    last_attempt_at: instant,
    last_decision: decision,
    idempotency_key: text,
  }),
}
