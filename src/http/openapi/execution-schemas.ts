/** Executions on the wire: as they stand, and as they went. @module */
import { signals } from '../../domain/execution/execution.js'
import { amount, anyObject, count, flag, instant, list, object, oneOf, orNull, ref, text } from './parts.js'
import { approvalStatus, decision } from './words.js'

const status = oneOf('pending', 'running', 'completed', 'failed', 'cancelled', 'aborted', 'expired')
const type = oneOf('map_plan', 'wcp_workflow')
const stepType = oneOf('llm_call', 'tool_call', 'connector_call', 'human_task', 'synthesis', 'action', 'gate')
const stepStatus = oneOf('pending', 'running', 'completed', 'failed', 'skipped', 'blocked', 'approval')
const replayStatus = oneOf('pending', 'running', 'completed', 'failed', 'paused', 'skipped')
const duration = { ...text, description: 'As Go prints it: 512ms, 1m5s, 2h3m0s.' }
const signal = list(oneOf(...signals))
const hold = {
  approval_status: approvalStatus,
  approval_expired: flag,
  approval_id: text,
  approval_expires_at: instant,
  approved_by: text,
  approved_at: instant,
  rejected_by: text,
  rejected_at: instant,
}
const gate = { decision, decision_id: text, decision_reason: text, ...hold }
const events = list(ref('ExecutionEvent'))

/** Shapes of the unified plane and of the replay plane. */
export const executionSchemas = {
  ExecutionPage: object({
    executions: list(ref('ExecutionStatus')),
    total: count,
    limit: count,
    offset: count,
    has_more: flag,
  }),
  ExecutionStatus: object(
    {
      execution_id: text,
      execution_type: type,
      name: text,
      source: text,
      status,
      current_step_index: count,
      total_steps: count,
      completed_steps: count,
      progress_percent: { type: 'number', minimum: 0, maximum: 100 },
      signals: { ...signal, description: 'What an operator has to know first.' },
      started_at: instant,
      created_at: instant,
      updated_at: instant,
      metadata: anyObject,
    },
    {
      completed_at: instant,
      duration,
      estimated_cost_usd: amount,
      actual_cost_usd: amount,
      steps: list(ref('ExecutionStep')),
      steps_omitted: { ...flag, description: 'In a list: too many steps to be listed with it.' },
      error: text,
      tenant_id: text,
      org_id: text,
      user_id: text,
      client_id: text,
    },
  ),
  ExecutionStep: object(
    {
      step_id: text,
      step_index: { type: 'integer', minimum: 1 },
      step_name: text,
      step_type: stepType,
      status: stepStatus,
    },
    {
      started_at: instant,
      ended_at: instant,
      duration,
      policies_matched: list(text),
      ...gate,
      model: text,
      provider: text,
      cost_usd: amount,
      tokens_in: count,
      tokens_out: count,
      error: text,
      run_state: text,
      attempts: count,
      next_attempt_at: instant,
      compensation: text,
    },
  ),
  ReplayPage: object({ executions: list(ref('ReplaySummary')), total: count, limit: count, offset: count }),
  ReplaySummary: object(
    {
      request_id: text,
      workflow_name: text,
      execution_type: type,
      status,
      signals: signal,
      total_steps: count,
      completed_steps: count,
      started_at: instant,
      total_tokens: count,
      total_cost_usd: amount,
      created_at: instant,
      updated_at: instant,
    },
    {
      workflow_id: text,
      plan_id: text,
      completed_at: instant,
      duration_ms: count,
      org_id: text,
      tenant_id: text,
      user_id: text,
      client_id: text,
      input_summary: text,
      output_summary: text,
      error_message: text,
    },
  ),
  Replay: object({ summary: ref('ReplaySummary'), steps: list(ref('ReplayStep')), events }),
  ReplaySteps: list(ref('ReplayStep')),
  ReplayStep: object(
    {
      request_id: text,
      step_index: count,
      step_id: text,
      step_name: text,
      status: replayStatus,
      started_at: instant,
      tokens_in: count,
      tokens_out: count,
      cost_usd: amount,
      policies_checked: { ...list(text), description: 'Policies whose conditions held.' },
      policies_triggered: { ...list(text), description: 'Those of them that the caller had to act on.' },
      retry_count: count,
      created_at: instant,
    },
    {
      step_type: stepType,
      completed_at: instant,
      duration_ms: count,
      input: {},
      tool_name: text,
      tool_input: {},
      output: {},
      provider: text,
      model: text,
      policy_bundle: text,
      approval_required: flag,
      ...gate,
      run_state: text,
      compensation: text,
      ungated: { ...flag, description: 'Reported done without ever having been gated.' },
      error_message: text,
    },
  ),
  Timeline: list(ref('TimelineEntry')),
  TimelineEntry: object(
    {
      step_index: count,
      step_id: text,
      step_name: text,
      status: replayStatus,
      started_at: instant,
      has_error: flag,
      has_approval: { ...flag, description: 'It waits for an approver now.' },
      retry_count: count,
      events,
    },
    {
      step_type: stepType,
      completed_at: instant,
      duration_ms: count,
      error_message: text,
      ungated: flag,
    },
  ),
  ExecutionEvent: object(
    { type: text, at: instant, seq: count },
    { policies: list(ref('PolicyMatch')), output: {} },
    {
      additionalProperties: true,
      description: 'With the facts that an event of its type keeps: who, why, how often, what next.',
    },
  ),
  ExecutionExport: object({
    exported_at: instant,
    format: text,
    execution: object({ summary: ref('ReplaySummary'), steps: list(ref('ExportedStep')), events }),
  }),
  ExportedStep: object(
    {
      request_id: text,
      step_index: count,
      step_id: text,
      status: replayStatus,
      policies_checked: orNull(list(text)),
      policies_triggered: orNull(
        list(
          object({
            policy_id: text,
            policy_name: text,
            action: text,
            reason: text,
            matched: flag,
            resolution: text,
          }),
        ),
      ),
      events,
    },
    { input: {}, tool_input: {}, output: {} },
  ),
}
