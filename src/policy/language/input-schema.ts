/**
 * The input object that policies see, the same for YAML and Rego, as a JSON Schema. The field checks of YAML policies
 * read this very schema, so it cannot drift from what is accepted.
 * @module
 */
import type { Hook } from '../policy.js'

/** As much of JSON Schema (draft-07) as the policy input needs. */
export interface InputSchema {
  /** The moments at which the member is there; absent: at all of them. */
  readonly 'x-hooks'?: readonly Hook[]
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

const texts = (description: string): InputSchema => ({
  type: 'array',
  description,
  items: { type: 'string' },
})

/** Members that are there only at these moments. */
const only = (
  hooks: readonly Hook[],
  properties: Readonly<Record<string, InputSchema>>,
): Readonly<Record<string, InputSchema>> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, { 'x-hooks': hooks, ...schema }]),
  )

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

const plannedStep = closed(
  'A step of the plan, as it was planned: templates in it are not filled yet.',
  {
    id: text('Id.'),
    name: text('Name.'),
    type: text('llm_call, connector_call, human_task, tool_call.'),
    agent: text('Agent that takes it.'),
    provider: text('Provider of the model.'),
    model: text('Model.'),
    connector: text('Connector.'),
    operation: text('Operation of the connector, or tool of an MCP server.'),
    tool_name: text('connector.operation.'),
    prompt: text('Template of the prompt.'),
    parameters: free('Templates of the parameters.'),
    depends_on: texts('Ids of the steps that come before.'),
  },
  ['agent', 'provider', 'model', 'connector', 'operation', 'tool_name', 'prompt', 'parameters'],
)

const wholePlan = only(['plan'], {
  query: text('What was asked for.'),
  step_count: count('Number of steps.'),
  planned_by: text('rules, llm, caller or file.'),
  estimated_cost_usd: number('Sum over the steps, as far as prices are known.'),
  tools: texts('connector.operation of every call, those that undo steps included; each once.'),
  connectors: texts('Connectors that are called; each once.'),
  providers: texts('Providers of models that are called; each once.'),
  models: texts('provider/model of every model that is called; each once.'),
  agents: texts('Agents that take steps; each once.'),
  steps: { type: 'array', description: 'The steps, in order.', items: plannedStep },
})

const planAtStep = only(['step'], {
  drift: {
    type: 'string',
    description: 'step: not a step of the plan; input: other content than was planned.',
    enum: ['none', 'step', 'input'],
  },
  approved: { type: 'boolean', description: 'The plan was allowed by policy or approved by a person.' },
})

const plan = closed(
  'Where a plan is judged: the plan with all its steps. At a step of a plan: the plan it belongs to.',
  {
    id: text('Id.'),
    domain: text('Domain.'),
    mode: text('auto, sequential, parallel, balanced, confirm, step.'),
    version: count('Version of the plan, from 1.'),
    ...wholePlan,
    ...planAtStep,
  },
  [...Object.keys(wholePlan), ...Object.keys(planAtStep)],
)

/** All that is not there where a plan is judged. */
const exceptPlan: readonly Hook[] = ['step', 'completion', 'code']

const schema: InputSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Stepgate policy input',
  description:
    'What a policy judges. Members that do not apply are left out; none of those named here is ever null.',
  type: 'object',
  properties: {
    ...only(exceptPlan, {
      workflow_id: text('Id of the run.'),
      workflow_name: text('Name of the run.'),
      source: text('Framework that drives the run, such as langgraph.'),
      trace_id: text("Caller's trace id."),
    }),
    metadata: free('Whatever was given when the run or the plan was created.'),
    ...only(exceptPlan, {
      step_id: text('Id of the step, unique in the run.'),
      step_name: text('Name of the step.'),
      step_type: text('llm_call, tool_call, connector_call, human_task.'),
      step_index: count('Place of the step in the run, from 1.'),
      model: text('Model that will be called.'),
      provider: text('Provider of the model.'),
    }),
    step_input: free(
      'What the step will be given; of a plan its query, and the prompts and parameters of its steps.',
    ),
    ...only(exceptPlan, {
      tool_name: text('Tool that will be called.'),
      tool_type: text('function, mcp, api.'),
      tool_input: free('Arguments of the tool.'),
      tokens_in: count('Tokens the step will send, as the caller estimates.'),
      tokens_out: count('Tokens the step will receive, as the caller estimates.'),
      cost_usd: number('Cost of the step in US dollars, as the caller estimates.'),
    }),
    user,
    tenant_id: text('Tenant, as authenticated.'),
    org_id: text('Organisation, as authenticated.'),
    client_id: text('Client, as authenticated.'),
    now: text('Time of the decision: RFC 3339, UTC, milliseconds.'),
    request_type: text('workflow_step_gate at a gate, map_execution where a plan is judged.'),
    ...only(exceptPlan, { step, workflow }),
    ...only(['step', 'plan'], { plan }),
    ...only(['completion'], { output: { description: 'What the step brought back, any JSON.' } }),
    ...only(['code'], { code: free('The code and what is known of it.') }),
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
