/**
 * What a policy's rule answered, read as matches. Hand-written Rego may answer anything, so everything is checked;
 * what cannot be understood is a fault, never a policy that silently says less.
 * @module
 */
import type { ApprovalTerms, PolicyAction, PolicyMatch } from '../../domain/decision.js'
import { isObject } from '../../domain/json.js'
import { durationMs } from '../language/duration.js'
import type { Policy } from '../policy.js'

export type MatchesReading =
  | { readonly ok: true; readonly matches: readonly PolicyMatch[] }
  /** What is wrong, without any value of the input. */
  | { readonly ok: false; readonly message: string }

/** Reads the value of one action's rule. */
export function readMatches(policy: Policy, action: PolicyAction, value: unknown): MatchesReading {
  if (!Array.isArray(value)) return refuse(`${action} must be a set, but is ${typeName(value)}`)
  const matches: PolicyMatch[] = []
  for (const element of value) {
    const match = readMatch(policy, action, element)
    if (typeof match === 'string') return refuse(`${action}: ${match}`)
    matches.push(match)
  }
  return { ok: true, matches }
}

const refuse = (message: string): MatchesReading => ({ ok: false, message })

function readMatch(policy: Policy, action: PolicyAction, element: unknown): PolicyMatch | string {
  if (typeof element === 'string') return withTerms(policy, action, element, undefined, undefined)
  if (!isObject(element)) return `a reason or an object is expected, not ${typeName(element)}`
  for (const key of Object.keys(element)) if (!known.has(key)) return `unknown key ${JSON.stringify(key)}`
  const { reason, approval, redact } = element
  if (typeof reason !== 'string') return `reason must be a string, but is ${typeName(reason)}`
  return withTerms(policy, action, reason, approval, redact)
}

function withTerms(
  policy: Policy,
  action: PolicyAction,
  stated: string,
  approval: unknown,
  redact: unknown,
): PolicyMatch | string {
  const { id: policyId, name: policyName } = policy
  const enforcement = policy.enforcement === 'shadow' ? 'shadow' : 'enforce'
  const reason = stated === '' ? policyName : stated
  if (action === 'require_approval') {
    const terms = readApproval(approval, policy.approval)
    if (typeof terms === 'string') return terms
    if (terms) return { policyId, policyName, action, reason, enforcement, approval: terms }
  }
  if (action === 'redact') {
    const paths = redact ?? policy.redact
    if (!isTexts(paths) || paths.length === 0) return 'redact must be a list of paths'
    return { policyId, policyName, action, reason, enforcement, redact: paths }
  }
  return { policyId, policyName, action, reason, enforcement }
}

const known = new Set(['reason', 'approval', 'redact'])
const knownTerms = new Set(['expires_in', 'roles', 'quorum'])

/** The policy's own terms, and over them those that the match states. */
function readApproval(stated: unknown, terms: ApprovalTerms | undefined): ApprovalTerms | string | undefined {
  if (stated === undefined) return terms
  if (!isObject(stated)) return `approval must be an object, but is ${typeName(stated)}`
  for (const key of Object.keys(stated))
    if (!knownTerms.has(key)) return `unknown key ${JSON.stringify(key)} in approval`
  const { expires_in: expiresIn, roles = terms?.roles ?? [], quorum = terms?.quorum ?? 1 } = stated
  const expiresInMs = typeof expiresIn === 'string' ? durationMs(expiresIn) : terms?.expiresInMs
  if (expiresIn !== undefined && (typeof expiresIn !== 'string' || expiresInMs === undefined))
    return 'approval.expires_in must be a duration such as 24h'
  if (!isTexts(roles)) return 'approval.roles must be a list of names'
  if (typeof quorum !== 'number' || !Number.isInteger(quorum) || quorum < 1)
    return 'approval.quorum must be a whole number of at least 1'
  return { ...(expiresInMs === undefined ? {} : { expiresInMs }), roles, quorum }
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')

function typeName(value: unknown): string {
  if (value === undefined) return 'undefined'
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `${/^[aeiou]/.test(typeof value) ? 'an' : 'a'} ${typeof value}`
}
