/** Plans on the wire. @module */
import {
  amount,
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
import { planMode, planSteps, planTasks } from './plan-parts.js'
import { decision } from './words.js'

const version: Schema = { type: 'integer', minimum: 1 }
const stored = oneOf('pending', 'executing', 'completed', 'failed', 'cancelled', 'expired')
const shown = oneOf('pending', 'running', 'completed', 'failed', 'cancelled', 'expired')
const settings: Schema = {
  ...object(
    {},
    {
      domain: orNull(text),
      execution_mode: orNull(planMode),
      plan: orNull(text),
      planner: orNull(oneOf('rules', 'llm')),
      steps: orNull(planSteps),
      timeout_seconds: orNull(count),
      max_parallel_tasks: orNull(count),
    },
  ),
  description: 'Settings; whatever else is in it can be read by templates as {{context.<name>}}.',
}
const made = {
  plan_id: text,
  status: stored,
  version,
  query: text,
  domain: text,
  execution_mode: planMode,
  complexity: { ...count, description: 'Number of steps.' },
  parallel: flag,
  steps: list(ref('PlanStep')),
  estimated_cost_usd: amount,
  planning: ref('Planning'),
  created_at: instant,
  expires_at: instant,
}
const judged = { policy_info: ref('PlanPolicyInfo'), unpriced_models: list(text) }
const head = object(
  {
    plan_id: text,
    execution_id: { ...text, description: 'The plan’s id.' },
    status: shown,
    org_id: text,
    tenant_id: text,
    query: text,
    domain: text,
    execution_mode: planMode,
    version,
    total_steps: count,
    completed_steps: count,
    progress_percent: { type: 'number', minimum: 0, maximum: 100 },
    duration: text,
    complexity: count,
    parallel: flag,
    created_at: instant,
    started_at: { ...instant, description: 'Of a plan that was not executed: when it was made.' },
    expires_at: instant,
    estimated_cost_usd: amount,
  },
  { workflow_id: text, completed_at: instant, error: text, actual_cost_usd: amount },
)
/** Shapes of plans. */
export const planSchemas = {
  NewPlan: object(
    {},
    {
      query: { ...text, description: 'Needed unless steps or the name of a plan are sent.' },
      domain: orNull(text),
      execution_mode: orNull(planMode),
      context: orNull(settings),
      metadata: orNull(anyObject),
      steps: orNull(planSteps),
      plan: { ...orNull(text), description: 'Name of a plan in the policy folder.' },
    },
  ),
  PlanStep: object(
    {
      id: text,
      name: text,
      type: oneOf('llm-call', 'connector-call', 'human-task', 'conditional', 'synthesis'),
      description: text,
      depends_on: list(text),
      dependencies: { ...list(text), description: 'The same as depends_on.' },
    },
    {
      agent: text,
      parameters: anyObject,
      provider: text,
      model: text,
      connector: text,
      operation: text,
      prompt: text,
    },
  ),
  Planning: object(
    {
      planned_by: oneOf('rules', 'llm', 'caller', 'file'),
      choices: list(
        object(
          { step_id: text, agent: text, config: text, config_version: version, task: text },
          { pattern: text, priority: { type: 'number' } },
        ),
      ),
    },
    {
      fallback: { ...text, description: 'Why the rules planned although a model was asked for.' },
      plan: text,
      unmatched: { ...list(text), description: 'Parts of the query that no rule matched.' },
      reasoning: text,
      usage: {
        ...object({}, { tokens_in: count, tokens_out: count, cost_usd: amount }),
        description: 'What asking the LLM planner took; part of actual_cost_usd.',
      },
    },
  ),
  PlanPolicyInfo: object(
    {
      allowed: { ...flag, description: 'False also for a plan that a person has to approve.' },
      decision,
      decision_id: text,
      reason: text,
      applied_policies: list(text),
      policies_evaluated: list(text),
      policies_matched: list(ref('PolicyMatch')),
      policy_bundle: text,
    },
    { required_actions: list(oneOf('require_approval')) },
  ),
  MadePlan: object(
    { success: flag, ...made, workflow_execution_id: text, result: { type: 'null' }, metadata: planTasks },
    judged,
  ),
  ChangedPlan: object(
    { success: flag, ...made },
    { ...judged, previous_version: version, rolled_back_to: version },
  ),
  Plan: {
    allOf: [
      head,
      object(
        {
          metadata: anyObject,
          planning: ref('Planning'),
          workflow_definition: { ...anyObject, description: 'The plan in the form of a plan file.' },
          steps: list(ref('ExecutionStep')),
        },
        { policy_info: ref('PlanPolicyInfo'), result: text, execution_result: {} },
      ),
    ],
  },
  PlanPage: object({ plans: list(head), total: count, limit: count, offset: count, has_more: flag }),
  PlanChange: object(
    { version: { ...version, description: 'The version that was read.' } },
    {
      execution_mode: orNull(planMode),
      domain: orNull(text),
      metadata: orNull(anyObject),
      steps: orNull(planSteps),
    },
  ),
  PlanVersions: object({
    plan_id: text,
    versions: list(
      object({
        id: text,
        plan_id: text,
        version: { ...version, description: 'The one that was changed: what rollback goes back to.' },
        org_id: text,
        changed_by: text,
        changed_at: instant,
        change_type: oneOf('update', 'rollback'),
        change_summary: text,
        snapshot: { ...anyObject, description: 'The plan before the change.' },
      }),
    ),
  }),
}
