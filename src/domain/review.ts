/** A request for a person's decision that was made by itself, outside any workflow (HITL queue). @module */
import type { JsonObject } from './json.js'

export const severities = ['low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof severities)[number]

export const reviewStatuses = ['pending', 'approved', 'rejected', 'expired', 'overridden'] as const
export type ReviewStatus = (typeof reviewStatuses)[number]

/** Instants are Unix milliseconds. Source: MAP contract §5.1. */
export interface Review {
  /** The store's own row number. */
  readonly key: number
  /** A time-ordered UUID: `request_id` on the wire. */
  readonly id: string
  readonly org: string
  readonly tenant: string
  /** Who asked. */
  readonly client: string
  readonly requestedBy: string
  /** Rises by one with every change; each write compares it. */
  readonly version: number
  readonly status: ReviewStatus
  readonly severity: Severity
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt: number
  /** What the caller said about it: the wire's own members, checked. */
  readonly request: JsonObject
  readonly decidedBy?: string
  readonly decidedAt?: number
  readonly comment?: string
  /** Of the one who decided, where they are known as well as the name. */
  readonly deciderEmail?: string
  readonly deciderRole?: string
  readonly openIdentity: boolean
}
