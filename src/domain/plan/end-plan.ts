/** Plans that end without having run to their end: cancelled, or left until their time was over. @module */
import { type Refusal, refuse } from '../errors.js'
import type { Changes } from '../event.js'
import { instant } from '../instant.js'
import { endWorkflow } from '../lifecycle.js'
import type { Workflow } from '../workflow.js'
import type { Plan } from './plan.js'
import { isRunOver, type StepRun } from './run.js'
import { changedRun, overRun, planEvent } from './run-changes.js'

/**
 * Cancel a plan, and what it is in the middle of: its workflow is aborted and its open steps are cancelled with it.
 * @param workflow the one that runs it, where it was executed
 */
export function cancelPlan(
  plan: Plan,
  workflow: Workflow | undefined,
  runs: readonly StepRun[],
  reason: string,
  by: string,
  now: number,
): (Changes & { readonly plan: Plan }) | Refusal {
  if (plan.status !== 'pending' && plan.status !== 'executing') {
    const { id, status, version } = plan
    // The SDKs take any 409 for a conflict of versions and read all three.
    const versions = { expected_version: version, current_version: version }
    return refuse('PLAN_NOT_CANCELLABLE', { plan_id: id, status, ...versions })
  }
  const aborting = workflow && endWorkflow(workflow, 'aborted', reason, by, now)
  const aborted = aborting && 'events' in aborting ? aborting : { events: [] }
  const open = runs.filter(({ state }) => !isRunOver(state))
  const halfUndone = runs.filter(isBeingUndone)
  const { deadlineAt: _, remainingMs: __, ...rest } = plan
  const after: Plan = {
    ...rest,
    rowVersion: plan.rowVersion + 1,
    status: 'cancelled',
    updatedAt: now,
    endedAt: now,
    error: reason,
  }
  return {
    ...aborted,
    plan: after,
    runs: [
      ...open.map((run) => overRun(run, 'cancelled', now)),
      ...halfUndone.map((run) =>
        changedRun(run, { compensation: 'failed', nextAt: undefined, error: givenUp }),
      ),
    ],
    events: [
      ...halfUndone.map(({ stepId }) => ({
        ...planEvent(after, 'compensation_failed', now, { error: givenUp, by, final: true }),
        stepId,
      })),
      ...open.map(({ stepId }) => ({
        ...planEvent(after, 'plan_step_cancelled', now, { reason, by }),
        stepId,
      })),
      planEvent(after, 'plan_cancelled', now, { reason, by }),
      ...aborted.events,
    ],
  }
}

/** A pending plan whose time is over is written down as expired; undefined for every other plan. */
export function expirePlan(plan: Plan, now: number): (Changes & { readonly plan: Plan }) | undefined {
  if (plan.status !== 'pending' || plan.expiresAt > now) return undefined
  const after: Plan = {
    ...plan,
    rowVersion: plan.rowVersion + 1,
    status: 'expired',
    updatedAt: now,
    endedAt: plan.expiresAt,
  }
  const at = instant(plan.expiresAt)
  return { plan: after, events: [planEvent(after, 'plan_expired', now, { expired_at: at })] }
}

const givenUp = 'the plan was cancelled while this step was being undone'

const isBeingUndone = ({ state, compensation }: StepRun): boolean =>
  state === 'completed' && (compensation === 'running' || compensation === 'retrying')
