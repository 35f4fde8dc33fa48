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

/** So many steps are read in one transaction at most: the gates that come meanwhile wait no longer than they take. */
const STEPS_A_TURN = 200
/** So many at a time, between looks at the clock. */
const STEPS_A_LOOK = 20
/** A step takes microseconds, or milliseconds where its record is large: after as many of them the turn is over. */
const MS_A_TURN = 10

/** Begins to read the steps that the workflows have now: all of them, where there are few. */
export const beginSteps = (ports: Ports, tx: Reader, workflows: readonly Workflow[]): readonly Unread[] =>
  readOn(
    ports,
    tx,
    workflows.map((workflow) => ({ workflow, steps: [], left: tx.checkpoints(workflow) })),
  )

/** Reads the others, in transactions of their own: each step is as it is when its turn comes. */
export async function allSteps(ports: Ports, begun: readonly Unread[]): Promise<WorkflowWithSteps[]> {
  let unread = begun
  while (unread.some(({ left }) => left.length > 0)) {
    const before = unread
    unread = await ports.store.transact((tx) => readOn(ports, tx, before))
  }
  return unread.map(({ workflow, steps }) => ({ workflow, steps }))
}

function readOn(ports: Ports, tx: Reader, unread: readonly Unread[]): readonly Unread[] {
  const until = ports.now() + MS_A_TURN
  let room = STEPS_A_TURN
  return unread.map((each) => {
    const { workflow, steps, left } = each
    if (left.length === 0 || room === 0) return each
    const read = [...steps]
    let from = 0
    while (from < left.length && room > 0) {
      const next = left.slice(from, from + Math.min(room, STEPS_A_LOOK))
      read.push(...tx.steps(workflow, next))
      from += next.length
      room = ports.now() < until ? room - next.length : 0
    }
    return { workflow, steps: read, left: left.slice(from) }
  })
}
