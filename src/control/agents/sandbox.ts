/** A plan and a workflow that nobody keeps: what a sandbox test judges. @module */
import type { Registry } from '../../domain/agent.js'
import type { Identity } from '../../domain/identity.js'
import type { JsonObject, JsonValue } from '../../domain/json.js'
import { estimateSteps } from '../../domain/plan/estimate.js'
import type { Plan } from '../../domain/plan/plan.js'
import type { PlanStep } from '../../domain/plan/step.js'
import type { Outputs } from '../../domain/plan/step-input.js'
import type { Workflow } from '../../domain/workflow.js'
import type { MadeSteps } from '../plans/plan-steps.js'

/** Ids of what is only tried: policies that look at ids see these. */
const sandboxPlan = 'plan_sandbox'
const sandboxWorkflow = 'wf_sandbox'

/** The plan that the steps would be. */
export function sandboxedPlan(
  { org, tenant, client, user }: Identity,
  made: MadeSteps,
  registry: Registry,
  context: JsonObject,
  now: number,
): Plan {
  return {
    ...made,
    key: 0,
    id: sandboxPlan,
    org,
    tenant,
    client,
    ...(user === undefined ? {} : { user }),
    rowVersion: 1,
    version: 1,
    status: 'pending',
    metadata: context,
    estimate: estimateSteps(made.steps, registry.providers, made.query),
    createdAt: now,
    updatedAt: now,
    expiresAt: now,
  }
}

/** The workflow that would run it, when `stepCount` of its steps have been gated. */
export function sandboxedWorkflow(plan: Plan, identity: Identity, stepCount: number): Workflow {
  const { org, tenant, client, user } = identity
  return {
    key: 0,
    id: sandboxWorkflow,
    org,
    tenant,
    client,
    ...(user === undefined ? {} : { user }),
    name: `map-${plan.mode}-${plan.id}`,
    source: 'external',
    metadata: {
      ...plan.metadata,
      plan_id: plan.id,
      execution_mode: plan.mode,
      domain: plan.domain,
      query: plan.query,
    },
    status: 'in_progress',
    createdAt: plan.createdAt,
    version: 1,
    stepCount,
    tokensIn: 0,
    tokensOut: 0,
    costUsd: 0,
    approvalsGranted: 0,
  }
}

/** A step whose references to other steps' outputs are written out as `<steps.search.output>`: there are no outputs. */
export const withPlaceholders = (step: PlanStep): PlanStep => placeholders(step) as PlanStep

/** What stands for the outputs where they are merged. */
export const placeholderOutputs = (plan: Plan): Outputs =>
  new Map(plan.steps.map(({ id, name }) => [id, `<steps.${name}.output>`]))

const outputReference = /\{\{\s*(steps[.[][^{}]*?)\s*\}\}/g

function placeholders(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(outputReference, (_, path: string) => `<${path}>`)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(placeholders)
  const members = Object.entries(value as Readonly<Record<string, JsonValue>>)
  return Object.fromEntries(members.map(([name, member]) => [name, placeholders(member)]))
}
