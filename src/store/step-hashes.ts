/** An id that would be further than this from its slot is not put down: somebody chose ids to make searches long. */
const LONGEST_SEARCH = 64

/** Steps as hashes of 32 bits in plain memory; two of one hash are taken for one. */
export class StepHashes {
  /** 0 stands for an empty slot. */
  private readonly slots: Int32Array
  /** Hashes, and what the owner counts besides. */
  count = 0

  /** @param size how many slots, a power of two; half of them are filled at most */
  constructor(private readonly size: number) {
    this.slots = new Int32Array(size)
  }

  /** @returns false where there is no room for it */
  add(workflowKey: number, stepId: string): boolean {
    if (this.count >= this.size / 2) return false
    const hash = hashOf(workflowKey, stepId)
    const slot = this.slotOf(hash)
    if (slot === undefined) return false
    if (this.slots[slot] === 0) this.count++
    this.slots[slot] = hash
    return true
  }

  /** False where the step was certainly not added. */
  mayHave(workflowKey: number, stepId: string): boolean {
    const slot = this.slotOf(hashOf(workflowKey, stepId))
    return slot === undefined || this.slots[slot] !== 0
  }

  clear(): void {
    this.slots.fill(0)
    this.count = 0
  }

  /** Where the hash is, or would be. */
  private slotOf(hash: number): number | undefined {
    for (let i = 0; i < LONGEST_SEARCH; i++) {
      const slot = (hash + i) & (this.size - 1)
      const there = this.slots[slot]
      if (there === hash || there === 0) return slot
    }
    return undefined
  }
}

/** FNV-1a over the UTF-16 units, begun with the workflow's key and mixed at the end; never 0. */
function hashOf(workflowKey: number, stepId: string): number {
  let hash = Math.imul(workflowKey, 0x9e3779b1)
  for (let i = 0; i < stepId.length; i++) hash = Math.imul(hash ^ stepId.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return hash ^ (hash >>> 13) || 1
}
