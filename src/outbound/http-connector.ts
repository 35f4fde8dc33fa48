/** Operations of connectors of type `http`. @module */
import type { Connector } from '../domain/agent.js'
import type { JsonObject } from '../domain/json.js'
import { decodeBody, readBody, textOf } from './answer-body.js'
import { failure, failureOf, failureOfAnswer, onlyIfRepeatable } from './failure.js'
import type { GuardedHttp } from './guarded-http.js'
import { buildRequest } from './http-request.js'
import type { OutboundResult } from './outbound.js'
import type { Secrets } from './secrets.js'

export type HttpConnector = Extract<Connector, { type: 'http' }>

/** What one attempt is given besides what is called. */
export interface Attempt {
  readonly http: GuardedHttp
  readonly secrets: Secrets
  readonly idempotencyKey: string
  /** Aborted with a `CallEnded`. */
  readonly signal: AbortSignal
  /** Unix milliseconds. */
  readonly now: () => number
}

/** Methods that may be sent again whatever the operation says (RFC 9110 §9.2.2). */
const repeatable = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])

/** Call one operation, once. */
export async function callHttp(
  connector: HttpConnector,
  name: string,
  parameters: JsonObject,
  attempt: Attempt,
): Promise<OutboundResult> {
  const operation = Object.hasOwn(connector.operations, name) ? connector.operations[name] : undefined
  if (!operation) return failure(`The connector ${connector.name} has no operation named ${name}`)
  const { method } = operation
  const { secrets, signal } = attempt
  const call = `${method} ${connector.name}.${name}`
  const built = await buildRequest(connector.baseUrl, connector.headers, operation, parameters, secrets)
  if (!built.ok) return failure(secrets.scrub(`${call} was not sent: ${built.message}`))
  const { url, headers, body } = built.value
  const idempotent = operation.idempotent || repeatable.has(method)
  const exchange = async (): Promise<OutboundResult> => {
    const answer = await attempt.http.send({
      method,
      url,
      headers: {
        accept: 'application/json, */*;q=0.5',
        'accept-encoding': 'identity',
        'user-agent': 'stepgate',
        ...headers,
        // Some servers wait for the end of a message that says nothing of its length.
        ...(body === undefined && method !== 'GET' ? { 'content-length': '0' } : {}),
        ...(method === 'GET' ? {} : { 'idempotency-key': attempt.idempotencyKey }),
      },
      ...(body === undefined ? {} : { body }),
      allowPrivate: connector.allowPrivate,
      idempotent,
      signal,
    })
    if (!answer.ok) return answer
    const { message } = answer
    const status = message.statusCode as number
    const contentType = message.headers['content-type']
    const read = await readBody(message, signal)
    if (status < 200 || status > 299) {
      const text = read.ok ? (textOf(read.bytes, contentType) ?? '') : ''
      return failureOfAnswer(status, message.headers['retry-after'], secrets.scrub(text), attempt.now())
    }
    if (!read.ok) return read
    const decoded = decodeBody(read.bytes, contentType, (text) => secrets.scrub(text))
    if (!decoded.ok) return decoded
    const { encoding } = decoded
    const output = { status, body: secrets.scrubValue(decoded.body), ...(encoding ? { encoding } : {}) }
    return { ok: true, output }
  }
  const result = await exchange()
  return result.ok ? result : onlyIfRepeatable(failureOf(call, result), idempotent)
}
