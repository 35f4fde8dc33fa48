/** The door for libraries that want a `fetch`: the same guard, and an exception that carries the failure. @module */
import type { IncomingMessage } from 'node:http'
import { pipeline, Readable, Transform } from 'node:stream'
import { isCoded, maxBodyBytes, readBody, textOf, tooLong } from './answer-body.js'
import { CallFailed, failure, failureOfAnswer } from './failure.js'
import type { GuardedHttp } from './guarded-http.js'
import type { Secrets } from './secrets.js'

export interface FetchPermit {
  /** The only origin that may be called. */
  readonly origin: string
  readonly allowPrivate: boolean
  readonly idempotent: boolean
  readonly signal: AbortSignal
  readonly secrets: Secrets
  /** Put over those of the request. */
  readonly headers: Readonly<Record<string, string>>
  readonly now: () => number
}

/** What the libraries give of `RequestInit`. */
export interface FetchInit {
  readonly method?: string
  // biome-ignore lint/suspicious/noExplicitAny: three shapes, all understood by Headers
  readonly headers?: any
  readonly body?: unknown
}

/**
 * Fetch under a permit.
 * @throws CallFailed for every answer but 2xx, redirects included, and for none
 */
export async function guardedFetch(
  http: GuardedHttp,
  address: string | URL,
  init: FetchInit,
  permit: FetchPermit,
): Promise<Response> {
  const url = new URL(address)
  if (url.origin !== permit.origin)
    throw new CallFailed(failure(`was not sent: ${url.origin} is not the host that its document names`))
  if (init.body !== undefined && init.body !== null && typeof init.body !== 'string')
    throw new CallFailed(failure('was not sent: its body is not text'))
  const body = init.body ?? undefined
  const answer = await http.send({
    method: init.method ?? 'GET',
    url,
    headers: {
      ...Object.fromEntries(new Headers(init.headers)),
      'accept-encoding': 'identity',
      ...permit.headers,
      ...(body === undefined ? {} : { 'content-length': `${Buffer.byteLength(body)}` }),
    },
    ...(body === undefined ? {} : { body }),
    allowPrivate: permit.allowPrivate,
    idempotent: permit.idempotent,
    signal: permit.signal,
  })
  if (!answer.ok) throw new CallFailed(answer)
  const { message } = answer
  const status = message.statusCode as number
  if (status < 200 || status > 299) {
    const read = await readBody(message, permit.signal)
    const text = read.ok ? (textOf(read.bytes, message.headers['content-type']) ?? '') : ''
    const retryAfter = message.headers['retry-after']
    throw new CallFailed(
      failureOfAnswer(status, retryAfter, permit.secrets.scrub(text), permit.now()),
      status,
    )
  }
  const headers = Object.entries(message.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
  const streams = /^text\/event-stream\b/i.test(message.headers['content-type'] ?? '') && !isCoded(message)
  if (streams) return new Response(bounded(message), { status, headers })
  const read = await readBody(message, permit.signal)
  if (!read.ok) throw new CallFailed(read, status)
  return new Response(status === 204 || status === 205 ? null : read.bytes, { status, headers })
}

/** The body as it comes, to the limit of every answer. */
function bounded(message: IncomingMessage): ReadableStream<Uint8Array> {
  let size = 0
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      size += chunk.length
      if (size > maxBodyBytes) done(new CallFailed(failure(tooLong, { maybeDone: true })))
      else done(null, chunk)
    },
  })
  // Whoever leaves the one leaves the other; the reader is told by the stream itself.
  pipeline(message, counted, () => undefined)
  return Readable.toWeb(counted) as ReadableStream<Uint8Array>
}
