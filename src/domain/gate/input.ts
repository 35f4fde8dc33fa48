/** The input that policies see at a gate: one flat object, and the same as JSON text for WASM and for the record. @module */
import { actor, type Identity } from '../identity.js'
import { instant } from '../instant.js'
import type { PlanFacts } from '../plan/drift.js'
import { priorCompletion } from '../retry-context.js'
import type { Step, StepType } from '../step.js'
import type { Workflow } from '../workflow.js'
import { type GateRequest, membersAsked } from './request.js'

/** The object and its text; both without facts, which the engine adds. */
export interface GateInput {
  readonly object: Readonly<Record<string, unknown>>
  /** The whole as JSON text, made when asked for: most gates need it for nothing. */
  readonly text: () => string
  /** What neither the request nor the workflow's row tells, as JSON text: see `recordedInput`. Only of a gate's input. */
  readonly frame?: string
}

/**
 * Make the policy input for a gate. Counts are as they will be after this call; `workflow.*` is what happened before it.
 * @param now Unix milliseconds; policies see it as `input.now` and have no other clock
 * @param plan what is known of the plan that the workflow runs, where it runs one
 */
export function gateInput(
  workflow: Workflow,
  step: Step | undefined,
  stepId: string,
  request: GateRequest,
  identity: Identity,
  now: number,
  plan?: PlanFacts,
): GateInput {
  const caller = callerOf(identity)
  const gateCount = (step?.gateCount ?? 0) + 1
  const completionCount = step?.completionCount ?? 0
  const prior = priorCompletion(gateCount, completionCount)
  const tool = request.toolContext
  // Made for every gate: every object has all its members, absent ones undefined, and the text is put together by hand.
  const object = {
    workflow_id: workflow.id,
    workflow_name: workflow.name,
    source: workflow.source,
    trace_id: workflow.traceId,
    metadata: workflow.metadata,
    tenant_id: workflow.tenant,
    org_id: workflow.org,
    request_type: 'workflow_step_gate',
    now: instant(now),
    step_id: stepId,
    step_index: step?.index ?? workflow.stepCount + 1,
    step_type: request.stepType,
    client_id: identity.client,
    user: caller.user,
    step: {
      gate_count: gateCount,
      completion_count: completionCount,
      prior_completion_status: prior,
      prior_output_available: prior === 'completed',
      last_decision: step?.decision ?? '',
      first_attempt_age_seconds: step ? seconds(now - step.firstGateAt) : 0,
      idempotency_key: request.idempotencyKey,
    },
    workflow: {
      step_count: workflow.stepCount,
      tokens_in: workflow.tokensIn,
      tokens_out: workflow.tokensOut,
      cost_usd: workflow.costUsd,
      age_seconds: seconds(now - workflow.createdAt),
      approvals_granted: workflow.approvalsGranted,
    },
    step_name: request.stepName,
    model: request.model,
    provider: request.provider,
    tokens_in: request.tokensIn,
    tokens_out: request.tokensOut,
    cost_usd: request.costUsd,
    tool_name: tool?.toolName,
    tool_type: tool?.toolType,
    step_input: request.stepInput,
    tool_input: tool?.toolInput,
    plan,
  }
  const w = object.workflow
  const frame =
    `{"step_index":${object.step_index},${caller.text}${step ? `,"step":${JSON.stringify(object.step)}` : ''}` +
    `,"workflow":{"step_count":${w.step_count},"tokens_in":${w.tokens_in},"tokens_out":${w.tokens_out}` +
    `,"cost_usd":${w.cost_usd},"approvals_granted":${w.approvals_granted}}` +
    `${plan === undefined ? '' : `,"plan":${JSON.stringify(plan)}`}}`
  return { object, frame, text: () => JSON.stringify(object) }
}

/** Where and when a decision was made: its event tells the step and the time, its workflow's row what never changes. */
export interface DecidedAt {
  readonly workflow: Workflow
  readonly stepId: string
  /** Unix milliseconds. */
  readonly at: number
}

/**
 * The input that was judged, from what its record keeps apart.
 * @param frame see `GateInput.frame`
 * @param asked see `GateRequest.asked`
 */
export function recordedInput(
  frame: Readonly<Record<string, unknown>>,
  asked: Uint8Array,
  { workflow, stepId, at }: DecidedAt,
): Readonly<Record<string, unknown>> {
  const { members, idempotencyKey } = membersAsked(asked)
  // Earlier versions wrote the workflow's members into each record.
  if ('workflow_id' in frame) return { ...frame, ...members }
  const request = { stepType: members.step_type as StepType, stepInput: {}, idempotencyKey }
  const first = gateInput(workflow, undefined, stepId, { ...request, ...asksNothing }, nobody, at).object
  const totals = { ...(first.workflow as object), ...(frame.workflow as object) }
  return { ...first, ...frame, workflow: totals, ...members }
}

const asksNothing = { retryPolicy: 'idempotent', includePriorOutput: false } as const
/** The frame says who it was. */
const nobody: Identity = { org: '', tenant: '', client: '', open: true }

const seconds = (ms: number): number => Math.max(0, Math.floor(ms / 1000))

interface Caller {
  readonly user: { readonly id: string; readonly email?: string; readonly role?: string }
  /** `client_id` and `user` as JSON text. */
  readonly text: string
}

// Edges make one identity object for all calls with the same credentials.
const callers = new WeakMap<Identity, Caller>()

function callerOf(identity: Identity): Caller {
  const known = callers.get(identity)
  if (known) return known
  const { email, role } = identity
  const user = {
    id: actor(identity),
    ...(email === undefined ? {} : { email }),
    ...(role === undefined ? {} : { role }),
  }
  const text = `"client_id":${JSON.stringify(identity.client)},"user":${JSON.stringify(user)}`
  const caller = { user, text }
  callers.set(identity, caller)
  return caller
}
