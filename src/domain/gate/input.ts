/** The input that policies see at a gate: one flat object, and the same as JSON text for WASM and for the record. @module */
import { actor, type Identity } from '../identity.js'
import { instant } from '../instant.js'
import { type JsonObject, jsonString } from '../json.js'
import type { PlanFacts } from '../plan/drift.js'
import { priorCompletion } from '../retry-context.js'
import type { Step } from '../step.js'
import type { Workflow } from '../workflow.js'
import type { GateRequest } from './request.js'

/** The object and its text; both without facts, which the engine adds. */
export interface GateInput {
  readonly object: Readonly<Record<string, unknown>>
  /** The whole as JSON text, made when asked for: most gates need it for nothing. */
  readonly text: () => string
  /** The members that are not the request's own, as JSON text. Only of a gate's input. */
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
  const { head, members } = constants(workflow)
  const caller = callerOf(identity)
  const gateCount = (step?.gateCount ?? 0) + 1
  const completionCount = step?.completionCount ?? 0
  const prior = priorCompletion(gateCount, completionCount)
  const tool = request.toolContext
  // Made for every gate: every object has all its members, absent ones undefined, and the text is put together by hand.
  const object = {
    workflow_id: members.workflow_id,
    workflow_name: members.workflow_name,
    source: members.source,
    trace_id: members.trace_id,
    metadata: members.metadata,
    tenant_id: members.tenant_id,
    org_id: members.org_id,
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
  const s = object.step
  const w = object.workflow
  const frame =
    `${head},"request_type":"workflow_step_gate","now":"${object.now}","step_id":${jsonString(stepId)}` +
    `,"step_index":${object.step_index},${caller.text}` +
    `,"step":{"gate_count":${gateCount},"completion_count":${completionCount},"prior_completion_status":"${prior}"` +
    `,"prior_output_available":${s.prior_output_available},"last_decision":"${s.last_decision}"` +
    `,"first_attempt_age_seconds":${s.first_attempt_age_seconds},"idempotency_key":${jsonString(s.idempotency_key)}}` +
    `,"workflow":{"step_count":${w.step_count},"tokens_in":${w.tokens_in},"tokens_out":${w.tokens_out}` +
    `,"cost_usd":${w.cost_usd},"age_seconds":${w.age_seconds},"approvals_granted":${w.approvals_granted}}` +
    `${plan === undefined ? '' : `,"plan":${JSON.stringify(plan)}`}}`
  return { object, frame, text: () => JSON.stringify(object) }
}

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

interface Constants {
  readonly members: {
    readonly workflow_id: string
    readonly workflow_name: string
    readonly source: string
    readonly trace_id: string | undefined
    readonly metadata: JsonObject
    readonly tenant_id: string
    readonly org_id: string
  }
  /** The members as JSON text, without the closing brace. */
  readonly head: string
}

// Every version of a workflow shares its metadata object, so what never changes is made once per loaded workflow.
const made = new WeakMap<JsonObject, Constants>()

function constants(workflow: Workflow): Constants {
  const known = made.get(workflow.metadata)
  if (known) return known
  const members = {
    workflow_id: workflow.id,
    workflow_name: workflow.name,
    source: workflow.source,
    trace_id: workflow.traceId,
    metadata: workflow.metadata,
    tenant_id: workflow.tenant,
    org_id: workflow.org,
  }
  const fresh = { members, head: JSON.stringify(members).slice(0, -1) }
  made.set(workflow.metadata, fresh)
  return fresh
}
