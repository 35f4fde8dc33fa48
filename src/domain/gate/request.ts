/** What is asked at a gate. @module */
import { sha256 } from '../digest.js'
import { canonicalJson, type JsonObject } from '../json.js'
import type { StepType } from '../step.js'

export interface ToolContext {
  readonly toolName: string
  readonly toolType?: string
  readonly toolInput?: JsonObject
}

/** A gate request after reading: nulls are gone, an absent step_input is `{}`, an absent key is the empty string. */
export interface GateRequest {
  readonly stepType: StepType
  readonly stepName?: string
  readonly stepInput: JsonObject
  readonly model?: string
  readonly provider?: string
  readonly tokensIn?: number
  readonly tokensOut?: number
  readonly costUsd?: number
  readonly toolContext?: ToolContext
  readonly retryPolicy: 'idempotent' | 'reevaluate'
  readonly idempotencyKey: string
  readonly includePriorOutput: boolean
  /**
   * The body that said all this and nothing more, as UTF-8 JSON, where the request came in one: the record keeps it as it
   * is, which spares writing the same content down once more.
   */
  readonly asked?: Uint8Array
}

/**
 * What a kept body (`GateRequest.asked`) gives: the idempotency key, and members of the policy input, those of `gateInput`
 * for the same request. Null is the same as absent.
 */
export function membersAsked(asked: Uint8Array): {
  members: Record<string, unknown>
  idempotencyKey: string
} {
  const body = JSON.parse(Buffer.from(asked).toString('utf8')) as Record<string, unknown>
  const tool = (body.tool_context ?? {}) as Record<string, unknown>
  const members = {
    step_type: body.step_type,
    step_name: body.step_name,
    model: body.model,
    provider: body.provider,
    tokens_in: body.tokens_in,
    tokens_out: body.tokens_out,
    cost_usd: body.cost_usd,
    tool_name: tool.tool_name,
    tool_type: tool.tool_type,
    step_input: body.step_input ?? {},
    tool_input: tool.tool_input,
  }
  const given = Object.entries(members).filter(([, value]) => value !== undefined && value !== null)
  return {
    members: Object.fromEntries(given),
    idempotencyKey: (body.idempotency_key as string | null | undefined) ?? '',
  }
}

/** What a retry has to repeat. Names, tokens and cost may differ. */
interface Repeated {
  readonly stepType: unknown
  readonly model: unknown
  readonly provider: unknown
  readonly toolName: unknown
  readonly toolType: unknown
  readonly stepInput: unknown
  readonly toolInput: unknown
}

/**
 * Whether a retry asks for what was decided, according to the decision's record: equal `step_type`, `model`, `provider`,
 * `step_input` and `tool_context`, whatever the order of keys (WCP §5.3).
 * @param recorded the policy input of the decision, whole
 */
export function repeatsContent(request: GateRequest, recorded: Readonly<Record<string, unknown>>): boolean {
  const before = canonicalContent({
    stepType: recorded.step_type,
    model: recorded.model,
    provider: recorded.provider,
    toolName: recorded.tool_name,
    toolType: recorded.tool_type,
    stepInput: recorded.step_input,
    toolInput: recorded.tool_input,
  })
  return canonicalContent(repeated(request)) === before
}

/** SHA-256 of the content, the same for every order of keys: kept where the record cannot hold the content itself. */
export const contentDigest = (request: GateRequest): string => sha256(canonicalContent(repeated(request)))

function repeated({ toolContext, ...request }: GateRequest): Repeated {
  const { stepType, model, provider, stepInput } = request
  const { toolName, toolType, toolInput } = toolContext ?? {}
  return { stepType, model, provider, toolName, toolType, stepInput, toolInput }
}

function canonicalContent(content: Repeated): string {
  const given = Object.entries(content).filter(([, value]) => value !== undefined)
  return canonicalJson(Object.fromEntries(given) as JsonObject)
}
