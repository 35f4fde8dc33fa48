/** The one door for HTTP: every socket that is opened outwards is opened here. @module */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { AddressRefused, guardedLookup, type Resolve, systemResolve, urlRefusal } from './address-guard.js'
import { CallEnded } from './deadline.js'
import { failure } from './failure.js'
import type { OutboundFailure } from './outbound.js'

export interface HttpCall {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Loopback, private and metadata addresses too. */
  readonly allowPrivate: boolean
  /**
   * Sending it twice does no harm. It may then go over a connection that was kept, which the other end may just be
   * closing; anything else gets a connection of its own, where a cut one leaves less doubt.
   */
  readonly idempotent: boolean
  /** Aborted with a `CallEnded`; ends the connection, also while the body is read. */
  readonly signal: AbortSignal
}

/** The head of an answer; the body has yet to be read or destroyed. */
export type HttpAnswer = { readonly ok: true; readonly message: IncomingMessage } | OutboundFailure

export interface GuardedHttp {
  send(call: HttpCall): Promise<HttpAnswer>
  close(): void
}

const maxHeaderBytes = 16_384
/** Node's servers close an idle connection after five seconds: give it up before. */
const idleSocketMs = 4_000
const kept = { keepAlive: true, timeout: idleSocketMs, maxFreeSockets: 32 }

/** Worth another attempt: the network, not the request. */
const networkCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EMFILE',
  'ENFILE',
])

export function openGuardedHttp(resolve: Resolve = systemResolve): GuardedHttp {
  /** A connection kept for a document that allows private addresses is never lent to one that does not. */
  const doors = [false, true].map((allowPrivate) => ({
    lookup: guardedLookup(resolve, allowPrivate),
    http: new HttpAgent(kept),
    https: new HttpsAgent(kept),
  })) as [Door, Door]

  const attempt = (call: HttpCall, reuse: boolean): Promise<HttpAnswer> => {
    const refusal = urlRefusal(call.url, call.allowPrivate)
    if (refusal !== undefined) return Promise.resolve(failure(`was not sent: ${refusal}`))
    if (call.signal.aborted) return Promise.resolve(endedFailure(call.signal, false))
    const { lookup, http, https } = doors[call.allowPrivate ? 1 : 0]
    const secure = call.url.protocol === 'https:'
    const options = {
      method: call.method,
      headers: call.headers,
      lookup,
      maxHeaderSize: maxHeaderBytes,
      agent: reuse ? (secure ? https : http) : false,
    } as const
    return new Promise((settle) => {
      let request: ClientRequest
      try {
        request = secure ? httpsRequest(call.url, options) : httpRequest(call.url, options)
      } catch {
        settle(failure('was not sent: its headers or address cannot be written'))
        return
      }
      // Once the connection stands the request is on its way, and what became of it is unknown.
      let connected = false
      const cut = () => request.destroy()
      call.signal.addEventListener('abort', cut, { once: true })
      request.once('socket', (socket) => {
        if (request.reusedSocket) connected = true
        else socket.once(secure ? 'secureConnect' : 'connect', () => (connected = true))
      })
      request.once('response', (message) => settle({ ok: true, message }))
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (call.signal.aborted) settle(endedFailure(call.signal, connected))
        else if (request.reusedSocket && networkCodes.has(codeOf(error))) settle(attempt(call, false))
        else settle(failureOfError(error, connected))
      })
      request.once('close', () => {
        call.signal.removeEventListener('abort', cut)
        settle(failure('got no answer: the connection was closed', { retryable: true, maybeDone: connected }))
      })
      request.end(call.body)
    })
  }

  return {
    send: (call) => attempt(call, call.idempotent),
    close() {
      for (const { http, https } of doors) {
        http.destroy()
        https.destroy()
      }
    },
  }
}

interface Door {
  readonly lookup: ReturnType<typeof guardedLookup>
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

/** The failure of a call whose signal was aborted. */
export function endedFailure(signal: AbortSignal, maybeDone: boolean): OutboundFailure {
  const { reason } = signal
  const ended = reason instanceof CallEnded ? reason : new CallEnded('caller', 'was aborted')
  return failure(ended.message, { retryable: ended.by === 'time', maybeDone })
}

function failureOfError(error: NodeJS.ErrnoException, connected: boolean): OutboundFailure {
  if (error instanceof AddressRefused) return failure(`was not sent: ${error.message}`)
  const code = codeOf(error)
  const why = code === '' ? 'the connection failed' : `the connection failed with ${code}`
  return failure(`got no answer: ${why}`, { retryable: networkCodes.has(code), maybeDone: connected })
}

/** Several addresses that all fail come as one error around the others. */
function codeOf(error: NodeJS.ErrnoException): string {
  const first = error instanceof AggregateError ? (error.errors[0] as NodeJS.ErrnoException) : error
  return error.code ?? first?.code ?? ''
}
