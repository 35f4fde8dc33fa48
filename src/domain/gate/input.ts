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
  const call = {
    request_type: 'workflow_step_gate',
    now: new Date(now).toISOString(),
    step_id: stepId,
    step_index: step?.index ?? workflow.stepCount + 1,
    step_type: request.stepType,
    ...(request.stepName === undefined ? undefined : { step_name: request.stepName }),
    ...(request.model === undefined ? undefined : { model: request.model }),
    ...(request.provider === undefined ? undefined : { provider: request.provider }),
    ...(request.tokensIn === undefined ? undefined : { tokens_in: request.tokensIn }),
    ...(request.tokensOut === undefined ? undefined : { tokens_out: request.tokensOut }),
    ...(request.costUsd === undefined ? undefined : { cost_usd: request.costUsd }),
    ...(tool === undefined ? undefined : { tool_name: tool.toolName }),
    ...(tool?.toolType === undefined ? undefined : { tool_type: tool.toolType }),
    user: {
      id: actor(identity),
      ...(identity.email === undefined ? undefined : { email: identity.email }),
      ...(identity.role === undefined ? undefined : { role: identity.role }),
    },
    client_id: identity.client,
    step: {
      gate_count: gateCount,
      completion_count: completionCount,
      prior_completion_status: prior,
      prior_output_available: prior === 'completed',
      last_decision: step?.decision ?? '',
      first_attempt_age_seconds: step ? Math.max(0, Math.floor((now - step.firstGateAt) / 1000)) : 0,
      idempotency_key: request.idempotencyKey,
    },
    workflow: {
      step_count: workflow.stepCount,
      tokens_in: workflow.tokensIn,
      tokens_out: workflow.tokensOut,
      cost_usd: workflow.costUsd,
      age_seconds: Math.max(0, Math.floor((now - workflow.createdAt) / 1000)),
      approvals_granted: workflow.approvalsGranted,
    },
  }
  const run = constants(workflow)
  const inputs = `,"step_input":${content.stepInput}${content.toolInput === undefined ? '' : `,"tool_input":${content.toolInput}`}`
  return {
    object: {
      ...run.object,
      ...call,
      step_input: request.stepInput,
      ...(tool?.toolInput === undefined ? undefined : { tool_input: tool.toolInput }),
    },
    text: `${run.text.slice(0, -1)},${JSON.stringify(call).slice(1, -1)}${inputs}}`,
  }
}

interface Constants {
  readonly object: JsonObject
  readonly text: string
}

// Every version of a workflow shares its metadata object, so what never changes is made once per loaded workflow.
const made = new WeakMap<JsonObject, Constants>()

function constants(workflow: Workflow): Constants {
  const known = made.get(workflow.metadata)
  if (known) return known
  const object = {
    workflow_id: workflow.id,
    workflow_name: workflow.name,
    source: workflow.source,
    ...(workflow.traceId === undefined ? {} : { trace_id: workflow.traceId }),
    metadata: workflow.metadata,
    tenant_id: workflow.tenant,
    org_id: workflow.org,
  }
  const fresh = { object, text: canonicalJson(object) }
  made.set(workflow.metadata, fresh)
  return fresh
}
