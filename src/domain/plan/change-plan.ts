/** Changing a plan that was not executed yet. @module */
import type { PlanMode } from '../agent.js'
import { type Refusal, refuse } from '../errors.js'
import { canonicalJson, type JsonObject, type JsonValue } from '../json.js'
import type { Plan } from './plan.js'
import { type Changed, versionOf } from './plan-version.js'
import type { PlanStep } from './step.js'

/** What a caller wants to be different; absent members stay. */
export interface PlanChange {
  /** The version that the caller read. */
  readonly version: number
  readonly mode?: PlanMode
  readonly domain?: string
  readonly metadata?: JsonObject
  readonly steps?: readonly PlanStep[]
}

/**
 * Change a pending plan, if it is still at the version that the caller read. Where nothing would be different the plan
 * stays as it is, whatever the version. A plan that changed has to be judged anew; its time runs on.
 */
export function changePlan(
  plan: Plan,
  change: PlanChange,
  by: string,
  now: number,
): Changed | 'unchanged' | Refusal {
  if (plan.status !== 'pending')
    return refuse('PLAN_NOT_PENDING', { plan_id: plan.id, status: plan.status, verb: 'update' })
  const { version, ...wanted } = change
  const differing = (Object.keys(wanted) as (keyof typeof wanted)[]).filter(
    (name) => text(wanted[name]) !== text(plan[name]),
  )
  if (differing.length === 0) return 'unchanged'
  if (version !== plan.version)
    return refuse('VERSION_CONFLICT', {
      plan_id: plan.id,
      expected_version: version,
      current_version: plan.version,
    })
  return {
    kept: versionOf(plan, 'update', `Changed ${differing.sort().join(', ')}`, by, now),
    plan: {
      ...plan,
      ...wanted,
      ...(wanted.steps ? { planning: { by: 'caller', choices: [] } } : {}),
      rowVersion: plan.rowVersion + 1,
      version: plan.version + 1,
      updatedAt: now,
    },
  }
}

const text = (value: unknown): string => canonicalJson(JSON.parse(JSON.stringify(value)) as JsonValue)
