/** The gate on the wire (WCP §5). @module */

import type { PolicyMatch } from '../../domain/decision.js'
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import type { GateReply } from '../../domain/gate/reply.js'
import type { GateRequest, ToolContext } from '../../domain/gate/request.js'
import { instant } from '../../domain/instant.js'
import { isPlainText, type JsonObject, jsonString } from '../../domain/json.js'
import type { RetryContext } from '../../domain/retry-context.js'
import { type StepType, stepTypes } from '../../domain/step.js'
import type { Writable } from '../../domain/writable.js'
import { Fields, isLongerThan, parseBody } from './body.js'

const gateNames = new Set([
  'step_type',
  'step_name',
  'step_input',
  'model',
  'provider',
  'tokens_in',
  'tokens_out',
  'cost_usd',
  'tool_context',
  'retry_policy',
  'idempotency_key',
])
const toolNames = new Set(['tool_name', 'tool_type', 'tool_input'])
const stepTypeNames: ReadonlySet<string> = new Set(stepTypes)

/** Read a gate request's body; the checks come in the contract's order (§5.2). */
export function readGateRequest(bytes: Buffer, includePriorOutput: boolean): GateRequest | Refusal {
  let asked: Buffer | undefined = bytes
  const body = parseBody(bytes, undefined, () => {
    asked = undefined
  })
  if (isRefusal(body)) return body
  const fields = new Fields(body as JsonObject, gateNames)
  const stepType = fields.text('step_type', 100)
  const stepName = fields.text('step_name', 255)
  const stepInput = fields.object('step_input')
  const model = fields.text('model', 100)
  const provider = fields.text('provider', 100)
  const tokensIn = fields.count('tokens_in')
  const tokensOut = fields.count('tokens_out')
  const costUsd = fields.amount('cost_usd')
  const tool = fields.object('tool_context')
  const retryPolicy = fields.text('retry_policy', Number.POSITIVE_INFINITY) ?? ''
  const key = fields.column('idempotency_key', Number.POSITIVE_INFINITY) ?? ''
  const toolFields = tool && new Fields(tool, toolNames, 'tool_context.')
  const toolContext = toolFields && readToolContext(toolFields)
  const problem = fields.problem ?? toolFields?.problem
  if (problem !== undefined) return bad(problem)
  if (stepType === undefined || stepType === '') return bad('step_type is required')
  if (!stepTypeNames.has(stepType)) return bad(`step_type must be one of ${stepTypes.join(', ')}`)
  if (toolContext?.toolName === '') {
    return refuse('INVALID_TOOL_CONTEXT', { message: 'tool_name is required when tool_context is provided' })
  }
  if (retryPolicy !== '' && retryPolicy !== 'idempotent' && retryPolicy !== 'reevaluate') {
    return bad('retry_policy must be "idempotent" or "reevaluate"')
  }
  if (tooLongKey(key)) return bad('idempotency_key must be at most 255 characters')
  const request: Writable<GateRequest> = {
    stepType: stepType as StepType,
    stepInput: stepInput ?? {},
    retryPolicy: retryPolicy === 'reevaluate' ? 'reevaluate' : 'idempotent',
    idempotencyKey: key,
    includePriorOutput,
  }
  if (stepName !== undefined) request.stepName = stepName
  if (model !== undefined) request.model = model
  if (provider !== undefined) request.provider = provider
  if (tokensIn !== undefined) request.tokensIn = tokensIn
  if (tokensOut !== undefined) request.tokensOut = tokensOut
  if (costUsd !== undefined) request.costUsd = costUsd
  if (toolContext !== undefined) request.toolContext = toolContext
  if (asked && fields.exact && (!toolFields || toolFields.exact)) request.asked = asked
  return request
}

function readToolContext(fields: Fields): ToolContext {
  const toolName = fields.text('tool_name', 255) ?? ''
  const toolType = fields.text('tool_type', 100)
  const toolInput = fields.object('tool_input')
  return {
    toolName,
    ...(toolType === undefined ? undefined : { toolType }),
    ...(toolInput === undefined ? undefined : { toolInput }),
  }
}

const bad = (message: string): Refusal => refuse('BAD_REQUEST', { message })

/** Keys are measured in characters, as the contract counts them. */
export const tooLongKey = (key: string): boolean => isLongerThan(255, key)

/** JSON text, and its length in UTF-8. */
export interface GateReplyText {
  readonly text: string
  readonly bytes: number
}

/**
 * A gate reply as JSON text. Written by hand: it is the hot path's largest object, and most of it is fixed.
 * @param approvalUrl the link for a reviewer, where a base URL is configured
 */
export function gateReplyText(reply: GateReply, approvalUrl: string | undefined): GateReplyText {
  const judged = judgedText(reply, approvalUrl)
  const text =
    `{"decision":"${reply.decision}","step_id":${jsonString(reply.stepId)},"decision_id":"${reply.decisionId}"` +
    `${judged.text},"retry_context":${retryContextText(reply.retry)}}\n`
  // Counting makes V8 put the pieces together once more than sending them does.
  return { text, bytes: judged.isAscii && hasPlainIds(reply) ? text.length : Buffer.byteLength(text) }
}

/** Whether nothing of a reply but what policy said can hold other characters than ASCII. */
const hasPlainIds = ({ stepId, retry }: GateReply): boolean =>
  isPlainText(stepId) && isPlainText(retry.idempotencyKey) && retry.priorOutput === null

/** What policy said, between the ids and the retry context. */
interface JudgedText {
  readonly text: string
  readonly isAscii: boolean
}

// Most gates are judged like the one before them, mostly that nothing matched.
let latest: Pick<GateReply, 'evaluated' | 'matched' | 'reason' | 'revision' | 'cached'> | undefined
let latestText: JudgedText = { text: '', isAscii: true }

function judgedText(reply: GateReply, approvalUrl: string | undefined): JudgedText {
  if (reply.approvalId !== undefined || reply.pending) return newJudgedText(reply, approvalUrl)
  if (
    reply.evaluated !== latest?.evaluated ||
    reply.matched !== latest.matched ||
    reply.reason !== latest.reason ||
    reply.revision !== latest.revision ||
    reply.cached !== latest.cached
  ) {
    const { evaluated, matched, reason, revision, cached } = reply
    latestText = newJudgedText(reply, undefined)
    latest = { evaluated, matched, reason, revision, cached }
  }
  return latestText
}

function newJudgedText(reply: GateReply, approvalUrl: string | undefined): JudgedText {
  const redact = redactPaths(reply.matched)
  // Joined, not added: what is added V8 keeps in its pieces, and would put together for each reply anew.
  const text = [
    reply.matched.length === 0 ? '' : `,"policy_ids":${JSON.stringify(policyIds(reply.matched))}`,
    `,"reason":${jsonString(reply.reason)}`,
    reply.approvalId ? `,"approval_id":"${reply.approvalId}","approval_enqueue":"created"` : '',
    reply.pending && approvalUrl !== undefined ? `,"approval_url":${JSON.stringify(approvalUrl)}` : '',
    matches('policies_evaluated', reply.evaluated),
    matches('policies_matched', reply.matched),
    redact.length === 0 ? '' : `,"obligations":${JSON.stringify([{ type: 'redact', paths: redact }])}`,
    `,"policy_bundle":${jsonString(reply.revision)},"cached":${reply.cached}`,
    `,"decision_source":"${reply.cached ? 'cached' : 'fresh'}"`,
  ].join('')
  return { text, isAscii: Buffer.byteLength(text) === text.length }
}

function matches(name: string, policies: readonly PolicyMatch[]): string {
  return policies.length === 0 ? '' : `,"${name}":${JSON.stringify(policies.map(wireMatch))}`
}

/** One policy in a reply (contract: PolicyMatch). */
export function wireMatch(match: PolicyMatch): Record<string, unknown> {
  return {
    policy_id: match.policyId,
    policy_name: match.policyName,
    action: match.action,
    reason: match.reason,
    ...(match.enforcement === 'shadow' ? { enforcement: 'shadow' } : {}),
  }
}

/** Each policy's id once. */
export const policyIds = (policies: readonly PolicyMatch[]): string[] => [
  ...new Set(policies.map((m) => m.policyId)),
]

function redactPaths(matched: readonly PolicyMatch[]): string[] {
  if (matched.length === 0) return []
  return [
    ...new Set(matched.flatMap((match) => (match.action === 'redact' ? (match.redact ?? []) : []))),
  ].sort()
}

/** All ten keys, always (WCP §6.1). */
export function retryContextText(retry: RetryContext): string {
  const first = instant(retry.firstAttemptAt)
  const last = retry.lastAttemptAt === retry.firstAttemptAt ? first : instant(retry.lastAttemptAt)
  const key = jsonString(retry.idempotencyKey)
  return (
    `${retry.gateCount === 1 && retry.completionCount === 0 ? firstAttempt : attempts(retry)}` +
    `,"first_attempt_at":"${first}","last_attempt_at":"${last}","last_decision":"${retry.lastDecision}","idempotency_key":${key}}`
  )
}

const attempts = (
  retry: Omit<RetryContext, 'firstAttemptAt' | 'lastAttemptAt' | 'lastDecision' | 'idempotencyKey'>,
): string =>
  [
    `{"gate_count":${retry.gateCount},"completion_count":${retry.completionCount}`,
    `,"prior_completion_status":"${retry.priorCompletion}"`,
    `,"prior_output_available":${retry.priorCompletion === 'completed'}`,
    `,"prior_output":${retry.priorOutput === null ? 'null' : JSON.stringify(retry.priorOutput)}`,
    `,"prior_completion_at":${retry.priorCompletionAt === null ? 'null' : `"${instant(retry.priorCompletionAt)}"`}`,
  ].join('')

/** Nothing was completed before it. */
const firstAttempt = attempts({
  gateCount: 1,
  completionCount: 0,
  priorCompletion: 'none',
  priorOutput: null,
  priorCompletionAt: null,
})
