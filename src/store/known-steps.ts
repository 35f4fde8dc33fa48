/** Slots of a table, half a megabyte of them; a power of two. */
const SLOTS = 1 << 17
/** So many ids may be in a table, that most are found in the slot they belong to. */
const MOST_IDS = SLOTS / 4
/** An id that would be further than this from its slot is not put down: somebody chose ids to make searches long. */
const LONGEST_SEARCH = 64

/**
 * The step ids of workflows that were made by this process: all of them, so that an id that is not among them is known to
 * be new without a look into the database. Most gates are of new steps.
 *
 * Ids are kept as hashes of 32 bits in plain memory: as strings, each holding the URL it was cut from, they were a sixth
 * of the heap, all of which the garbage collector has to go through. Two ids of one hash cost a look into the database.
 */
export class KnownSteps {
  private newer = new StepHashes()
  private older = new StepHashes()
  private readonly ofWorkflow = new Map<number, StepHashes>()

  /** A workflow that has no steps yet. */
  begin(workflowKey: number): void {
    if (this.newer.isFull) {
      this.forget(this.older)
      ;[this.newer, this.older] = [this.older, this.newer]
    }
    this.ofWorkflow.set(workflowKey, this.newer)
    this.newer.count++
  }

  add(workflowKey: number, stepId: string): void {
    const hashes = this.ofWorkflow.get(workflowKey)
    if (hashes && !hashes.add(hashOf(workflowKey, stepId))) this.forget(hashes)
  }

  /** True where the workflow certainly has no such step; false where that is not known. */
  lacks(workflowKey: number, stepId: string): boolean {
    return this.ofWorkflow.get(workflowKey)?.has(hashOf(workflowKey, stepId)) === false
  }

  private forget(hashes: StepHashes): void {
    for (const [workflowKey, its] of this.ofWorkflow) if (its === hashes) this.ofWorkflow.delete(workflowKey)
    hashes.clear()
  }
}

/** Hashes of the steps of some workflows; 0 stands for an empty slot. */
class StepHashes {
  private readonly slots = new Int32Array(SLOTS)
  /** Hashes, and workflows that have none yet. */
  count = 0

  get isFull(): boolean {
    return this.count >= MOST_IDS
  }

  /** @returns false where there is no room for it */
  add(hash: number): boolean {
    if (this.count >= 2 * MOST_IDS) return false
    const slot = this.slotOf(hash)
    if (slot === undefined) return false
    if (this.slots[slot] === 0) this.count++
    this.slots[slot] = hash
    return true
  }

  has(hash: number): boolean {
    const slot = this.slotOf(hash)
    return slot === undefined || this.slots[slot] !== 0
  }

  clear(): void {
    this.slots.fill(0)
    this.count = 0
  }

  /** Where the hash is, or would be. */
  private slotOf(hash: number): number | undefined {
    for (let i = 0; i < LONGEST_SEARCH; i++) {
      const slot = (hash + i) & (SLOTS - 1)
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
