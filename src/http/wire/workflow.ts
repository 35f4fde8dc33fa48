/** Workflows on the wire (WCP §4). @module */
import type { NewWorkflow } from '../../control/create-workflow.js'
import type { WorkflowWithSteps } from '../../control/read-workflows.js'
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import { instant } from '../../domain/instant.js'
import type { JsonObject } from '../../domain/json.js'
import { approvalStatusAt, type Step } from '../../domain/step.js'
import { type Workflow, type WorkflowSource, workflowSources } from '../../domain/workflow.js'
import { Fields, isLongerThan, parseBody } from './body.js'

const createNames = new Set(['workflow_name', 'source', 'metadata', 'trace_id'])

/** Read the body of a create call. */
export function readNewWorkflow(bytes: Buffer): NewWorkflow | Refusal {
  const body = parseBody(bytes)
  if (isRefusal(body)) return body
  const fields = new Fields(body as JsonObject, createNames)
  const name = fields.column('workflow_name', 255)
  const source = fields.text('source', 100)
  const metadata = fields.object('metadata')
  const traceId = fields.column('trace_id', Number.POSITIVE_INFINITY)
  if (fields.problem !== undefined) return refuse('BAD_REQUEST', { message: fields.problem })
  if (name === undefined || name === '')
    return refuse('BAD_REQUEST', { message: 'workflow_name is required' })
  if (source !== undefined && source !== '' && !isSource(source)) {
    return refuse('BAD_REQUEST', { message: `source must be one of ${workflowSources.join(', ')}` })
  }
  if (traceId !== undefined && isLongerThan(255, traceId)) return refuse('INVALID_TRACE_ID')
  return {
    name,
    source: source === undefined || source === '' ? 'external' : (source as WorkflowSource),
    metadata: metadata ?? {},
    ...(traceId === undefined || traceId === '' ? {} : { traceId }),
  }
}

const isSource = (text: string): boolean => (workflowSources as readonly string[]).includes(text)

/** The reply to a create call. */
export function createdWorkflow(w: Workflow): Record<string, unknown> {
  return {
    workflow_id: w.id,
    workflow_name: w.name,
    source: w.source,
    status: w.status,
    created_at: instant(w.createdAt),
    ...(w.traceId === undefined ? {} : { trace_id: w.traceId }),
  }
}

/** A workflow with its steps. `metadata` is there because the product promises it. */
export function wireWorkflow(
  { workflow: w, steps }: WorkflowWithSteps,
  now: number,
): Record<string, unknown> {
  return {
    workflow_id: w.id,
    workflow_name: w.name,
    source: w.source,
    status: w.status,
    current_step_index: w.stepCount,
    ...(w.totalSteps === undefined ? {} : { total_steps: w.totalSteps }),
    started_at: instant(w.createdAt),
    ...(w.endedAt === undefined ? {} : { completed_at: instant(w.endedAt) }),
    ...(w.endReason === undefined ? {} : { reason: w.endReason }),
    ...(w.traceId === undefined ? {} : { trace_id: w.traceId }),
    metadata: w.metadata,
    steps: steps.map((step) => wireStep(step, now)),
  }
}

function wireStep(s: Step, now: number): Record<string, unknown> {
  return {
    step_id: s.stepId,
    step_index: s.index,
    ...(s.name === undefined ? {} : { step_name: s.name }),
    step_type: s.type,
    decision: s.decision,
    decision_id: s.decisionId,
    decision_reason: s.reason,
    ...wireApproval(s, now),
    gate_checked_at: instant(s.decidedAt),
    ...(s.completedAt === undefined ? {} : { completed_at: instant(s.completedAt) }),
    ...(s.model === undefined ? {} : { model: s.model }),
    ...(s.provider === undefined ? {} : { provider: s.provider }),
    ...(s.tokensIn === undefined ? {} : { tokens_in: s.tokensIn }),
    ...(s.tokensOut === undefined ? {} : { tokens_out: s.tokensOut }),
    ...(s.costUsd === undefined ? {} : { cost_usd: s.costUsd }),
  }
}

/**
 * The hold of a step. The SDKs know no `expired` and fail on it; a hold that timed out counts as denied, so they are told
 * `rejected`, and `approval_expired` says how it came about.
 */
function wireApproval(s: Step, now: number): Record<string, unknown> {
  if (!s.approval) return {}
  const status = approvalStatusAt(s.approval, now)
  const { decidedBy, decidedAt } = s.approval
  return {
    approval_status: status === 'expired' ? 'rejected' : status,
    ...(status === 'expired' ? { approval_expired: true } : {}),
    approval_id: s.approval.id,
    approval_expires_at: instant(s.approval.expiresAt),
    ...(decidedBy === undefined ? {} : { approved_by: decidedBy }),
    ...(decidedAt === undefined ? {} : { approved_at: instant(decidedAt) }),
  }
}
