/** Failures of a call: what they say, and whether another attempt may do. @module */
import type { OutboundFailure } from './outbound.js'

/** No wait that the other end asks for is longer than this. */
const longestRetryAfterMs = 3_600_000
const excerptLength = 200

type Traits = Partial<Pick<OutboundFailure, 'retryable' | 'maybeDone' | 'retryAfterMs'>>

/** A failure; by default final, and of a request that was certainly not carried out. */
export const failure = (error: string, traits: Traits = {}): OutboundFailure => ({
  ok: false,
  error,
  retryable: false,
  maybeDone: false,
  ...traits,
})

/** The same failure, beginning with whose it is. */
export const failureOf = (call: string, found: OutboundFailure): OutboundFailure => ({
  ...found,
  error: `${call} ${found.error}`,
})

/** For libraries that can be told of a failure by an exception only. */
export class CallFailed extends Error {
  constructor(
    readonly failure: OutboundFailure,
    /** The status that was answered, if one was. */
    readonly status?: number,
  ) {
    super(failure.error)
  }
}

/** An attempt that may have been carried out is not repeated where the other end would do it twice. */
export function onlyIfRepeatable(found: OutboundFailure, idempotent: boolean): OutboundFailure {
  if (idempotent || !found.retryable || !found.maybeDone) return found
  return {
    ...found,
    retryable: false,
    error: `${found.error}; it may have been done and is not idempotent, so it is not sent again`,
  }
}

/**
 * What an answer other than 2xx means.
 * @param text the answer's body where it is text, without secrets
 * @param now Unix milliseconds
 */
export function failureOfAnswer(
  status: number,
  retryAfter: string | undefined,
  text: string,
  now: number,
): OutboundFailure {
  if (status >= 300 && status < 400)
    return failure(`answered ${status}, a redirect; redirects are not followed`, { maybeDone: true })
  const retryable = status === 408 || status === 425 || status === 429 || status >= 500
  const retryAfterMs = retryable ? retryAfterIn(retryAfter, now) : undefined
  const said = excerpt(text)
  return failure(`answered ${status}${said === '' ? '' : `: ${said}`}`, {
    retryable,
    maybeDone: status < 400 || status >= 500,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

/** `Retry-After` in milliseconds: seconds or an HTTP date (RFC 9110 §10.2.3). */
function retryAfterIn(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestRetryAfterMs)
}

/** The beginning of a text, on one line. */
export function excerpt(text: string): string {
  const line = text
    .slice(0, excerptLength * 10)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  const characters = [...line]
  return characters.length > excerptLength ? `${characters.slice(0, excerptLength - 1).join('')}…` : line
}
