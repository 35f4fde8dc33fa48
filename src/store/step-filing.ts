/** Steps whose rows are written later. @module */
import { plainStep, plainStepParameters } from './gate-group-rows.js'
import type { PlainGate } from './gate-groups.js'
import { Rows } from './rows.js'
import type { Statements } from './statements.js'
import { StepHashes } from './step-hashes.js'

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
  // Not the steps themselves, which would be more for the garbage collector to move.
  private readonly rows: Rows
  /** Some step is not among the hashes. */
  private full = false
  /** Not cleared but made anew: see `WorkflowChanges`. */
  private workflows = new Set<number>()
  private readonly hashes = new StepHashes(filedAtOnce * 8)

  constructor(private readonly sql: Pick<Statements, 'insertPlainSteps' | 'insertUnfiledSteps' | 'filedTo'>) {
    this.rows = new Rows(sql.insertPlainSteps, plainStepParameters)
  }

  get hasAny(): boolean {
    return this.rows.count > 0
  }

  get hasTooMany(): boolean {
    return this.rows.count >= filedAtOnce || this.full
  }

  /** They were written. */
  add(gates: readonly PlainGate[]): void {
    for (const { step } of gates) {
      this.rows.add(plainStep(step))
      this.workflows.add(step.workflowKey)
      if (!this.hashes.add(step.workflowKey, step.stepId)) this.full = true
    }
  }

  /** Whether steps of this workflow have no rows yet. */
  isOf(workflowKey: number): boolean {
    return this.workflows.has(workflowKey)
  }

  /** False where this step certainly does not wait for its row. */
  mayHave(workflowKey: number, stepId: string): boolean {
    return this.full || this.hashes.mayHave(workflowKey, stepId)
  }

  /**
   * Write all their rows.
   * @param seq the last event; rows of all steps up to it have been written then
   * @returns how many rows must have changed, if nobody else changed them
   */
  file(seq: number): number {
    const written = this.rows.count + 1
    this.rows.finish()
    this.sql.filedTo.get([seq])
    this.workflows = new Set()
    this.hashes.clear()
    this.full = false
    return written
  }

  /** Write the rows that an earlier process did not come to write. @param seq as for `file` */
  recover(seq: number): void {
    this.sql.insertUnfiledSteps.get([])
    this.sql.filedTo.get([seq])
  }
}
