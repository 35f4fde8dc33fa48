/** Checkpoints on the wire (WCP §10). @module */
import type { Checkpoint, Resumed } from '../../control/checkpoints.js'
import { isResumable } from '../../domain/checkpoint.js'
import { actionable } from '../../domain/decision.js'
import { instant } from '../../domain/instant.js'
import { wireMatch } from './gate.js'

/** One checkpoint: a gated step as a place to resume from. */
export function wireCheckpoint({ workflow, step, record }: Checkpoint): Record<string, unknown> {
  const { input, policies } = record
  const matched = actionable(policies)
  return {
    id: step.checkpoint,
    workflow_id: workflow.id,
    step_id: step.stepId,
    step_index: step.index,
    step_type: step.type,
    step_name: step.name,
    checkpoint_type: step.decision === 'require_approval' ? 'approval_boundary' : 'step_gate',
    gate_decision: step.decision,
    gate_reason: step.reason,
    policies_evaluated: policies.length === 0 ? undefined : policies.map(wireMatch),
    policies_matched: matched.length === 0 ? undefined : matched.map(wireMatch),
    step_input: input.step_input,
    tool_context:
      input.tool_name === undefined
        ? undefined
        : { tool_name: input.tool_name, tool_type: input.tool_type, tool_input: input.tool_input },
    model: step.model,
    provider: step.provider,
    is_resumable: isResumable(step),
    resume_count: step.resumeCount,
    last_resumed_at: step.lastResumedAt === undefined ? undefined : instant(step.lastResumedAt),
    org_id: workflow.org,
    tenant_id: workflow.tenant,
    user_id: workflow.user,
    client_id: workflow.client,
    created_at: instant(step.firstGateAt),
  }
}

/** The reply to a resume. */
export function wireResumed(workflowId: string, { step, reply }: Resumed): Record<string, unknown> {
  return {
    workflow_id: workflowId,
    resumed_from_checkpoint: step.stepId,
    resumed_from_index: step.index,
    new_decision: reply.decision,
    reason: reply.reason,
    decision_id: reply.decisionId,
    decision_source: 'fresh',
    resume_count: step.resumeCount,
    message: `Workflow resumed from checkpoint at step ${step.stepId}`,
  }
}
