/** How far a plan's steps are. Beside the workflow's own step rows, which hold what was decided and what came out. @module */
/**
 * - `waiting`: for its dependencies, or for a resume
 * - `held`: its gate asked for approval; the step goes on by itself when it is given
 * - `running`: its call is under way, or was when the process died
 * - `retrying`: failed and will be tried again at `nextAt`
 * - `person`: a human task that waits for its completion
 * - the rest is over
 */
export const runStates = [
  'waiting',
  'held',
  'running',
  'retrying',
  'person',
  'completed',
  'failed',
  'blocked',
  'rejected',
  'skipped',
  'cancelled',
] as const
export type RunState = (typeof runStates)[number]

/** Undoing a step that was done: `due` once the plan has failed. */
export type CompensationState = 'due' | 'running' | 'retrying' | 'completed' | 'failed'

/** One step of an executing plan. Instants are Unix milliseconds. */
export interface StepRun {
  readonly planKey: number
  /** Place in the plan, from 0. */
  readonly position: number
  readonly stepId: string
  /** Rises by one with every change; each write compares it. */
  readonly version: number
  readonly state: RunState
  /** Attempts begun. */
  readonly attempt: number
  /** When a `retrying` step or compensation is due. */
  readonly nextAt?: number
  readonly startedAt?: number
  readonly endedAt?: number
  /** The same for all attempts: of the call, and bound to the gate. */
  readonly idempotencyKey: string
  /** Why the last attempt failed, or the step was blocked. */
  readonly error?: string
  /** Number of the event that holds its output. */
  readonly outputSeq?: number
  readonly tokensIn?: number
  readonly tokensOut?: number
  readonly costUsd?: number
  /** Of a `conditional`: whether it held. */
  readonly held?: boolean
  readonly compensation?: CompensationState
  readonly compensationAttempt?: number
}

const over: ReadonlySet<RunState> = new Set([
  'completed',
  'failed',
  'blocked',
  'rejected',
  'skipped',
  'cancelled',
])

export const isRunOver = (state: RunState): boolean => over.has(state)
