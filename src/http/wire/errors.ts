/** Refusals as the contract's error bodies (WCP §2.3). @module */
import { errors, type Refusal, sentenceOf } from '../../domain/errors.js'

/** Status and JSON text of a refusal. */
export function refusalReply(refusal: Refusal): { status: number; text: string } {
  const { refused: code, details } = refusal
  const { status, envelope } = errors[code] as (typeof errors)[typeof code]
  const message = sentenceOf(refusal)
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

/** One JSON document a line. */
export const line = (value: unknown): string => `${JSON.stringify(value)}\n`
