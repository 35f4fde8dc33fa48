/**
 * The words of a decision: what a policy may ask for, and what the gate makes of all that was asked.
 * @module
 */

/** What the gate tells the caller about one step (contract: gate reply `decision`). */
export type Decision = 'allow' | 'block' | 'require_approval'

/**
 * What a policy asks for when its conditions hold. `block` and `require_approval` decide; `redact` obliges the
 * caller and masks the record; `warn`, `alert` and `log` are only reported.
 */
export type PolicyAction = 'block' | 'require_approval' | 'redact' | 'warn' | 'alert' | 'log'

/** Every action, strongest first: the order in which ties are reported, never the order of evaluation. */
export const policyActions: readonly PolicyAction[] = [
  'block',
  'require_approval',
  'redact',
  'warn',
  'alert',
  'log',
]

/** Terms of a hold, as the matching policy states them. */
export interface ApprovalTerms {
  /** Milliseconds from the decision until the hold counts as denied; absent: the deployment's default. */
  readonly expiresInMs?: number
  /** Roles that may decide; empty: anyone of the tenant. */
  readonly roles: readonly string[]
  /** Distinct approvers needed; at least 1. */
  readonly quorum: number
}

/** One policy whose conditions held. */
export interface PolicyMatch {
  readonly policyId: string
  readonly policyName: string
  readonly action: PolicyAction
  readonly reason: string
  /** `shadow` matches are recorded and reported but never decide. */
  readonly enforcement: 'enforce' | 'shadow'
  /** Only with `require_approval`. */
  readonly approval?: ApprovalTerms
  /** Only with `redact`: dotted paths into the policy input. */
  readonly redact?: readonly string[]
}

/** Why a decision could not be made by policy. The gate then blocks (fail closed) and names this code. */
export interface PolicyFault {
  readonly code: 'no_policy_revision' | 'policy_evaluation_failed'
  /** One sentence for the operator, without payload data. */
  readonly message: string
  /** The policy that failed, when known. */
  readonly policyId?: string
}

/** What the policy set says about one input. */
export interface Judgement {
  /** Name of the revision that judged; empty when none was loaded. */
  readonly revision: string
  readonly matches: readonly PolicyMatch[]
  /** Text and history tests that were computed for the candidates, by name: needed to make the decision again. */
  readonly facts: Readonly<Record<string, boolean>>
  readonly fault?: PolicyFault
}

/** All matches combined: block beats require_approval beats allow, whatever the order of policies. */
export interface Verdict {
  readonly decision: Decision
  /** Reasons of the policies that decided, in policy id order, joined by `; `. */
  readonly reason: string
  /** Every policy whose conditions held, in policy id order. */
  readonly evaluated: readonly PolicyMatch[]
  /** Those the caller must act on: enforced `block`, `require_approval`, `redact`. */
  readonly matched: readonly PolicyMatch[]
  /** Strictest terms of all enforced holds; only with decision `require_approval`. */
  readonly approval?: ApprovalTerms
  /** Union of the enforced redact paths, sorted. */
  readonly redact: readonly string[]
}

const byId = (a: PolicyMatch, b: PolicyMatch): number =>
  a.policyId < b.policyId
    ? -1
    : a.policyId > b.policyId
      ? 1
      : policyActions.indexOf(a.action) - policyActions.indexOf(b.action) ||
        (a.reason < b.reason ? -1 : a.reason > b.reason ? 1 : 0)

const noMatch: Verdict = {
  decision: 'allow',
  reason: 'No matching policies',
  evaluated: [],
  matched: [],
  redact: [],
}

/**
 * Combine what all policies in scope said into one verdict.
 *
 * A fault blocks: its code stands in `evaluated` as the policy id, so that a caller who only reads `policy_ids` sees
 * it too. Pure; source: policies, "Combination".
 */
export function combine(judgement: Judgement): Verdict {
  if (judgement.fault) return faultVerdict(judgement.fault, judgement.matches)
  if (judgement.matches.length === 0) return noMatch
  const evaluated = judgement.matches.length === 1 ? judgement.matches : [...judgement.matches].sort(byId)
  const enforced = evaluated.filter((m) => m.enforcement === 'enforce')
  const blocks = enforced.filter((m) => m.action === 'block')
  const holds = enforced.filter((m) => m.action === 'require_approval')
  const decision: Decision = blocks.length > 0 ? 'block' : holds.length > 0 ? 'require_approval' : 'allow'
  const deciding = decision === 'block' ? blocks : holds
  return {
    decision,
    reason: decision === 'allow' ? noMatch.reason : joinReasons(deciding),
    evaluated,
    matched: actionable(enforced),
    ...(decision === 'require_approval' ? { approval: strictest(holds) } : {}),
    redact: redactions(evaluated),
  }
}

/** Union of the enforced redact paths, sorted. */
export function redactions(matches: readonly PolicyMatch[]): readonly string[] {
  const paths = matches.flatMap((match) =>
    match.action === 'redact' && match.enforcement === 'enforce' ? (match.redact ?? []) : [],
  )
  return paths.length < 2 ? paths : [...new Set(paths)].sort()
}

/** The matches that a caller must act on: enforced `block`, `require_approval` and `redact`. */
export function actionable(matches: readonly PolicyMatch[]): readonly PolicyMatch[] {
  return matches.filter(
    ({ action, enforcement }) =>
      enforcement === 'enforce' &&
      (action === 'block' || action === 'require_approval' || action === 'redact'),
  )
}

function joinReasons(matches: readonly PolicyMatch[]): string {
  return [...new Set(matches.map((m) => m.reason))].join('; ')
}

/** Several holds on one step become one: the earliest expiry, the largest quorum, and roles that satisfy every policy. */
function strictest(holds: readonly PolicyMatch[]): ApprovalTerms {
  let expiresInMs: number | undefined
  let roles: readonly string[] = []
  let quorum = 1
  for (const { approval } of holds) {
    if (!approval) continue
    if (approval.expiresInMs !== undefined)
      expiresInMs = Math.min(expiresInMs ?? approval.expiresInMs, approval.expiresInMs)
    if (approval.roles.length > 0) {
      const both = roles.filter((role) => approval.roles.includes(role))
      // No common role: keep both lists rather than a hold that nobody can decide.
      roles =
        roles.length === 0
          ? approval.roles
          : both.length > 0
            ? both
            : [...new Set([...roles, ...approval.roles])]
    }
    quorum = Math.max(quorum, approval.quorum)
  }
  return {
    ...(expiresInMs === undefined ? {} : { expiresInMs }),
    roles,
    quorum,
  }
}

function faultVerdict(fault: PolicyFault, matches: readonly PolicyMatch[]): Verdict {
  const match: PolicyMatch = {
    policyId: fault.code,
    policyName: fault.code,
    action: 'block',
    reason: fault.message,
    enforcement: 'enforce',
  }
  const evaluated = [match, ...matches].sort(byId)
  return {
    decision: 'block',
    reason: fault.message,
    evaluated,
    matched: [match],
    redact: [],
  }
}
