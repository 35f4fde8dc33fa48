/**
 * Divides policies into shards, each compiled into a module of its own. Where a policy lands depends on its id and on
 * how crowded the shard is, so that a changed policy changes one shard, and a new one changes or splits one.
 * @module
 */
import type { Policy } from '../policy.js'

/**
 * OPA's compiler takes longer than linearly; each module costs some 0.6 MB of memory and, where one of its policies
 * could match, a parse of the input.
 */
export const MAX_SHARD_POLICIES = 40

const HASH_BITS = 32

/** The shards: none empty, policies in id order in each. */
export function partition(policies: readonly Policy[], max = MAX_SHARD_POLICIES): Policy[][] {
  const placed = policies.map((policy) => ({ policy, hash: hashOf(policy.id) }))
  placed.sort((a, b) => (a.policy.id < b.policy.id ? -1 : 1))
  return split(placed, 0, max).map((shard) => shard.map(({ policy }) => policy))
}

interface Placed {
  readonly policy: Policy
  readonly hash: number
}

/** A trie over the bits of the hash: a node that is too full becomes two. */
function split(placed: Placed[], bit: number, max: number): Placed[][] {
  if (placed.length === 0) return []
  if (placed.length <= max || bit === HASH_BITS) return [placed]
  const half = (wanted: number): Placed[] => placed.filter(({ hash }) => ((hash >>> bit) & 1) === wanted)
  return [...split(half(0), bit + 1, max), ...split(half(1), bit + 1, max)]
}

/** FNV-1a with MurmurHash3's finaliser: ids are short and alike. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
