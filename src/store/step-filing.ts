/** Steps that the index does not find yet. @module */
import type { Statements } from './statements.js'

/**
 * At so many steps they are filed. Callers gate in many workflows at once, so each step of a group has a page of the index
 * to itself; of so many steps several share one. Filing them takes about a millisecond.
 */
const filedAtOnce = 512

/**
 * First gates are not written into the index of steps (by workflow and step id) one by one, but many together: see
 * `steps.filed`. Until then these steps are found by their checkpoints, which are remembered here.
 */
export class StepFiling {
  private readonly checkpoints = new Map<number, Map<string, number>>()
  private count = 0

  constructor(private readonly sql: Pick<Statements, 'fileSteps' | 'filedTo'>) {}

  get hasAny(): boolean {
    return this.count > 0
  }

  get hasTooMany(): boolean {
    return this.count >= filedAtOnce
  }

  /** A step was gated for the first time. */
  add(workflowKey: number, stepId: string, checkpoint: number): void {
    let its = this.checkpoints.get(workflowKey)
    if (!its) {
      its = new Map()
      this.checkpoints.set(workflowKey, its)
    }
    its.set(stepId, checkpoint)
    this.count++
  }

  /** Whether steps of this workflow are not in the index yet. */
  isOf(workflowKey: number): boolean {
    return this.checkpoints.has(workflowKey)
  }

  /** The checkpoint of a step that is not in the index yet. */
  checkpointOf(workflowKey: number, stepId: string): number | undefined {
    return this.checkpoints.get(workflowKey)?.get(stepId)
  }

  /**
   * File them all.
   * @param seq the last event; rows of all steps up to it have been written
   * @returns how many rows must have changed, if nobody else changed them
   */
  file(seq: number): number {
    const rows = this.count
    this.sql.fileSteps.get([])
    this.sql.filedTo.get([seq])
    this.checkpoints.clear()
    this.count = 0
    return rows + 1
  }
}
