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
