/** Step completions and endings on the wire (WCP §4.5, §7). @module */
import type { Completion } from '../../domain/completion.js'
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import type { JsonObject } from '../../domain/json.js'
import { Fields, knownCase, parseBody } from './body.js'
import { tooLongKey } from './gate.js'

const completionNames = new Set([
  'output',
  'metadata',
  'tokens_in',
  'tokens_out',
  'cost_usd',
  'idempotency_key',
])

/** Read the optional body of a step completion. */
export function readCompletion(bytes: Buffer): Completion | Refusal {
  const body = parseBody(bytes, {})
  if (isRefusal(body)) return body
  const fields = new Fields(body as JsonObject, completionNames)
  const output = fields.object('output')
  const metadata = fields.object('metadata')
  const tokensIn = fields.count('tokens_in')
  const tokensOut = fields.count('tokens_out')
  const costUsd = fields.amount('cost_usd')
  const key = fields.column('idempotency_key', Number.POSITIVE_INFINITY) ?? ''
  if (fields.problem !== undefined) return refuse('BAD_REQUEST', { message: fields.problem })
  if (tooLongKey(key))
    return refuse('BAD_REQUEST', { message: 'idempotency_key must be at most 255 characters' })
  return {
    ...(output === undefined ? {} : { output }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(tokensIn === undefined ? {} : { tokensIn }),
    ...(tokensOut === undefined ? {} : { tokensOut }),
    ...(costUsd === undefined ? {} : { costUsd }),
    idempotencyKey: key,
  }
}

const reasonNames = new Set(['reason'])

/** The reason of a fail or abort call. An unreadable body is no reason not to stop: it counts as none given. */
export function readReason(bytes: Buffer, fallback: string): string {
  const body = parseBody(bytes, {})
  if (isRefusal(body)) return fallback
  const { reason } = knownCase(body as JsonObject, reasonNames)
  return typeof reason === 'string' && reason !== '' ? reason : fallback
}
