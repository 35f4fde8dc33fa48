/**
 * Canary shares: whether a run is in a policy's share, always the same for the same run and policy, and spread
 * independently over policies.
 * @module
 */

/**
 * A number from 0 up to 1 that belongs to the pair.
 * FNV-1a over UTF-16 units with MurmurHash3's finaliser, which the short and similar ids need.
 */
export function shareOf(policyId: string, value: string): number {
  let hash = 0x811c9dc5
  for (const text of [policyId, '\0', value]) {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000
}

/** Whether a run falls into the share. One that lacks the field does: leaving it out must not turn a policy off. */
export function inRollout(policyId: string, percent: number, value: unknown): boolean {
  if (percent >= 100) return true
  if (percent <= 0) return false
  if (value === undefined || value === null) return true
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return shareOf(policyId, text) * 100 < percent
}
