/** A fresh decision: what to say and what to change. @module */
import { combine, type Judgement, type Verdict } from '../decision.js'
import type { Changes } from '../event.js'
import { actor, type Identity } from '../identity.js'
import { approvalId } from '../ids.js'
import { retryContext } from '../retry-context.js'
import type { Approval, Step } from '../step.js'
import type { Workflow } from '../workflow.js'
import type { GateInput } from './input.js'
import { decisionRecord } from './record.js'
import type { GateReply } from './reply.js'
import type { GateContent, GateRequest } from './request.js'

/** All that a fresh decision is made from. */
export interface Deciding {
  readonly workflow: Workflow
  /** The step as earlier gates left it. */
  readonly step: Step | undefined
  readonly stepId: string
  readonly request: GateRequest
  readonly content: GateContent
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
  const reply: GateReply = {
    decision: verdict.decision,
    stepId: d.stepId,
    decisionId: d.decisionId,
    reason: verdict.reason,
    evaluated: verdict.evaluated,
    matched: verdict.matched,
    ...(approval ? { approvalId: approval.id } : {}),
    pending: approval !== undefined,
    cached: false,
    retry: retryContext(step, d.step?.decision ?? step.decision, d.priorOutput),
    revision: d.judgement.revision,
  }
  const body = decisionRecord(d.decisionId, d.judgement, verdict, d.input, d.identity.open)
  return {
    reply,
    changes: {
      workflow: tallied(d.workflow, d.step, step),
      step,
      events: [
        {
          seq: d.seq,
          workflowKey: d.workflow.key,
          stepId: d.stepId,
          type: 'step_gated',
          at: d.now,
          body,
        },
      ],
    },
  }
}

function newHold(d: Deciding, verdict: Verdict): Approval {
  const hold = (d.step?.approval?.hold ?? 0) + 1
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

function firstGated(d: Deciding, verdict: Verdict, approval: Approval | undefined): Step {
  return {
    ...asked(d, verdict, approval),
    workflowKey: d.workflow.key,
    stepId: d.stepId,
    index: d.workflow.stepCount + 1,
    version: 1,
    idempotencyKey: d.request.idempotencyKey,
    gateCount: 1,
    firstGateAt: d.now,
    completionCount: 0,
    resumeCount: 0,
  }
}

/** A re-evaluation overwrites what was asked and decided, and keeps what happened (WCP §5.6). */
function regated(step: Step, d: Deciding, verdict: Verdict, approval: Approval | undefined): Step {
  const kept = {
    workflowKey: step.workflowKey,
    stepId: step.stepId,
    index: step.index,
    version: step.version + 1,
    idempotencyKey: step.idempotencyKey,
    gateCount: step.gateCount + 1,
    firstGateAt: step.firstGateAt,
    completionCount: step.completionCount,
    resumeCount: step.resumeCount,
    ...(step.completedAt === undefined ? {} : { completedAt: step.completedAt }),
    ...(step.outputSeq === undefined ? {} : { outputSeq: step.outputSeq }),
    ...(step.lastResumedAt === undefined ? {} : { lastResumedAt: step.lastResumedAt }),
  }
  return { ...asked(d, verdict, approval), ...kept }
}

function asked(d: Deciding, verdict: Verdict, approval: Approval | undefined) {
  const { request } = d
  return {
    ...(request.stepName === undefined ? {} : { name: request.stepName }),
    type: request.stepType,
    ...(request.toolContext === undefined ? {} : { toolName: request.toolContext.toolName }),
    ...(request.model === undefined ? {} : { model: request.model }),
    ...(request.provider === undefined ? {} : { provider: request.provider }),
    decision: verdict.decision,
    reason: verdict.reason,
    decisionId: d.decisionId,
    decisionSeq: d.seq,
    ...(approval === undefined ? {} : { approval }),
    contentDigest: d.content.digest,
    lastGateAt: d.now,
    decidedAt: d.now,
    ...(request.tokensIn === undefined ? {} : { tokensIn: request.tokensIn }),
    ...(request.tokensOut === undefined ? {} : { tokensOut: request.tokensOut }),
    ...(request.costUsd === undefined ? {} : { costUsd: request.costUsd }),
  }
}

/** The workflow's running totals after a step changed from `before` to `after`. */
export function tallied(workflow: Workflow, before: Step | undefined, after: Step): Workflow {
  const { pendingStep, ...rest } = workflow
  const waits = after.approval?.status === 'pending'
  const stillPending = waits ? after.stepId : pendingStep === after.stepId ? undefined : pendingStep
  return {
    ...rest,
    version: workflow.version + 1,
    stepCount: before ? workflow.stepCount : after.index,
    tokensIn: workflow.tokensIn + (after.tokensIn ?? 0) - (before?.tokensIn ?? 0),
    tokensOut: workflow.tokensOut + (after.tokensOut ?? 0) - (before?.tokensOut ?? 0),
    costUsd: workflow.costUsd + (after.costUsd ?? 0) - (before?.costUsd ?? 0),
    ...(stillPending === undefined ? {} : { pendingStep: stillPending }),
  }
}
