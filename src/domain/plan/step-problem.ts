/** What keeps a plan's steps from being run. @module */

/** Something wrong with the steps of a plan. */
export interface StepProblem {
  /** From the list of steps, in the names of the wire: `[2, 'depends_on']`. Empty: the list itself. */
  readonly path: readonly (string | number)[]
  /** One sentence, which names the step. */
  readonly message: string
}
