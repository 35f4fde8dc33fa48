/**
 * Workflows as verbs leave them, on their way into their rows.
 *
 * A step's first gate adds to its workflow's totals and changes nothing else of it, and the totals can be told from the
 * steps. So they are written later, once for many gates: when somebody reads the row, when it changes in another way, or
 * after a while. A process that ends before that adds up, when it begins again, what the rows do not tell yet.
 * @module
 */
import type { Workflow } from '../domain/workflow.js'
import type { Statements } from './statements.js'
import { workflowState } from './workflow-rows.js'

/** What changed of a workflow; what a verb says least of goes first. */
export type WorkflowChangeKind =
  /** A step was gated for the first time, and nothing else. */
  | 'gated'
  /** It ran before and runs still: its running totals. */
  | 'running'
  | 'any'

const kinds: readonly WorkflowChangeKind[] = ['gated', 'running', 'any']

interface WorkflowChange {
  /** The version that it replaces. */
  readonly stored: number
  readonly kind: WorkflowChangeKind
  readonly workflow: Workflow
}

/** So many workflows' totals wait at most. */
const untoldAtMost = 512

export class WorkflowChanges {
  // New ones each time instead of cleared ones: V8 links the table of a cleared map to the next one. Once such a table was old,
  // all after it grew old with it, and with them every workflow as every gate left it.
  private ofGroup = new Map<number, WorkflowChange>()
  private untold = new Map<number, WorkflowChange>()
  constructor(private readonly sql: Statements) {}

  /** Whether there are totals that the rows do not tell. */
  get hasUntold(): boolean {
    return this.untold.size > 0
  }

  /** Whether something of the group's changes cannot wait. */
  get isPressing(): boolean {
    for (const { kind } of this.ofGroup.values()) if (kind !== 'gated') return true
    return false
  }

  get hasTooManyUntold(): boolean {
    return this.untold.size >= untoldAtMost
  }

  add(workflow: Workflow, kind: WorkflowChangeKind): void {
    const change = { stored: workflow.version - 1, kind, workflow }
    this.ofGroup.set(workflow.key, after(this.ofGroup.get(workflow.key), change))
  }

  /**
   * Write what the group changed, but for totals that can wait.
   * @param seq the last event that the changes are of
   * @returns how many rows must have changed, if nobody else changed them
   */
  write(seq: number): number {
    let written = 0
    for (const [key, change] of this.ofGroup) {
      const whole = after(this.untold.get(key), change)
      if (whole.kind === 'gated') this.untold.set(key, whole)
      else {
        this.untold.delete(key)
        this.writeRow(whole, seq)
        written++
      }
    }
    this.ofGroup = new Map()
    return written
  }

  /** Write the totals that waited. Parameters and result as of `write`. */
  tell(seq: number): number {
    const rows = this.untold.size
    for (const change of this.untold.values()) this.writeRow(change, seq)
    this.untold = new Map()
    this.sql.toldTo.get([seq])
    return rows + 1
  }

  private writeRow({ workflow: w, stored, kind }: WorkflowChange, seq: number): void {
    if (kind === 'any') {
      this.sql.updateWorkflow.get([...workflowState(w), seq, w.key, stored])
      return
    }
    const spent = [w.tokensIn, w.tokensOut, w.costUsd, w.approvalsGranted]
    this.sql.tally.get([w.version, w.stepCount, ...spent, w.pendingStep ?? null, seq, w.key, stored])
  }
}

/** Two changes in a row as one. */
function after(earlier: WorkflowChange | undefined, later: WorkflowChange): WorkflowChange {
  if (!earlier) return later
  if (later.stored !== earlier.workflow.version)
    throw new Error('A change was not made from the latest version')
  const kind = kinds.indexOf(earlier.kind) > kinds.indexOf(later.kind) ? earlier.kind : later.kind
  return { stored: earlier.stored, kind, workflow: later.workflow }
}
