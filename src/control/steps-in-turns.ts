/** Steps of workflows that may have thousands of them. @module */
import type { Step } from '../domain/step.js'
import type { Workflow } from '../domain/workflow.js'
import type { Reader } from '../store/store.js'
import type { Ports } from './ports.js'

export interface WorkflowWithSteps {
  readonly workflow: Workflow
  /** In step index order. */
  readonly steps: readonly Step[]
}

/** Some steps were read, and it is known which others there are. */
interface Unread extends WorkflowWithSteps {
  readonly left: readonly number[]
}

/** So many steps are read in one transaction: the gates that come meanwhile wait no longer than they take. */
const STEPS_A_TURN = 200

/** Begins to read the steps that the workflows have now: all of them, where there are few. */
export const beginSteps = (tx: Reader, workflows: readonly Workflow[]): readonly Unread[] =>
  readOn(
    tx,
    workflows.map((workflow) => ({ workflow, steps: [], left: tx.checkpoints(workflow) })),
  )

/** Reads the others, in transactions of their own: each step is as it is when its turn comes. */
export async function allSteps(ports: Ports, begun: readonly Unread[]): Promise<WorkflowWithSteps[]> {
  let unread = begun
  while (unread.some(({ left }) => left.length > 0)) {
    const before = unread
    unread = await ports.store.transact((tx) => readOn(tx, before))
  }
  return unread.map(({ workflow, steps }) => ({ workflow, steps }))
}

function readOn(tx: Reader, unread: readonly Unread[]): readonly Unread[] {
  let room = STEPS_A_TURN
  return unread.map((each) => {
    const { workflow, steps, left } = each
    const next = left.slice(0, room)
    if (next.length === 0) return each
    room -= next.length
    return { workflow, steps: [...steps, ...tx.steps(workflow, next)], left: left.slice(next.length) }
  })
}
