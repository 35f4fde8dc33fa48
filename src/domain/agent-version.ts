/** An agent configuration in the database, and its history. @module */
import type { AgentConfig } from './agent.js'
import type { JsonObject } from './json.js'

export type AgentChange = 'create' | 'update' | 'delete' | 'activate' | 'deactivate' | 'rollback' | 'rollout'

/** Instants are Unix milliseconds. */
export interface StoredAgent {
  /** The store's own row number. */
  readonly key: number
  /** A time-ordered UUID. */
  readonly id: string
  readonly org: string
  readonly tenant: string
  readonly name: string
  readonly domain: string
  readonly description?: string
  readonly active: boolean
  /** Rises by one with every change; each write compares it. */
  readonly version: number
  readonly config: AgentConfig
  readonly document: JsonObject
  readonly createdAt: number
  readonly updatedAt: number
  readonly deleted: boolean
  readonly rollout?: { readonly version: number; readonly percent: number }
}

/** What one change made of it. */
export interface AgentVersion {
  readonly version: number
  readonly change: AgentChange
  readonly changedAt: number
  readonly changedBy: string
  readonly summary: string
  /** The agent after the change. */
  readonly after: StoredAgent
}
