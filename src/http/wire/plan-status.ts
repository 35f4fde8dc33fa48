/** How plans stand, on the wire (MAP contract §1.6, §1.8). @module */
import type { PlanView } from '../../control/plans/read-plans.js'
import { instant } from '../../domain/instant.js'
import type { JsonValue } from '../../domain/json.js'
import type { Plan, PlanVersion } from '../../domain/plan/plan.js'
import type { PlanStep } from '../../domain/plan/step.js'
import { durationText } from './duration.js'
import { wireStep } from './execution.js'
import { runsParallel, wireCost, wirePlanning, wirePolicyInfo } from './plan.js'

/** A plan without its steps: an entry of a list, and the head of one. */
export function wirePlanHead({ plan, execution }: PlanView): Record<string, unknown> {
  return {
    plan_id: plan.id,
    execution_id: plan.id,
    ...(plan.workflowId === undefined ? {} : { workflow_id: plan.workflowId }),
    status: execution.status,
    org_id: plan.org,
    tenant_id: plan.tenant,
    query: plan.query,
    domain: plan.domain,
    execution_mode: plan.mode,
    version: plan.version,
    total_steps: execution.totalSteps,
    completed_steps: execution.completedSteps,
    progress_percent: execution.progress,
    duration: durationText(execution.durationMs ?? 0),
    complexity: plan.steps.length,
    parallel: runsParallel(plan),
    created_at: instant(plan.createdAt),
    started_at: instant(execution.startedAt),
    ...(execution.endedAt === undefined ? {} : { completed_at: instant(execution.endedAt) }),
    expires_at: instant(plan.expiresAt),
    ...(plan.error === undefined ? {} : { error: plan.error }),
    estimated_cost_usd: plan.estimate.usd,
    ...(plan.executedAt === undefined ? {} : { actual_cost_usd: execution.costUsd }),
  }
}

/** One plan, whole. What its steps brought is in the executions; the SDKs disagree on how it would stand here. */
export function wirePlan(view: PlanView): Record<string, unknown> {
  const { plan, execution } = view
  return {
    ...wirePlanHead(view),
    ...(plan.result === undefined ? {} : { result: resultText(plan.result), execution_result: plan.result }),
    metadata: plan.metadata,
    planning: wirePlanning(plan.planning),
    ...(plan.judgement ? { policy_info: wirePolicyInfo(plan.judgement) } : {}),
    workflow_definition: planDocument(plan),
    steps: execution.steps.map(wireStep),
  }
}

/** The SDKs take nothing but text for a result. */
export const resultText = (result: JsonValue): string =>
  typeof result === 'string' ? result : JSON.stringify(result)

/** The plan in the form of a plan file, so that it can be kept in git. */
function planDocument({ id, domain, query, mode, steps }: Plan): Record<string, unknown> {
  return {
    apiVersion: 'stepgate.dev/v1',
    kind: 'Plan',
    metadata: { name: id, domain, ...(query === '' ? {} : { description: query }) },
    spec: { execution_mode: mode, steps: steps.map(stepDocument) },
  }
}

function stepDocument(step: PlanStep): Record<string, unknown> {
  const { llm, call, compensation, retries } = step
  const members = {
    id: step.id,
    name: step.name,
    type: step.type,
    description: step.description,
    agent: step.agent,
    depends_on: step.dependsOn.length === 0 ? undefined : step.dependsOn,
    provider: llm?.provider,
    model: llm?.model,
    temperature: llm?.temperature,
    max_tokens: llm?.maxTokens,
    prompt: step.prompt,
    connector: call?.connector,
    operation: call?.operation,
    parameters: step.parameters,
    condition: step.condition,
    if_true: step.ifTrue,
    if_false: step.ifFalse,
    timeout: step.timeoutMs === undefined ? undefined : `${step.timeoutMs}ms`,
    retries: retries && { attempts: retries.attempts, backoff: `${retries.backoffMs}ms` },
    compensation,
  }
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

/** A version: the plan as it was before a change. */
export function wirePlanVersion(planId: string, past: PlanVersion): Record<string, unknown> {
  const { before } = past
  return {
    id: `${planId}:${past.version}`,
    plan_id: planId,
    version: past.version,
    org_id: before.org,
    changed_by: past.changedBy,
    changed_at: instant(past.changedAt),
    change_type: past.change,
    change_summary: past.summary,
    snapshot: {
      plan_id: planId,
      version: before.version,
      query: before.query,
      domain: before.domain,
      execution_mode: before.mode,
      metadata: before.metadata,
      complexity: before.steps.length,
      step_count: before.steps.length,
      parallel: runsParallel(before),
      status: before.status,
      org_id: before.org,
      tenant_id: before.tenant,
      client_id: before.client,
      created_at: instant(before.createdAt),
      updated_at: instant(before.updatedAt),
      expires_at: instant(before.expiresAt),
      workflow_definition: planDocument(before),
    },
  }
}

/** What a plan was estimated to cost, and what it has cost so far. */
export function wirePlanCost({ plan, execution }: PlanView): Record<string, unknown> {
  return {
    plan_id: plan.id,
    ...wireCost(plan.estimate),
    ...(plan.executedAt === undefined ? {} : { actual_cost_usd: execution.costUsd }),
  }
}
