/** What a gate answers. @module */
import type { Decision, PolicyMatch } from '../decision.js'
import type { RetryContext } from '../retry-context.js'

/** A gate's answer; `http/wire` gives it the contract's names. */
export interface GateReply {
  /** Effective: a recorded hold that was approved answers `allow`, one that was denied answers `block`. */
  readonly decision: Decision
  readonly stepId: string
  readonly decisionId: string
  readonly reason: string
  readonly evaluated: readonly PolicyMatch[]
  readonly matched: readonly PolicyMatch[]
  /** A fresh hold's approval id. */
  readonly approvalId?: string
  /** A person has to decide: the reply carries the approval link. */
  readonly pending: boolean
  readonly cached: boolean
  readonly retry: RetryContext
  /** Name of the revision that decided. */
  readonly revision: string
}
