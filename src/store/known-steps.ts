import { StepHashes } from './step-hashes.js'

/** Slots of a table, half a megabyte of them. */
const SLOTS = 1 << 17
/** So many ids may be in a table when another workflow begins, that most are found in the slot they belong to. */
const MOST_IDS = SLOTS / 4

/**
 * The step ids of workflows that were made by this process: all of them, so that an id that is not among them is known to
 * be new without a look into the database. Most gates are of new steps.
 *
 * Ids are kept as hashes of 32 bits in plain memory: as strings, each holding the URL it was cut from, they were a sixth
 * of the heap, all of which the garbage collector has to go through. Two ids of one hash cost a look into the database.
 */
export class KnownSteps {
  private newer = new StepHashes(SLOTS)
  private older = new StepHashes(SLOTS)
  private readonly ofWorkflow = new Map<number, StepHashes>()

  /** A workflow that has no steps yet. */
  begin(workflowKey: number): void {
    if (this.newer.count >= MOST_IDS) {
      this.forget(this.older)
      ;[this.newer, this.older] = [this.older, this.newer]
    }
    this.ofWorkflow.set(workflowKey, this.newer)
    this.newer.count++
  }

  add(workflowKey: number, stepId: string): void {
    const hashes = this.ofWorkflow.get(workflowKey)
    if (hashes && !hashes.add(workflowKey, stepId)) this.forget(hashes)
  }

  /** True where the workflow certainly has no such step; false where that is not known. */
  lacks(workflowKey: number, stepId: string): boolean {
    return this.ofWorkflow.get(workflowKey)?.mayHave(workflowKey, stepId) === false
  }

  private forget(hashes: StepHashes): void {
    for (const [workflowKey, its] of this.ofWorkflow) if (its === hashes) this.ofWorkflow.delete(workflowKey)
    hashes.clear()
  }
}
