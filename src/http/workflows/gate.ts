/** The gate's exchange: the same for the Hono route and for the listener's short way. @module */
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import type { Identity } from '../../domain/identity.js'
import type { HttpOptions } from '../options.js'
import { gateReplyText, readGateRequest } from '../wire/gate.js'

/** The gate's body limit in bytes, inclusive (WCP §2.2). */
export const gateBodyLimit = 1024 * 1024

/** A reply whose body is JSON text. */
export interface TextReply {
  readonly status: number
  readonly text: string
  /** The length of the text in UTF-8, where it was counted already. */
  readonly bytes?: number
  /** Besides those that every reply has. */
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of the text: what comes little by little. */
  readonly stream?: ReadableStream<Uint8Array>
}

/** Answer one gate call of an identified caller; ids and size have been checked. */
export function answerGate(
  options: HttpOptions,
  identity: Identity,
  body: Buffer,
  workflowId: string,
  stepId: string,
  includePriorOutput: boolean,
): Promise<TextReply | Refusal> | Refusal {
  const request = readGateRequest(body, includePriorOutput)
  if (isRefusal(request)) return request
  return options.stepgate.checkGate(identity, workflowId, stepId, request, (reply) => {
    if (isRefusal(reply)) return reply
    const url = reply.pending ? approvalUrl(options.publicUrl, workflowId, stepId) : undefined
    const { text, bytes } = gateReplyText(reply, url)
    return { status: 200, text, bytes }
  })
}

/** A body that is larger than the route takes. */
export const tooLarge = (limit: number): Refusal => refuse('REQUEST_TOO_LARGE', { limit })

function approvalUrl(base: string | undefined, workflowId: string, stepId: string): string | undefined {
  return (
    base && `${base}/workflows/${encodeURIComponent(workflowId)}/steps/${encodeURIComponent(stepId)}/approve`
  )
}
