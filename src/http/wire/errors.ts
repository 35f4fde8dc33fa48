/** Refusals as the contract's error bodies (WCP §2.3). @module */
import { type ErrorCode, errors, type Refusal, sentenceOf } from '../../domain/errors.js'

/**
 * The body that a plane's refusals have: `triplet` the workflows', executions' and estimates', `flat` the plans' and the
 * HITL queue's, `coded` the agents' and unified executions' (MAP contract §0.3).
 */
export type Envelope = 'triplet' | 'flat' | 'coded'

/** Status and JSON text of a refusal. */
export function refusalReply(
  refusal: Refusal,
  plane: Envelope = 'triplet',
): { status: number; text: string } {
  const { refused: code, details, fields } = refusal
  const { status, envelope } = errors[code] as (typeof errors)[typeof code]
  const message = sentenceOf(refusal)
  const wrong = fields ? { details: fields } : {}
  if (plane === 'flat') {
    const { plan_id, status: state, expected_version, current_version } = details
    const about = { plan_id, status: state, expected_version, current_version }
    const limit = envelope === 'limit' ? { limit_bytes: details.limit } : {}
    const error = flatError(code, message)
    return { status, text: line({ success: false, error, code, message, ...about, ...limit, ...wrong }) }
  }
  if (plane === 'coded')
    return { status, text: line({ error: { code: wireCode(code, plane), message, ...wrong } }) }
  switch (envelope) {
    case 'nested': {
      const { workflow_id, step_id, expected_idempotency_key, received_idempotency_key } = details
      const named = { workflow_id, step_id, expected_idempotency_key, received_idempotency_key }
      return { status, text: line({ error: { code, message, details: named } }) }
    }
    case 'limit':
      return { status, text: line({ error: code.toLowerCase(), code, message, limit_bytes: details.limit }) }
    case 'validation':
      return { status, text: line({ error: 'validation_error', code, message }) }
    default:
      return { status, text: line({ error: code.toLowerCase(), code, message }) }
  }
}

const upstream: Readonly<Partial<Record<ErrorCode, string>>> = {
  EXECUTION_OVER: 'CONFLICT',
  TOO_MANY_STREAMS: 'TOO_MANY_REQUESTS',
}

/** The code that a plane's body shows: two refusals of unified executions are known by upstream's words (MAP contract §2.6, §2.7). */
export const wireCode = (code: ErrorCode, plane: Envelope): string =>
  plane === 'coded' ? (upstream[code] ?? code) : code

/** What stands in `error`: the sentence, but for two that callers know by a word of upstream's. */
function flatError(code: ErrorCode, message: string): string {
  if (code === 'VERSION_CONFLICT') return 'version_conflict'
  return code === 'REQUEST_TOO_LARGE' ? `request_too_large: ${message}` : message
}

/** One JSON document a line. */
export const line = (value: unknown): string => `${JSON.stringify(value)}\n`
