/** What a step asks of the world outside, and what comes back. @module */
import type { ModelUse, Registry } from '../domain/agent.js'
import type { JsonObject } from '../domain/json.js'

/** One attempt of one step. Templates of the step are filled already; those of the connector's operation are not. */
export type OutboundCall =
  | {
      readonly kind: 'llm'
      readonly llm: ModelUse
      readonly prompt: string
      readonly system?: string
      /** JSON Schema that the answer has to fit; the answer is then `output.object`. */
      readonly schema?: JsonObject
    }
  | {
      readonly kind: 'connector'
      readonly connector: string
      readonly operation: string
      readonly parameters: JsonObject
    }

export interface OutboundOptions {
  /** What may be called, as of now. */
  readonly registry: Registry
  /** The same for every attempt: sent as `Idempotency-Key`. */
  readonly idempotencyKey: string
  /** Milliseconds; absent: the connector's or the provider's. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** Why a call brought nothing. */
export interface OutboundFailure {
  readonly ok: false
  /** One sentence, without secrets or payload. */
  readonly error: string
  /** Another attempt may do. False for refusals (unknown connector, forbidden address, 4xx). */
  readonly retryable: boolean
  /** The other end asked to wait this long (`Retry-After`). */
  readonly retryAfterMs?: number
  /** The request was sent and may have been carried out. */
  readonly maybeDone: boolean
}

export type OutboundResult =
  | {
      readonly ok: true
      /** `{text}` or `{object}` of a model, `{status, body}` of an HTTP operation, `{content, structured?}` of an MCP tool. */
      readonly output: JsonObject
      readonly tokensIn?: number
      readonly tokensOut?: number
      /** By the provider's price table; absent where there is no price. */
      readonly costUsd?: number
    }
  | OutboundFailure

/** Every socket and process that is opened outwards. Nothing is called that no document names. */
export interface Outbound {
  /** Never throws: what went wrong is in the result. */
  perform(call: OutboundCall, options: OutboundOptions): Promise<OutboundResult>
  /** End the MCP sessions and processes. */
  close(): Promise<void>
}

/** Reaches nothing: where plans are not to call anything. */
export const closedOutbound: Outbound = {
  perform: async () => ({
    ok: false,
    error: 'Calls to the outside are not set up in this process',
    retryable: false,
    maybeDone: false,
  }),
  close: async () => undefined,
}
