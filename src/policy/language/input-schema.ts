/**
 * The input object that policies see, the same for YAML and Rego, as a JSON Schema. The field checks of YAML policies
 * read this very schema, so it cannot drift from what is accepted.
 * @module
 */

/** As much of JSON Schema (draft-07) as the policy input needs. */
export interface InputSchema {
  readonly $schema?: string
  readonly title?: string
  readonly description?: string
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean'
  readonly properties?: Readonly<Record<string, InputSchema>>
  readonly additionalProperties?: boolean | InputSchema
  readonly required?: readonly string[]
  readonly items?: InputSchema
  readonly enum?: readonly string[]
}

const text = (description: string): InputSchema => ({ type: 'string', description })
const count = (description: string): InputSchema => ({ type: 'integer', description })
const number = (description: string): InputSchema => ({ type: 'number', description })
const free = (description: string): InputSchema => ({
  type: 'object',
  description,
  additionalProperties: true,
})

/** An object with these members and no others; those named in `optional` may be left out. */
function closed(
  description: string,
  properties: Readonly<Record<string, InputSchema>>,
  optional: readonly string[] = [],
): InputSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return {
    type: 'object',
    description,
    properties,
    additionalProperties: false,
    ...(required.length > 0 ? { required } : {}),
  }
}

const user = closed(
  'Who asks, as authenticated.',
  { id: text('Identity.'), email: text('Mail address.'), role: text('Role.') },
  ['id', 'email', 'role'],
)

const step = closed(
  'What has happened to this step so far; counts are as they will be after this call.',
  {
    gate_count: count('Gate calls, this one included.'),
    completion_count: count('Completions reported.'),
    prior_completion_status: {
      type: 'string',
      description: 'What came of the gate before this one.',
      enum: ['none', 'completed', 'gated_not_completed'],
    },
    prior_output_available: { type: 'boolean', description: 'An earlier completion left its output.' },
    last_decision: text('Decision of the gate before this one; empty on the first call.'),
    first_attempt_age_seconds: number('Seconds since the first gate call of this step.'),
    idempotency_key: text('Key given by the caller.'),
  },
  ['idempotency_key'],
)

const earlierStep = closed(
  'A step of the run that was gated before this one.',
  {
    step_id: text('Id.'),
    step_name: text('Name.'),
    step_type: text('Type.'),
    tool_name: text('Tool.'),
    decision: text('Its latest decision.'),
    completed: { type: 'boolean', description: 'A completion was reported.' },
  },
  ['step_name', 'tool_name'],
)

const workflow = closed('What has happened in the run so far.', {
  step_count: count('Steps gated before this one.'),
  tokens_in: count('Sum over the steps before this one.'),
  tokens_out: count('Sum over the steps before this one.'),
  cost_usd: number('Sum over the steps before this one.'),
  age_seconds: number('Seconds since the run was created.'),
  approvals_granted: count('Holds of this run that were approved.'),
  steps: { type: 'array', description: 'Earlier steps, oldest first.', items: earlierStep },
})

const schema: InputSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Stepgate policy input',
  description:
    'What a policy judges. Members that do not apply are left out; none of those named here is ever null.',
  type: 'object',
  properties: {
    workflow_id: text('Id of the run.'),
    workflow_name: text('Name of the run.'),
    source: text('Framework that drives the run, such as langgraph.'),
    trace_id: text("Caller's trace id."),
    metadata: free('Whatever was given when the run was created.'),
    step_id: text('Id of the step, unique in the run.'),
    step_name: text('Name of the step.'),
    step_type: text('llm_call, tool_call, connector_call, human_task.'),
    step_index: count('Place of the step in the run, from 1.'),
    model: text('Model that will be called.'),
    provider: text('Provider of the model.'),
    step_input: free('What the step will be given.'),
    tool_name: text('Tool that will be called.'),
    tool_type: text('function, mcp, api.'),
    tool_input: free('Arguments of the tool.'),
    tokens_in: count('Tokens the step will send, as the caller estimates.'),
    tokens_out: count('Tokens the step will receive, as the caller estimates.'),
    cost_usd: number('Cost of the step in US dollars, as the caller estimates.'),
    user,
    tenant_id: text('Tenant, as authenticated.'),
    org_id: text('Organisation, as authenticated.'),
    client_id: text('Client, as authenticated.'),
    now: text('Time of the decision: RFC 3339, UTC, milliseconds.'),
    request_type: text('workflow_step_gate at a gate.'),
    step,
    workflow,
    plan: free('Only where plans are judged: the plan with all its steps.'),
    output: { description: 'Only where completions are judged: what the step brought back, any JSON.' },
    code: free('Only where code is judged: the code and what is known of it.'),
    facts: {
      type: 'object',
      description: 'Tests of YAML policies, computed before the evaluation. Not for hand-written Rego.',
      additionalProperties: { type: 'boolean' },
    },
  },
  required: ['now', 'request_type'],
  additionalProperties: false,
}

/** The JSON Schema (draft-07) of the policy input; `opa check --schema` takes it. */
export const inputSchema = (): InputSchema => schema
