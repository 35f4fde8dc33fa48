/** Reading what callers send to the HITL queue (MAP contract §5.1). @module */
import { isEnough } from '../../domain/approval.js'
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import type { Identity } from '../../domain/identity.js'
import type { JsonObject } from '../../domain/json.js'
import { type Severity, severities } from '../../domain/review.js'
import type { AskedReview, ReviewRuling } from '../../domain/review-decision.js'
import { Fields, hasControl, parseBody } from './body.js'

const second = 1000
const defaultExpiry = 24 * 60 * 60
const longestExpiry = 7 * defaultExpiry

/** Seconds, for those who ask what applies. */
export const expiryLimits = {
  default_expires_in_seconds: defaultExpiry,
  max_expires_in_seconds: longestExpiry,
}

const names = [
  'client_id',
  'user_id',
  'request_type',
  'triggered_policy_id',
  'triggered_policy_name',
  'eu_ai_act_article',
  'compliance_framework',
  'risk_classification',
] as const
const texts = [...names, 'original_query', 'trigger_reason', 'notify_url'] as const
const required = ['client_id', 'original_query', 'request_type'] as const
const known = new Set<string>([...texts, 'request_context', 'severity', 'expires_in_seconds'])

/**
 * Read a request for a review. The policy's id, name and reason may be missing, because the clients send them only when they
 * know them; an expiry above the cap is the cap, as the reply's `expires_at` shows.
 */
export function readReviewRequest(bytes: Buffer): AskedReview | Refusal {
  const body = parseBody(bytes)
  if (isRefusal(body)) return body
  const fields = new Fields(body as JsonObject, known)
  const request: Record<string, string | JsonObject> = {}
  const short = new Set<string>(names)
  for (const name of texts) {
    const value = fields.text(name, short.has(name) ? 255 : Number.POSITIVE_INFINITY)
    if (value !== undefined && value !== '') request[name] = value
  }
  const context = fields.object('request_context')
  if (context !== undefined) request.request_context = context
  const severity = fields.text('severity', 100) || 'high'
  const expiry = fields.count('expires_in_seconds') || defaultExpiry
  if (fields.problem !== undefined) return bad(fields.problem)
  for (const name of required) if (request[name] === undefined) return bad(`${name} is required`)
  for (const name of names) {
    const value = request[name]
    if (typeof value === 'string' && hasControl(value)) return bad(`${name} must not hold control characters`)
  }
  if (!isSeverity(severity)) return bad(`severity must be one of ${severities.join(', ')}`)
  if (typeof request.notify_url === 'string' && !isWebUrl(request.notify_url))
    return bad('notify_url must be an http or https URL')
  return { severity, expiresInMs: Math.min(expiry, longestExpiry) * second, request }
}

const isSeverity = (word: string): word is Severity => (severities as readonly string[]).includes(word)

function isWebUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url?.protocol === 'http:' || url?.protocol === 'https:'
}

/** A reviewer's word: who decides, what was said, and who the body says it was. */
export interface SaidReview {
  readonly identity: Identity
  readonly words: string
  readonly claimed?: JsonObject
}

/**
 * Read the body of approve, reject or override. The one who decides is the authenticated caller. Only in open mode, where no
 * header names a person, the body may: everybody on the host is trusted with any name there, and the record says so.
 */
export function readReviewerWord(
  bytes: Buffer,
  ruling: ReviewRuling,
  caller: Identity,
): SaidReview | Refusal {
  const body = parseBody(bytes, {})
  if (isRefusal(body)) return body
  const who = ruling === 'override' ? 'authorized_by' : 'reviewer'
  const members = ['id', 'email', 'role'].map((part) => `${who}_${part}`)
  const said = ruling === 'override' ? 'justification' : 'comment'
  const fields = new Fields(body as JsonObject, new Set([...members, said]))
  const [id, email, role] = members.map((name) => fields.text(name, 255)?.trim() || undefined)
  const words = fields.text(said, Number.POSITIVE_INFINITY)?.trim() ?? ''
  if (fields.problem !== undefined) return bad(fields.problem)
  if ([id, email, role].some((text) => text !== undefined && hasControl(text)))
    return bad(`${members.join(', ')} must not hold control characters`)
  if (ruling === 'override') {
    if (!isEnough(words)) return bad('justification is required (minimum 10 characters)')
    if (id === undefined) return bad('authorized_by_id is required')
  }
  const claimed = Object.fromEntries(
    Object.entries({ id, email, role }).filter(([, value]) => value !== undefined),
  ) as JsonObject
  const named = caller.open && caller.user === undefined && id !== undefined
  return {
    identity: named
      ? {
          ...caller,
          user: id,
          ...(email === undefined ? {} : { email }),
          ...(role === undefined ? {} : { role }),
        }
      : caller,
    words,
    ...(Object.keys(claimed).length === 0 ? {} : { claimed }),
  }
}

const bad = (message: string): Refusal => refuse('BAD_REQUEST', { message })
