/**
 * Identifiers. Time and randomness come in as values, so that the same call gives the same id.
 * @module
 */
import { createHash } from 'node:crypto'

/** Where ids get their randomness: a function that gives 16 fresh random bytes as 32 hex digits. */
export type RandomHex = () => string

// Ids that are made together mostly have one time.
let latest = Number.NaN
let latestText = ''

/**
 * A UUID version 7 (RFC 9562): 48 bits of Unix milliseconds, then randomness. Ids made later sort later, which keeps
 * the database's index pages warm however many rows it holds.
 */
export function timeOrderedUuid(nowMs: number, randomHex: string): string {
  if (nowMs !== latest) {
    // Both halves are small integers, which print twice as fast as the whole.
    const high = Math.floor(nowMs / 0x10000)
    const rest = nowMs - high * 0x10000
    latestText = `${high.toString(16).padStart(8, '0')}-${rest.toString(16).padStart(4, '0')}`
    latest = nowMs
  }
  const variant = '89ab'[Number.parseInt(randomHex[3] as string, 16) & 3]
  return `${latestText}-7${randomHex.slice(0, 3)}-${variant}${randomHex.slice(4, 7)}-${randomHex.slice(7, 19)}`
}

/** A new workflow id: `wf_` and a time-ordered UUID. */
export const workflowId = (nowMs: number, randomHex: string): string =>
  `wf_${timeOrderedUuid(nowMs, randomHex)}`

/** The id of one decision: `dec_` and a time-ordered UUID. A cached reply repeats it; a re-evaluation gets a new one. */
export const decisionId = (nowMs: number, randomHex: string): string =>
  `dec_${timeOrderedUuid(nowMs, randomHex)}`

/** A new plan id: `plan_` and a time-ordered UUID. */
export const planId = (nowMs: number, randomHex: string): string =>
  `plan_${timeOrderedUuid(nowMs, randomHex)}`

const approvalNamespace = Buffer.from('a1b2c3d4e5f67890abcdef1234567890', 'hex')

/**
 * The id of a hold: UUID version 5 of `<workflow_id>:<step_id>`, from the second hold on the same step on with `#n`.
 * Source: WCP contract, identifiers.
 */
export function approvalId(workflow: string, step: string, hold: number): string {
  const name = `${workflow}:${step}${hold > 1 ? `#${hold}` : ''}`
  const hash = createHash('sha1').update(approvalNamespace).update(name).digest()
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = hash.toString('hex', 0, 16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
