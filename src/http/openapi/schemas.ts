/** The shapes on the wire, as JSON Schema. @module */

type Schema = Record<string, unknown>

const text: Schema = { type: 'string' }
const count: Schema = { type: 'integer', minimum: 0 }
const amount: Schema = { type: 'number', minimum: 0 }
const flag: Schema = { type: 'boolean' }
const instant: Schema = { type: 'string', format: 'date-time' }
const anyObject: Schema = { type: 'object', additionalProperties: true }
const list = (items: Schema): Schema => ({ type: 'array', items })
const oneOf = (...values: string[]): Schema => ({ type: 'string', enum: values })
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] })
/** A reference to a shape below. */
export const shape = (name: keyof typeof schemas): Schema => ({ $ref: `#/components/schemas/${name}` })
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })

function object(
  required: Record<string, Schema>,
  optional: Record<string, Schema> = {},
  more: Schema = {},
): Schema {
  return {
    type: 'object',
    required: Object.keys(required),
    properties: { ...required, ...optional },
    ...more,
  }
}

const stepType = oneOf('llm_call', 'tool_call', 'connector_call', 'human_task')
const source = oneOf('langgraph', 'langchain', 'crewai', 'external')
const workflowStatus = oneOf('in_progress', 'completed', 'failed', 'aborted')
const decision = oneOf('allow', 'block', 'require_approval')
const approvalStatus = oneOf('pending', 'approved', 'rejected')
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
    { approval_id: text, [by]: text, [at]: instant, policies_matched: list(ref('PolicyMatch')) },
  )

/** Every named shape. */
export const schemas = {
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
      cost_usd: orNull(amount),
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
  Completion: object(
    {},
    {
      output: orNull(anyObject),
      metadata: orNull(anyObject),
      tokens_in: orNull(count),
      tokens_out: orNull(count),
      cost_usd: orNull(amount),
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
