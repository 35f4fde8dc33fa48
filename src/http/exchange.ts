/** One request through a verb: who, what, and the reply as text. Shared by all routes but the gate's short way. @module */
import type { Context } from 'hono'
import { isRefusal, type Refusal } from '../domain/errors.js'
import type { Identity } from '../domain/identity.js'
import { requestBytes } from './body-bytes.js'
import { failureReply, refuseId } from './failure.js'
import type { HttpOptions } from './options.js'
import { type Envelope, refusalReply } from './wire/errors.js'
import { type TextReply, tooLarge } from './workflows/gate.js'

/** Bodies of routes for which the contract sets no limit. */
export const bodyLimit = 16 * 1024 * 1024

/** Behind the name of a path's parameter: it may hold slashes, and whatever else. A dot would not be a line break. */
export const anything = '{[^]+}'

/** What a route's handler is given. */
export interface Exchange {
  readonly identity: Identity
  readonly body: Buffer
  readonly query: (name: string) => string | undefined
  readonly param: (name: string) => string
  readonly header: (name: string) => string | undefined
}

/** A handler answers with a refusal, a JSON text, or a reply of its own status. */
export type Handler = (
  exchange: Exchange,
) => Promise<Refusal | string | TextReply> | Refusal | string | TextReply

/** What is special about a route. */
export interface RouteTerms {
  /** Bytes a body may have; default `bodyLimit`. */
  readonly limit?: number
  /** The body of its refusals; default `triplet`. */
  readonly envelope?: Envelope
}

/** A Hono handler around ours: identity first, then ids, then the body, then the verb (WCP §2.1). */
export function route(
  options: HttpOptions,
  handler: Handler,
  { limit = bodyLimit, envelope = 'triplet' }: RouteTerms = {},
): (c: Context) => Promise<Response> {
  return async (c) => {
    const { status, text, headers: own, stream } = await answer(options, c, handler, limit, envelope)
    const headers: Record<string, string> = { ...replyHeaders(options), ...own }
    if (status === 204) return new Response(null, { status, headers })
    headers['Content-Type'] ??= 'application/json'
    // The router answers HEAD by GET and throws the body away: nobody would ever end the stream.
    if (c.req.method === 'HEAD') await stream?.cancel()
    return new Response(stream ?? text, { status, headers })
  }
}

async function answer(
  options: HttpOptions,
  c: Context,
  handler: Handler,
  limit: number,
  envelope: Envelope,
): Promise<TextReply> {
  try {
    const identity = options.identify({
      authorization: c.req.header('authorization'),
      userId: c.req.header('x-user-id'),
      userEmail: c.req.header('x-user-email'),
    })
    if (isRefusal(identity)) return refusalReply(identity, envelope)
    const params = c.req.param() as Record<string, string>
    for (const name in params) {
      const refusal = refuseId(name, params[name] as string)
      if (refusal) return refusalReply(refusal, envelope)
    }
    const body = c.req.method === 'GET' ? Buffer.alloc(0) : await requestBytes(c.req.raw, limit)
    if (typeof body === 'string') return refusalReply(tooLarge(limit), envelope)
    const reply = await handler({
      identity,
      body,
      query: (name) => c.req.query(name),
      param: (name) => params[name] ?? '',
      header: (name) => c.req.header(name),
    })
    if (typeof reply === 'string') return { status: 200, text: reply }
    return isRefusal(reply) ? refusalReply(reply, envelope) : reply
  } catch (error) {
    return failureReply(options, error, c.req.header('x-request-id'), envelope)
  }
}

/** Headers of every answer: which policy revision is live. */
export function replyHeaders(options: Pick<HttpOptions, 'revision'>): Record<string, string> {
  return { 'X-Stepgate-Policy-Revision': options.revision()?.id ?? 'none' }
}
