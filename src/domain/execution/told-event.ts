/** An event of a run, with as much of it as is shown. @module */
import type { PolicyMatch } from '../decision.js'
import type { PastEvent } from '../event.js'
import type { JsonObject, JsonValue } from '../json.js'

export interface ToldEvent {
  readonly seq: number
  readonly type: PastEvent['type']
  /** Unix milliseconds. */
  readonly at: number
  readonly stepId?: string
  /** Texts, numbers and flags that the event keeps, by the names that it keeps them under. */
  readonly facts: JsonObject
  /** Of a decision: the policies whose conditions held. */
  readonly policies?: readonly PolicyMatch[]
  /** Of a completion. */
  readonly output?: JsonValue
}

/**
 * A reviewer's words are for the record, not for the orchestrator, which reads here with the same credentials. The last ones
 * are the event's own names.
 */
const untold: ReadonlySet<string> = new Set(['comment', 'idempotency_key', 'revision', 'seq', 'type', 'at'])

/** An event as it is shown: no reviewer's words, no input, and outputs apart. Pure. */
export function tell({ seq, type, at, stepId, body }: PastEvent): ToldEvent {
  const members = JSON.parse(body) as JsonObject
  const facts: Record<string, JsonValue> = {}
  for (const [name, value] of Object.entries(members)) {
    const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    if (plain && !untold.has(name)) facts[name] = value
  }
  if (typeof members.revision === 'string') facts.policy_bundle = members.revision
  const policies = Array.isArray(members.policies) ? members.policies : undefined
  return {
    seq,
    type,
    at,
    ...(stepId === undefined ? {} : { stepId }),
    facts,
    ...(policies ? { policies: policies as unknown as PolicyMatch[] } : {}),
    ...(members.output === undefined ? {} : { output: members.output }),
  }
}
