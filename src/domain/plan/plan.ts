/** A plan: what is to be done, decided before it is done. @module */
import type { PlanMode } from '../agent.js'
import type { Decision, PolicyMatch } from '../decision.js'
import type { Identity } from '../identity.js'
import type { JsonObject, JsonValue } from '../json.js'
import type { PlanStep } from './step.js'

export const planStatuses = ['pending', 'executing', 'completed', 'failed', 'cancelled', 'expired'] as const
export type PlanStatus = (typeof planStatuses)[number]

/** Why a step is in the plan: which rule chose which agent. */
export interface RouteChoice {
  readonly stepId: string
  readonly agent: string
  /** The agent configuration it is from: `<domain>/<name>` or the database's id. */
  readonly config: string
  readonly configVersion: number
  /** The part of the query that became the step's task. */
  readonly task: string
  readonly pattern?: string
  readonly priority?: number
}

/** How the plan came about. */
export interface Planning {
  readonly by: 'rules' | 'llm' | 'caller' | 'file'
  /** Why another way than the one asked for was taken: an LLM planner that failed. */
  readonly fallback?: string
  readonly choices: readonly RouteChoice[]
  /** Name of the plan's file. */
  readonly file?: string
  /** Parts of the query that no rule matched; they stayed with the task before or after them. */
  readonly unmatched?: readonly string[]
  /** Of the LLM planner. */
  readonly reasoning?: string
  /** What asking the LLM planner took. */
  readonly usage?: { readonly tokensIn?: number; readonly tokensOut?: number; readonly costUsd?: number }
}

/** What the policies say of the plan as a whole. */
export interface PlanJudgement {
  readonly decisionId: string
  readonly decision: Decision
  readonly reason: string
  readonly revision: string
  readonly policies: readonly PolicyMatch[]
  /** Unix milliseconds. */
  readonly at: number
  /** Digest of the steps and the mode that were judged. */
  readonly digest: string
}

/** Costs in US dollars, by the price table; steps without a known price are counted as 0 and named. */
export interface PlanEstimate {
  readonly usd: number
  readonly breakdown: readonly {
    readonly stepName: string
    readonly provider: string
    readonly model: string
    readonly tokensIn: number
    readonly tokensOut: number
    readonly usd: number
  }[]
  /** `provider/model` for which there is no price. */
  readonly unpriced: readonly string[]
}

/** Instants are Unix milliseconds. */
export interface Plan {
  /** The store's own row number; opaque to the domain. */
  readonly key: number
  /** `plan_` and a time-ordered UUID. */
  readonly id: string
  readonly org: string
  readonly tenant: string
  readonly client: string
  readonly user?: string
  /** Rises by one with every change of any kind; each write compares it. */
  readonly rowVersion: number
  /** The document's version, from 1: rises with updates and rollbacks, and is what callers lock on. */
  readonly version: number
  readonly status: PlanStatus
  readonly query: string
  readonly domain: string
  readonly mode: PlanMode
  readonly metadata: JsonObject
  readonly steps: readonly PlanStep[]
  readonly maxParallel: number
  /** Milliseconds the whole run may take, holds not counted. */
  readonly timeoutMs: number
  readonly planning: Planning
  readonly estimate: PlanEstimate
  readonly judgement?: PlanJudgement
  readonly createdAt: number
  readonly updatedAt: number
  /** A pending plan cannot be executed from then on. */
  readonly expiresAt: number
  readonly executedAt?: number
  readonly endedAt?: number
  /** Set by execution. */
  readonly workflowId?: string
  readonly workflowKey?: number
  /** When the run has taken too long; absent while a person is waited for. */
  readonly deadlineAt?: number
  /** What was left of its time when it began to wait for a person. */
  readonly remainingMs?: number
  /** Who executed it: its steps are gated and run with this identity. */
  readonly runBy?: Identity
  /** What the last step made. */
  readonly result?: JsonValue
  /** Why it failed or was cancelled. */
  readonly error?: string
}

export const isOver = (status: PlanStatus): boolean => status !== 'pending' && status !== 'executing'

/** A plan as it was before a change. */
export interface PlanVersion {
  readonly version: number
  readonly changedAt: number
  readonly changedBy: string
  readonly change: 'update' | 'rollback'
  readonly summary: string
  /** The plan before that change. */
  readonly before: Plan
}
