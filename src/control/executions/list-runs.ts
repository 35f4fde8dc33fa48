/** A page of runs, read in pieces. @module */
import type { Execution, ExecutionHead } from '../../domain/execution/execution.js'
import type { Workflow } from '../../domain/workflow.js'
import type { Scope, Transaction } from '../../store/store.js'
import type { ExecutionFilter, ExecutionRow } from '../../store/tables.js'
import type { Ports } from '../ports.js'
import { executionOf, headOf, type Run } from './find-run.js'

/** A run in a list; of a very large one the steps are left out. */
export type ListedRun = ExecutionHead & Partial<Pick<Execution, 'steps'>>

/** Steps that a run may have to be listed with them. */
export const stepsListed = 100

/** Steps' worth of reading that is done in one piece: gates that arrive meanwhile come between the pieces. */
const pieceCost = 500

/** @param whole with the steps */
export async function listRuns(
  ports: Ports,
  scope: Scope,
  filter: ExecutionFilter,
  whole: boolean,
): Promise<{ readonly rows: readonly ListedRun[]; readonly total: number }> {
  const page = await ports.store.transact((tx) => tx.history.executions(scope, filter))
  const rows: ListedRun[] = []
  for (const piece of pieces(page.rows, whole)) {
    const read = await ports.store.transact((tx) => {
      const now = ports.now()
      return piece.map((row): ListedRun => {
        const run = present(tx, scope, row)
        return whole && stepCount(row) <= stepsListed ? executionOf(tx, run, now) : headOf(tx, run, now)
      })
    })
    rows.push(...read)
  }
  return { rows, total: page.total }
}

/** The row as it stands by now: pieces are read one after another. */
function present(tx: Transaction, scope: Scope, { plan, workflow }: ExecutionRow): Run {
  const now = workflow && (tx.workflow(scope, workflow.id) ?? workflow)
  if (plan) return { plan: tx.plans.byKey(plan.key), ...(now ? { workflow: now } : {}) }
  return { workflow: now as Workflow }
}

const stepCount = ({ plan, workflow }: ExecutionRow): number =>
  Math.max(plan?.steps.length ?? 0, workflow?.stepCount ?? 0)

function* pieces(rows: readonly ExecutionRow[], whole: boolean): Generator<readonly ExecutionRow[]> {
  let piece: ExecutionRow[] = []
  let cost = 0
  for (const row of rows) {
    piece.push(row)
    // A step that is only counted costs a tenth of one that is read.
    cost += 3 + (whole ? Math.min(stepCount(row), stepsListed) : 0) + stepCount(row) / 10
    if (cost < pieceCost) continue
    yield piece
    piece = []
    cost = 0
  }
  if (piece.length > 0) yield piece
}
