/** The input that policies see at a gate: one flat object, and the same as JSON text for WASM and for the record. @module */
import { actor, type Identity } from '../identity.js'
import { canonicalJson, type JsonObject } from '../json.js'
import { priorCompletion } from '../retry-context.js'
import type { Step } from '../step.js'
import type { Workflow } from '../workflow.js'
import type { GateContent, GateRequest } from './request.js'

/** The object and its text; both without facts, which the engine adds. */
export interface GateInput {
  readonly object: Readonly<Record<string, unknown>>
  readonly text: string
}

/**
 * Make the policy input for a gate. Counts are as they will be after this call; `workflow.*` is what happened before it.
 * @param now Unix milliseconds; policies see it as `input.now` and have no other clock
 */
export function gateInput(
  workflow: Workflow,
  step: Step | undefined,
  stepId: string,
  request: GateRequest,
  content: GateContent,
  identity: Identity,
  now: number,
): GateInput {
  const tool = request.toolContext
  const gateCount = (step?.gateCount ?? 0) + 1
  const completionCount = step?.completionCount ?? 0
  const prior = priorCompletion(gateCount, completionCount)
  const run = constants(workflow)
  // Written out member by member: this is made for every gate, and spreading costs as much as the rest of it.
  const user: Mutable = { id: actor(identity) }
  if (identity.email !== undefined) user.email = identity.email
  if (identity.role !== undefined) user.role = identity.role
  const call: Mutable = {
    request_type: 'workflow_step_gate',
    now: new Date(now).toISOString(),
    step_id: stepId,
    step_index: step?.index ?? workflow.stepCount + 1,
    step_type: request.stepType,
    client_id: identity.client,
    user,
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
  }
  if (request.stepName !== undefined) call.step_name = request.stepName
  if (request.model !== undefined) call.model = request.model
  if (request.provider !== undefined) call.provider = request.provider
  if (request.tokensIn !== undefined) call.tokens_in = request.tokensIn
  if (request.tokensOut !== undefined) call.tokens_out = request.tokensOut
  if (request.costUsd !== undefined) call.cost_usd = request.costUsd
  if (tool !== undefined) {
    call.tool_name = tool.toolName
    if (tool.toolType !== undefined) call.tool_type = tool.toolType
  }
  const toolInput = content.toolInput === undefined ? '' : `,"tool_input":${content.toolInput}`
  const text = `${run.head},${JSON.stringify(call).slice(1, -1)},"step_input":${content.stepInput}${toolInput}}`
  const { workflow_id, workflow_name, source, metadata, tenant_id, org_id } = run
  call.workflow_id = workflow_id
  call.workflow_name = workflow_name
  call.source = source
  if (run.trace_id !== undefined) call.trace_id = run.trace_id
  call.metadata = metadata
  call.tenant_id = tenant_id
  call.org_id = org_id
  call.step_input = request.stepInput
  if (tool?.toolInput !== undefined) call.tool_input = tool.toolInput
  return { object: call, text }
}

type Mutable = Record<string, unknown>

const seconds = (ms: number): number => Math.max(0, Math.floor(ms / 1000))

interface Constants {
  readonly workflow_id: string
  readonly workflow_name: string
  readonly source: string
  readonly trace_id?: string
  readonly metadata: JsonObject
  readonly tenant_id: string
  readonly org_id: string
  /** The members above as JSON text, without the closing brace. */
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
    ...(workflow.traceId === undefined ? {} : { trace_id: workflow.traceId }),
    metadata: workflow.metadata,
    tenant_id: workflow.tenant,
    org_id: workflow.org,
  }
  const fresh = { ...members, head: canonicalJson(members).slice(0, -1) }
  made.set(workflow.metadata, fresh)
  return fresh
}
