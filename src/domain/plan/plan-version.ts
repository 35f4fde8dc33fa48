/** Versions of a plan: what it was before each change, and the way back. @module */
import { type Refusal, refuse } from '../errors.js'
import type { Plan, PlanVersion } from './plan.js'

/** The plan as it is, kept under its version before it changes. */
export const versionOf = (
  before: Plan,
  change: PlanVersion['change'],
  summary: string,
  by: string,
  now: number,
): PlanVersion => ({
  version: before.version,
  changedAt: now,
  changedBy: by,
  change,
  summary,
  before,
})

/** The changed plan, and its state before the change as a version. */
export interface Changed {
  readonly plan: Plan
  readonly kept: PlanVersion
}

/**
 * Make a pending plan again what it was at an earlier version. What it was in between stays among the versions. The plan's
 * time runs on, and it has to be judged anew.
 * @param by who does it
 */
export function rollBack(
  plan: Plan,
  versions: readonly PlanVersion[],
  target: number,
  by: string,
  now: number,
): Changed | Refusal {
  if (plan.status !== 'pending')
    return refuse('PLAN_NOT_PENDING', { plan_id: plan.id, status: plan.status, verb: 'roll back' })
  const past = versions.find(({ version }) => version === target)?.before
  if (!past || target >= plan.version)
    return refuse('PLAN_VERSION_NOT_FOUND', { plan_id: plan.id, version: target })
  const { query, domain, mode, metadata, steps, maxParallel, timeoutMs, planning, estimate } = past
  return {
    kept: versionOf(plan, 'rollback', `Rolled back to version ${target}`, by, now),
    plan: {
      ...plan,
      query,
      domain,
      mode,
      metadata,
      steps,
      maxParallel,
      timeoutMs,
      planning,
      estimate,
      rowVersion: plan.rowVersion + 1,
      version: plan.version + 1,
      updatedAt: now,
    },
  }
}
