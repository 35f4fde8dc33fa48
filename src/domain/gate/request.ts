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

/** The request's content in canonical text: made once, then compared, judged, digested and stored. */
export interface GateContent {
  readonly stepInput: string
  readonly toolInput: string | undefined
  readonly digest: string
}

/**
 * Content that a retry has to repeat: canonical step_input and tool_context, step_type, model and provider. Names,
 * tokens and cost may differ.
 */
export function gateContent(request: GateRequest): GateContent {
  const stepInput = canonicalJson(request.stepInput)
  const tool = request.toolContext
  const toolInput = tool?.toolInput === undefined ? undefined : canonicalJson(tool.toolInput)
  const head = JSON.stringify([
    request.stepType,
    request.model ?? null,
    request.provider ?? null,
    tool ? [tool.toolName, tool.toolType ?? null] : null,
  ])
  return {
    stepInput,
    toolInput,
    digest: sha256(`${head}\n${stepInput}\n${toolInput ?? ''}`),
  }
}
