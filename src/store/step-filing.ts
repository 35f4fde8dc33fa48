/** Steps whose rows are written later. @module */
import type { Step } from '../domain/step.js'
import { Rows } from './rows.js'
import type { Statements } from './statements.js'
import { firstStep, firstStepParameters } from './step-rows.js'

/**
 * At so many steps their rows are written. Callers gate in many workflows at once, so each step of a group has a page of the
 * index to itself; of so many steps several share one. Writing them takes about two milliseconds.
 */
const filedAtOnce = 512

/**
 * The rows of plain first gates (see `isPlain`) say nothing that their group does not say, so they are written many together:
 * when somebody looks for one of them, when they are many, or after a while. A process that is killed before that
 * leaves them to the next one, which makes them of the groups.
 */
export class StepFiling {
  private waiting: Step[] = []
  private readonly workflows = new Set<number>()

  constructor(private readonly sql: Pick<Statements, 'insertSteps' | 'insertUnfiledSteps' | 'filedTo'>) {}

  get hasAny(): boolean {
    return this.waiting.length > 0
  }

  get hasTooMany(): boolean {
    return this.waiting.length >= filedAtOnce
  }

  /** A step was gated for the first time, and its gate is in a group. */
  add(step: Step): void {
    this.waiting.push(step)
    this.workflows.add(step.workflowKey)
  }

  /** Whether steps of this workflow have no rows yet. */
  isOf(workflowKey: number): boolean {
    return this.workflows.has(workflowKey)
  }

  /** Whether this step has no row yet. */
  has(workflowKey: number, stepId: string): boolean {
    return (
      this.isOf(workflowKey) &&
      this.waiting.some((step) => step.workflowKey === workflowKey && step.stepId === stepId)
    )
  }

  /**
   * Write all their rows.
   * @param seq the last event; rows of all steps up to it have been written then
   * @returns how many rows must have changed, if nobody else changed them
   */
  file(seq: number): number {
    const rows = new Rows(this.sql.insertSteps, firstStepParameters)
    for (const step of this.waiting) rows.add(firstStep(step))
    rows.finish()
    this.sql.filedTo.get([seq])
    const written = this.waiting.length + 1
    this.waiting = []
    this.workflows.clear()
    return written
  }

  /** Write the rows that an earlier process did not come to write. @param seq as for `file` */
  recover(seq: number): void {
    this.sql.insertUnfiledSteps.get([])
    this.sql.filedTo.get([seq])
  }
}
