/** Finding a run, and all that its state is made of. @module */
import { type Refusal, refuse } from '../../domain/errors.js'
import type { PastEvent } from '../../domain/event.js'
import type {
  Execution,
  ExecutionHead,
  LatestEvent,
  RecordedStep,
  Sight,
} from '../../domain/execution/execution.js'
import { executionOfPlan } from '../../domain/execution/plan-execution.js'
import { executionOfWorkflow, headOfWorkflow } from '../../domain/execution/workflow-execution.js'
import { expirePlan } from '../../domain/plan/end-plan.js'
import type { Plan } from '../../domain/plan/plan.js'
import type { Workflow } from '../../domain/workflow.js'
import type { Reader, Scope, Transaction } from '../../store/store.js'
import { settled } from '../scope.js'

/** A plan, with its workflow once it was executed; or a workflow that no plan made. */
export type Run =
  | { readonly plan: Plan; readonly workflow?: Workflow }
  | { readonly plan?: undefined; readonly workflow: Workflow }

/**
 * The caller's run by its plan's or workflow's id; a plan's workflow leads to the plan. What time has decided meanwhile is
 * written down first.
 */
export function findRun(tx: Transaction, scope: Scope, id: string, now: number): Run | Refusal {
  const named = tx.plans.find(scope, id)
  const own = named ? undefined : tx.workflow(scope, id)
  const plan = named ?? (own && tx.plans.ofWorkflow(own.key))
  const workflow = own ?? (plan?.workflowId === undefined ? undefined : tx.workflow(scope, plan.workflowId))
  const after = workflow && settled(tx, workflow, now)
  const run = plan ? { plan: expired(tx, plan, now), ...(after ? { workflow: after } : {}) } : undefined
  const found = run ?? (after ? { workflow: after } : undefined)
  return found && !isHidden(tx, scope, found)
    ? found
    : refuse('NOT_FOUND', { what: 'Execution', which: `: ${id}` })
}

function expired(tx: Transaction, plan: Plan, now: number): Plan {
  const changes = expirePlan(plan, now)
  if (!changes) return plan
  tx.apply(changes)
  return changes.plan
}

/** A run that was deleted from view shows again when it is taken up again. */
function isHidden(tx: Transaction, scope: Scope, { plan, workflow }: Run): boolean {
  if (plan ? plan.status === 'executing' : workflow?.status === 'in_progress') return false
  return tx.history.isForgotten(scope, plan?.id ?? (workflow as Workflow).id)
}

/** The steps of a run's workflow with the records of their decisions. */
export const recordedSteps = (tx: Reader, workflow: Workflow | undefined): readonly RecordedStep[] =>
  workflow ? tx.steps(workflow).map((step) => ({ step, record: tx.record(step) })) : []

/** The run's present state. */
export function executionOf(
  tx: Transaction,
  run: Run,
  now: number,
  steps: readonly RecordedStep[] = recordedSteps(tx, run.workflow),
): Execution {
  const sight = sightOf(tx, run, now)
  return run.plan
    ? executionOfPlan(run.plan, tx.plans.runs(run.plan), run.workflow, steps, sight)
    : executionOfWorkflow(run.workflow, steps, sight)
}

/** The same without its steps, without reading what its gates decided. */
export function headOf(tx: Transaction, run: Run, now: number): ExecutionHead {
  if (!run.plan)
    return headOfWorkflow(run.workflow, tx.history.tally(run.workflow, now), sightOf(tx, run, now))
  const { steps: _, ...head } = executionOf(tx, run, now, [])
  return head
}

const sightOf = (tx: Transaction, run: Run, now: number): Sight => ({ now, latest: latestOf(tx, run) })

/** The latest event of a run. */
export const latestOf = (tx: Transaction, { plan, workflow }: Run): LatestEvent =>
  tx.history.latest(workflow, plan?.id)

/** All events of a run, oldest first. */
export function eventsOf(tx: Transaction, { plan, workflow }: Run): readonly PastEvent[] {
  const ofWorkflow = workflow ? tx.history.ofWorkflow(workflow) : []
  if (!plan) return ofWorkflow
  const bySeq = new Map(
    [...tx.history.about(`plan:${plan.id}`), ...ofWorkflow].map((event) => [event.seq, event]),
  )
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
}
