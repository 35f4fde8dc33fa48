/** Executed, resumed and estimated plans on the wire, and the SDKs' own call. @module */
import {
  amount,
  anyObject,
  count,
  flag,
  list,
  object,
  oneOf,
  orNull,
  ref,
  type Schema,
  text,
} from './parts.js'
import { place, planSteps, planTasks } from './plan-parts.js'

const result: Schema = { description: 'What the last step made.' }
const heldParts = {
  current_step: place,
  step_name: text,
  approval_info: orNull(ref('GateReply')),
}

/** Shapes of what becomes of plans. */
export const planRunSchemas = {
  CancelledPlan: object({
    success: flag,
    plan_id: text,
    status: oneOf('cancelled'),
    reason: text,
    message: text,
  }),
  ExecutePlan: object({
    context: object(
      { plan_id: text },
      { wait: { ...orNull(flag), description: 'False: answer at once, and do not wait for its end.' } },
    ),
  }),
  ExecutedPlan: object(
    {
      success: flag,
      plan_id: text,
      status: oneOf(
        'completed',
        'failed',
        'cancelled',
        'executing',
        'awaiting_approval',
        'executing_first_step',
      ),
      total_steps: count,
      completed_steps: count,
      duration: text,
      metadata: planTasks,
    },
    {
      workflow_id: text,
      workflow_execution_id: text,
      result,
      error: text,
      policy_info: ref('PlanPolicyInfo'),
      ...heldParts,
    },
  ),
  ResumePlan: object({}, { approved: orNull(flag) }),
  ResumedPlan: object(
    {
      success: flag,
      plan_id: text,
      status: oneOf(
        'completed',
        'failed',
        'cancelled',
        'rejected',
        'executing',
        'awaiting_approval',
        'executing_first_step',
      ),
      approved: flag,
      total_steps: count,
    },
    {
      workflow_id: text,
      message: text,
      error: text,
      result: text,
      next_step: place,
      next_step_name: text,
      step_result: object(
        { step_index: place, step_id: text, step_name: text, status: text },
        { output: {}, error: text },
      ),
    },
  ),
  EstimatePlan: object({ steps: planSteps }, { provider: orNull(text), model: orNull(text) }),
  PlanCost: object(
    {
      estimated_cost_usd: amount,
      currency: oneOf('USD'),
      breakdown: list(
        object({
          step_name: text,
          provider: text,
          model: text,
          estimated_tokens_in: count,
          estimated_tokens_out: count,
          estimated_cost_usd: amount,
        }),
      ),
    },
    { plan_id: text, actual_cost_usd: amount, unpriced_models: list(text) },
  ),
  SdkRequest: object(
    { request_type: oneOf('multi-agent-plan', 'generate-plan', 'execute-plan') },
    { query: orNull(text), context: orNull(anyObject) },
    { additionalProperties: true },
  ),
  SdkReply: object(
    { success: flag, data: anyObject, blocked: flag, metadata: anyObject },
    {
      plan_id: text,
      result: text,
      error: text,
      code: text,
      policy_info: object({
        policies_evaluated: list(text),
        static_checks: list(text),
        processing_time: { ...text, description: 'Not measured: 0ms. The Rust SDK needs it.' },
        tenant_id: text,
      }),
    },
  ),
}
