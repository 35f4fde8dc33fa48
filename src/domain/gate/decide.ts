/** A fresh decision: what to say and what to change. @module */
import { combine, type Judgement, type Verdict } from '../decision.js'
import type { Changes, Event } from '../event.js'
import { actor, type Identity } from '../identity.js'
import { approvalId } from '../ids.js'
import { retryContext } from '../retry-context.js'
import { type Approval, isDone, type Step } from '../step.js'
import { copyOf, total, type Workflow } from '../workflow.js'
import type { Writable } from '../writable.js'
import type { GateInput } from './input.js'
import { decisionRecord } from './record.js'
import type { GateReply } from './reply.js'
import { contentDigest, type GateRequest } from './request.js'

/** All that a fresh decision is made from. */
export interface Deciding {
  readonly workflow: Workflow
  /** The step as earlier gates left it. */
  readonly step: Step | undefined
  readonly stepId: string
  readonly request: GateRequest
  /** Digest of the original content, where `request` was taken from a record that holds it masked. */
  readonly contentDigest?: string | undefined
  readonly input: GateInput
  readonly identity: Identity
  readonly judgement: Judgement
  readonly now: number
  /** Id and event number of this decision, given by the edge. */
  readonly decisionId: string
  readonly seq: number
  /** How long a hold may wait where the policy does not say. */
  readonly approvalTtlMs: number
  /** The recorded output, when it was asked for and there is one. */
  readonly priorOutput: Parameters<typeof retryContext>[2]
}

/** Combine what policy said with the step's history into the reply and the rows to write. Pure. */
export function decideGate(d: Deciding): {
  reply: GateReply
  changes: Changes
} {
  const verdict = combine(d.judgement)
  const approval = verdict.decision === 'require_approval' ? newHold(d, verdict) : undefined
  const step = d.step ? regated(d.step, d, verdict, approval) : firstGated(d, verdict, approval)
  const reply: Writable<GateReply> = {
    decision: verdict.decision,
    stepId: d.stepId,
    decisionId: d.decisionId,
    reason: verdict.reason,
    evaluated: verdict.evaluated,
    matched: verdict.matched,
    pending: approval !== undefined,
    cached: false,
    retry: retryContext(step, d.step?.decision ?? step.decision, d.priorOutput),
    revision: d.judgement.revision,
  }
  if (approval) reply.approvalId = approval.id
  return {
    reply,
    changes: { workflow: talliedAnew(d.workflow, d.step, step), step, events: [decided(d, verdict)] },
  }
}

function decided(d: Deciding, verdict: Verdict): Event {
  const record = decisionRecord(d.decisionId, d.judgement, verdict, d.input, d.identity.open, d.request.asked)
  const event: Writable<Event> = {
    seq: d.seq,
    workflowKey: d.workflow.key,
    stepId: d.stepId,
    type: d.step ? 'step_regated' : 'step_gated',
    at: d.now,
    body: record.body,
  }
  if (record.asked) event.asked = record.asked
  return event
}

function newHold(d: Deciding, verdict: Verdict): Approval {
  const hold = (lastHoldOf(d.step) ?? 0) + 1
  const terms = verdict.approval ?? { roles: [], quorum: 1 }
  return {
    id: approvalId(d.workflow.id, d.stepId, hold),
    hold,
    status: 'pending',
    requestedBy: actor(d.identity),
    requestedAt: d.now,
    expiresAt: d.now + (terms.expiresInMs ?? d.approvalTtlMs),
    terms,
    grants: [],
  }
}

const lastHoldOf = (step: Step | undefined): number | undefined => step?.approval?.hold ?? step?.lastHold

function firstGated(d: Deciding, verdict: Verdict, approval: Approval | undefined): Step {
  const step = asked(d, verdict, approval)
  step.index = d.workflow.stepCount + 1
  step.checkpoint = d.seq
  step.version = 1
  step.idempotencyKey = d.request.idempotencyKey
  step.gateCount = 1
  step.firstGateAt = d.now
  step.completionCount = 0
  step.resumeCount = 0
  return step
}

/** A re-evaluation overwrites what was asked and decided, and keeps what happened (WCP §5.6). */
function regated(before: Step, d: Deciding, verdict: Verdict, approval: Approval | undefined): Step {
  const step = asked(d, verdict, approval)
  step.index = before.index
  step.checkpoint = before.checkpoint
  step.version = before.version + 1
  step.idempotencyKey = before.idempotencyKey
  step.gateCount = before.gateCount + 1
  step.firstGateAt = before.firstGateAt
  step.completionCount = before.completionCount
  step.resumeCount = before.resumeCount
  const lastHold = lastHoldOf(before)
  if (approval === undefined && lastHold !== undefined) step.lastHold = lastHold
  if (before.completedAt !== undefined) step.completedAt = before.completedAt
  if (before.outputSeq !== undefined) step.outputSeq = before.outputSeq
  if (before.lastResumedAt !== undefined) step.lastResumedAt = before.lastResumedAt
  return step
}

/** What this call asked and policy decided; the counters are the caller's to set. */
function asked(d: Deciding, verdict: Verdict, approval: Approval | undefined): Writable<Step> {
  const { request } = d
  const step: Writable<Step> = {
    workflowKey: d.workflow.key,
    stepId: d.stepId,
    index: 0,
    checkpoint: 0,
    version: 0,
    type: request.stepType,
    decision: verdict.decision,
    reason: verdict.reason,
    decisionId: d.decisionId,
    decisionSeq: d.seq,
    idempotencyKey: '',
    gateCount: 0,
    firstGateAt: 0,
    lastGateAt: d.now,
    decidedAt: d.now,
    completionCount: 0,
    resumeCount: 0,
  }
  if (request.stepName !== undefined) step.name = request.stepName
  if (request.toolContext !== undefined) step.toolName = request.toolContext.toolName
  if (request.model !== undefined) step.model = request.model
  if (request.provider !== undefined) step.provider = request.provider
  if (request.tokensIn !== undefined) step.tokensIn = request.tokensIn
  if (request.tokensOut !== undefined) step.tokensOut = request.tokensOut
  if (request.costUsd !== undefined) step.costUsd = request.costUsd
  if (approval !== undefined) step.approval = approval
  const digest = d.contentDigest ?? (verdict.redact.length > 0 ? contentDigest(request) : undefined)
  if (digest !== undefined) step.contentDigest = digest
  return step
}

/** What a step counts for in its workflow's totals. */
type Counted = Pick<Step, 'tokensIn' | 'tokensOut' | 'costUsd'>
const nothing: Counted = {}

/** The workflow's running totals after a step was decided anew: what an attempt that was done has cost stays counted. */
function talliedAnew(workflow: Workflow, before: Step | undefined, after: Step): Workflow {
  return tallied(workflow, before, after, before && isDone(before) ? nothing : before)
}

/**
 * The workflow's running totals after a step changed from `before` to `after`.
 * @param replaced what is in the totals and is not to be any more
 */
export function tallied(
  workflow: Workflow,
  before: Step | undefined,
  after: Step,
  replaced: Counted = before ?? nothing,
): Workflow {
  const next = copyOf(workflow)
  next.version = workflow.version + 1
  next.stepCount = before ? workflow.stepCount : after.index
  next.tokensIn = total(workflow.tokensIn, replaced.tokensIn ?? 0, after.tokensIn ?? 0)
  next.tokensOut = total(workflow.tokensOut, replaced.tokensOut ?? 0, after.tokensOut ?? 0)
  next.costUsd = total(workflow.costUsd, replaced.costUsd ?? 0, after.costUsd ?? 0)
  if (after.approval?.status === 'pending') next.pendingStep = after.stepId
  else if (workflow.pendingStep === after.stepId) delete next.pendingStep
  return next
}
