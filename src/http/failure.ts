/** What escapes a verb, and ids that cannot be. @module */
import { type Refusal, refuse } from '../domain/errors.js'
import { StoreUnavailable } from '../store/store.js'
import type { HttpOptions } from './options.js'
import { hasControl, isLongerThan } from './wire/body.js'
import { type Envelope, refusalReply } from './wire/errors.js'
import type { TextReply } from './workflows/gate.js'

/** An error that escaped a verb, as a reply: 503 when the store could not write, else 500. Internals stay in the log. */
export function failureReply(
  options: HttpOptions,
  error: unknown,
  requestId: string | undefined,
  envelope?: Envelope,
): TextReply {
  options.onError?.(error, requestId)
  const refusal = refuse(error instanceof StoreUnavailable ? 'STORE_UNAVAILABLE' : 'INTERNAL_ERROR')
  return refusalReply(refusal, envelope)
}

/** Ids that could not be stored or shown are refused before anything is done. */
export function refuseId(name: string, id: string): Refusal | undefined {
  if (isLongerThan(255, id))
    return refuse('BAD_REQUEST', { message: `${name} must be at most 255 characters` })
  if (id === '' || hasControl(id)) {
    return refuse('BAD_REQUEST', { message: `${name} must not be empty or hold control characters` })
  }
  return undefined
}
