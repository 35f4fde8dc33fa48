/** Approvals on the wire (WCP §8). @module */
import type { RuledStep } from '../../control/decide-approval.js'
import { enoughWords, isEnough } from '../../domain/approval.js'
import { actionable } from '../../domain/decision.js'
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import { instant } from '../../domain/instant.js'
import type { JsonObject } from '../../domain/json.js'
import { retryContext } from '../../domain/retry-context.js'
import type { Workflow } from '../../domain/workflow.js'
import type { PendingStep } from '../../store/store.js'
import { Fields, parseBody } from './body.js'
import { line } from './errors.js'
import { retryContextText, wireMatch } from './gate.js'

const wordNames = new Set(['comment', 'reason'])

/** The reviewer's words, trimmed; empty where there are none. */
function wordsIn(body: JsonObject, ruling: 'approve' | 'reject'): string | Refusal {
  const fields = new Fields(body, wordNames)
  const words = fields.text(ruling === 'approve' ? 'comment' : 'reason', Number.POSITIVE_INFINITY)
  if (fields.problem !== undefined) return refuse('BAD_REQUEST', { message: fields.problem })
  return words?.trim() ?? ''
}

/**
 * The reviewer's words: `comment` when approving, `reason` when rejecting; at least ten bytes after trimming.
 */
export function readWords(bytes: Buffer, ruling: 'approve' | 'reject'): string | Refusal {
  const body = parseBody(bytes)
  if (isRefusal(body)) return body
  const words = wordsIn(body as JsonObject, ruling)
  if (isRefusal(words) || isEnough(words)) return words
  const what = ruling === 'approve' ? 'Comment' : 'Reason'
  return refuse('BAD_REQUEST', { message: `${what} is required (minimum 10 characters)` })
}

/**
 * The reviewer's words where a short word, or none, is enough. What is too short for the record is kept and followed by a
 * stock sentence; a body that cannot be read counts as none, because the ruling itself is in the path (MAP contract §1.7).
 */
export function readShortWords(bytes: Buffer, ruling: 'approve' | 'reject', stock: string): string {
  const body = parseBody(bytes, {})
  const words = isRefusal(body) ? body : wordsIn(body, ruling)
  return enoughWords(isRefusal(words) ? '' : words, stock)
}

/**
 * The reply to approve and reject.
 * @param planId the plan it was asked through
 */
export function ruledText(ruled: RuledStep, ruling: 'approve' | 'reject', planId?: string): string {
  const { workflow, step, missing, policies } = ruled
  const approval = step.approval
  const waiting = missing > 0
  const by = approval?.decidedBy ?? approval?.grants.at(-1)?.by
  const at = approval?.decidedAt ?? approval?.grants.at(-1)?.at
  const [who, when] = ruling === 'approve' ? ['approved_by', 'approved_at'] : ['rejected_by', 'rejected_at']
  const status = waiting ? 'pending' : ruling === 'approve' ? 'approved' : 'rejected'
  const matched = actionable(policies)
  const head = JSON.stringify({
    workflow_id: workflow.id,
    plan_id: planId,
    step_id: step.stepId,
    status,
    decision: waiting ? 'require_approval' : ruling === 'approve' ? 'allow' : 'block',
    reason: waiting ? step.reason : `${ruling === 'approve' ? 'Approved' : 'Rejected'}: ${step.reason}`,
    approval_status: status,
    approval_id: approval?.id,
    [who as string]: by,
    [when as string]: at === undefined ? undefined : instant(at),
    policies_matched: matched.length === 0 ? undefined : matched.map(wireMatch),
    message: waiting
      ? `Approval recorded: ${missing} more needed`
      : ruling === 'approve'
        ? 'Step approved'
        : 'Step rejected, workflow aborted',
  })
  return `${head.slice(0, -1)},"retry_context":${retryContextText(retryContext(step, step.decision, null))}}\n`
}

/** The tenant's pending approvals. */
export function pendingText(rows: readonly PendingStep[], total: number): string {
  return line({ pending_approvals: rows.map(wirePending), count: total })
}

function wirePending({ workflow, step, record }: PendingStep): Record<string, unknown> {
  const { policies, input } = record
  const matched = actionable(policies)
  return {
    workflow_id: workflow.id,
    workflow_name: workflow.name,
    plan_id: planOf(workflow),
    step_id: step.stepId,
    step_index: step.index,
    step_name: step.name,
    step_type: step.type,
    decision: step.decision,
    decision_id: step.decisionId,
    decision_reason: step.reason,
    policies_matched: matched.map(wireMatch),
    step_input: asObject(input.step_input),
    tool_name: input.tool_name,
    tool_input: asObject(input.tool_input),
    approval_status: 'pending',
    approval_id: step.approval?.id,
    requested_by: step.approval?.requestedBy,
    expires_at: step.approval === undefined ? undefined : instant(step.approval.expiresAt),
    roles: step.approval?.terms.roles,
    quorum: step.approval?.terms.quorum,
    approvals: step.approval?.grants.map(({ by, at }) => ({ by, at: instant(at) })),
    created_at: instant(step.decidedAt),
  }
}

/** Clients read objects here, also where a policy had all of it redacted. */
function asObject(value: unknown): unknown {
  return value === undefined || (typeof value === 'object' && value !== null) ? value : { redacted: value }
}

/** The plan that a workflow says it runs. */
export function planOf({ metadata }: Workflow): string | undefined {
  const id = metadata.plan_id
  return typeof id === 'string' && id !== '' ? id : undefined
}
