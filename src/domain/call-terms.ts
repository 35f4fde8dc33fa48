/** What a call outwards is made with, whether an agent, a connector or a step says so. @module */

/** A model at a provider. */
export interface ModelUse {
  readonly provider: string
  readonly model: string
  readonly temperature?: number
  readonly maxTokens?: number
}

/** How often a failed call is tried again, all attempts counted, and how long the first wait is. */
export interface Retries {
  readonly attempts: number
  readonly backoffMs: number
}
