/** The node listener: the gate's short way, and the app for everything else. @module */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener, RequestError } from '@hono/node-server'
import { isRefusal, type Refusal, refuse } from '../domain/errors.js'
import { createApp, jsonReply } from './app.js'
import { type BodyBytes, incomingBytes } from './body-bytes.js'
import { foreignRefusal, type RefuseForeign } from './caller.js'
import { failureReply, refuseId } from './failure.js'
import type { HttpOptions } from './options.js'
import { type HeaderFields, WholeReply } from './whole-reply.js'
import { refusalReply } from './wire/errors.js'
import { answerGate, gateBodyLimit, type TextReply, tooLarge } from './workflows/gate.js'

/** A handler for `node:http`'s request event. */
export type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void

/**
 * Gate calls are answered straight on node's request and response, which spares them a third of their time (a fetch
 * Request, a Response and two streams each); all other routes go through the app. Both ways share every check.
 *
 * Serve it with `http.createServer({ IncomingMessage: WholeMessage, ServerResponse: WholeReply }, listener)`. Plain requests are
 * answered too, and on plain responses, more slowly.
 */
export function createListener(options: HttpOptions): Listener {
  const app = getRequestListener(createApp(options).fetch, {
    overrideGlobalObjects: true,
    // Of requests in HTTP/1.0, which may leave it out.
    hostname: 'localhost',
    errorHandler: (error) => jsonReply(options, unroutedReply(options, error)),
  })
  const door: Door = { options, refuseForeign: foreignRefusal(options), fields: [] }
  return (incoming, outgoing) => {
    const url = incoming.url as string
    const malformed = holdsDotSegment(url)
      ? 'The path must not hold . or .. between slashes'
      : incoming.headers.host === undefined && incoming.httpVersion === '1.1'
        ? 'The request has no Host header'
        : undefined
    if (malformed !== undefined) {
      const refusal = refuse('BAD_REQUEST', { message: malformed })
      return send(door, incoming, outgoing, refusalReply(refusal))
    }
    // Clients paste ids as they are; the app's URL would make slashes of backslashes, and end the path at a hash.
    if (url.includes('\\') || url.includes('#'))
      incoming.url = url.replaceAll('\\', '%5C').replaceAll('#', '%23')
    const call = incoming.method === 'POST' ? gateCall(incoming.url as string) : undefined
    if (!call) return void app(incoming, outgoing)
    incomingBytes(incoming, gateBodyLimit, (body) => {
      if (body === 'cut-off') return
      answerCall(door, incoming, call, body, (reply) => send(door, incoming, outgoing, reply))
    })
  }
}

/** What one listener has, and no other in the process. */
interface Door {
  readonly options: HttpOptions
  readonly refuseForeign: RefuseForeign
  /** Of every reply: one list as long as the revision stays. */
  fields: HeaderFields
}

/** What escaped before a route was found. */
function unroutedReply(options: HttpOptions, error: unknown): TextReply {
  if (!(error instanceof RequestError)) return failureReply(options, error, undefined)
  return refusalReply(refuse('BAD_REQUEST', { message: `The request cannot be read: ${error.message}` }))
}

/** With callbacks: each `await` on the way of a gate would make promises of its own. */
function answerCall(
  door: Door,
  incoming: IncomingMessage,
  call: GateCall,
  body: Exclude<BodyBytes, 'cut-off'>,
  answer: (reply: TextReply) => void,
): void {
  const tell = (reply: TextReply | Refusal) => answer(isRefusal(reply) ? refusalReply(reply) : reply)
  const fail = (error: unknown) =>
    answer(failureReply(door.options, error, incoming.headers['x-request-id'] as string | undefined))
  try {
    const reply = gate(door, incoming, call, body)
    if (isRefusal(reply)) tell(reply)
    else reply.then(tell, fail)
  } catch (error) {
    fail(error)
  }
}

interface GateCall {
  readonly workflowId: string
  readonly stepId: string
  readonly query: string
}

/**
 * URLs resolve such segments, written plainly or not: one of a step's id would make of the step's path another one's, and
 * clients resolve their own before they ask.
 */
const holdsDotSegment = (url: string): boolean =>
  (url.includes('/.') || url.includes('/%2')) && /^[^?]*\/(?:\.|%2e){1,2}(?:[/?]|$)/i.test(url)

// Clients paste step ids into the path as they are, slashes too.
const gatePath = /^\/api\/v1\/workflows\/([^/?]+)\/steps\/([^?]+)\/gate(?:\?(.*))?$/

function gateCall(url: string): GateCall | undefined {
  const match = gatePath.exec(url)
  if (!match) return undefined
  return { workflowId: match[1] as string, stepId: match[2] as string, query: match[3] ?? '' }
}

function gate(
  { options, refuseForeign }: Door,
  { headers }: IncomingMessage,
  call: GateCall,
  body: Exclude<BodyBytes, 'cut-off'>,
): Promise<TextReply | Refusal> | Refusal {
  const foreign = refuseForeign(headers.host, headers.origin)
  if (foreign) return foreign
  const identity = options.identify({
    authorization: headers.authorization,
    userId: headers['x-user-id'] as string | undefined,
    userEmail: headers['x-user-email'] as string | undefined,
  })
  if (isRefusal(identity)) return identity
  const workflowId = decoded(call.workflowId)
  const stepId = decoded(call.stepId)
  const badId = refuseId('workflow_id', workflowId) ?? refuseId('step_id', stepId)
  if (badId) return badId
  if (body === 'too-large') return tooLarge(gateBodyLimit)
  const prior = call.query !== '' && new URLSearchParams(call.query).get('include_prior_output') === 'true'
  return answerGate(options, identity, body, workflowId, stepId, prior)
}

/** Decode a path segment as the app's router does: what is not valid percent-encoding stays as it is. */
function decoded(segment: string): string {
  if (!segment.includes('%')) return segment
  return segment.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })
}

function send(door: Door, incoming: IncomingMessage, outgoing: ServerResponse, reply: TextReply): void {
  const { status, text, bytes = Buffer.byteLength(text) } = reply
  const { origin } = incoming.headers
  // A body that was not read to its end cannot be followed by another request.
  const closing = !incoming.complete
  // Where every character is a byte they need no encoding.
  const latin1 = bytes === text.length
  const fields = plainFields(door)
  const isPlain = origin === undefined && !closing && latin1
  if (isPlain && outgoing instanceof WholeReply && outgoing.endWhole(status, fields, text)) return
  const headers = [...fields, 'Content-Length', String(bytes)]
  if (origin !== undefined && status !== 403) headers.push('Access-Control-Allow-Origin', origin)
  if (closing) headers.push('Connection', 'close')
  outgoing.writeHead(status, headers)
  outgoing.end(text, latin1 ? 'latin1' : 'utf8')
}

function plainFields(door: Door): HeaderFields {
  const revision = door.options.revision()?.id ?? 'none'
  if (door.fields[3] !== revision) {
    door.fields = ['Content-Type', 'application/json', 'X-Stepgate-Policy-Revision', revision]
  }
  return door.fields
}
