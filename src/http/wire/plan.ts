/** Plans on the wire (MAP contract §1.3). @module */
import { actionable } from '../../domain/decision.js'
import { instant } from '../../domain/instant.js'
import type { Plan, PlanEstimate, PlanJudgement, Planning } from '../../domain/plan/plan.js'
import type { PlanStep } from '../../domain/plan/step.js'
import { policyIds, wireMatch } from './gate.js'

/** A plan as it was made: the members that a reply to its creation has in every envelope. */
export function wireNewPlan(plan: Plan): Record<string, unknown> {
  return {
    plan_id: plan.id,
    status: plan.status,
    version: plan.version,
    query: plan.query,
    domain: plan.domain,
    execution_mode: plan.mode,
    complexity: plan.steps.length,
    parallel: runsParallel(plan),
    steps: plan.steps.map(wirePlanStep),
    ...wireEstimate(plan.estimate),
    planning: wirePlanning(plan.planning),
    ...(plan.judgement ? { policy_info: wirePolicyInfo(plan.judgement) } : {}),
    created_at: instant(plan.createdAt),
    expires_at: instant(plan.expiresAt),
  }
}

/** True for the modes in which steps may run side by side. */
export const runsParallel = ({ mode }: Plan): boolean => mode === 'auto' || mode === 'parallel'

/** A step as the SDKs read it: dependencies under both of their names. */
function wirePlanStep(step: PlanStep): Record<string, unknown> {
  const agent = step.agent ?? step.call?.connector
  return {
    id: step.id,
    name: step.name,
    type: step.type,
    description: step.description ?? described(step),
    depends_on: step.dependsOn,
    dependencies: step.dependsOn,
    ...(agent === undefined ? {} : { agent }),
    ...(step.parameters === undefined ? {} : { parameters: step.parameters }),
    ...(step.llm ? { provider: step.llm.provider, model: step.llm.model } : {}),
    ...(step.call ? { connector: step.call.connector, operation: step.call.operation } : {}),
    ...(step.prompt === undefined ? {} : { prompt: step.prompt }),
  }
}

function described({ call, prompt, type }: PlanStep): string {
  if (call) return `Call connector ${call.connector}: ${call.operation}`
  const text = prompt ?? type
  return text.length > 100 ? `${text.slice(0, 100)}...` : text
}

/** What policy says of the plan whole. `allowed` is false for a plan that waits for a person, too. */
export function wirePolicyInfo(judgement: PlanJudgement): Record<string, unknown> {
  const matched = actionable(judgement.policies)
  return {
    allowed: judgement.decision === 'allow',
    decision: judgement.decision,
    decision_id: judgement.decisionId,
    reason: judgement.reason,
    applied_policies: policyIds(matched),
    policies_evaluated: policyIds(judgement.policies),
    policies_matched: matched.map(wireMatch),
    policy_bundle: judgement.revision,
    ...(judgement.decision === 'require_approval' ? { required_actions: ['require_approval'] } : {}),
  }
}

/** How the plan came about. */
export function wirePlanning(planning: Planning): Record<string, unknown> {
  const { by, fallback, file, unmatched, reasoning, usage, choices } = planning
  return {
    planned_by: by,
    ...(fallback === undefined ? {} : { fallback }),
    ...(file === undefined ? {} : { plan: file }),
    ...(unmatched === undefined ? {} : { unmatched }),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(usage === undefined
      ? {}
      : { usage: { tokens_in: usage.tokensIn, tokens_out: usage.tokensOut, cost_usd: usage.costUsd } }),
    choices: choices.map(({ stepId, agent, config, configVersion, task, pattern, priority }) => ({
      step_id: stepId,
      agent,
      config,
      config_version: configVersion,
      task,
      ...(pattern === undefined ? {} : { pattern }),
      ...(priority === undefined ? {} : { priority }),
    })),
  }
}

function wireEstimate({ usd, unpriced }: PlanEstimate): Record<string, unknown> {
  return { estimated_cost_usd: usd, ...(unpriced.length === 0 ? {} : { unpriced_models: unpriced }) }
}

/** An estimate as a reply (MAP contract §1.8). */
export function wireCost(estimate: PlanEstimate): Record<string, unknown> {
  return {
    ...wireEstimate(estimate),
    currency: 'USD',
    breakdown: estimate.breakdown.map(({ stepName, provider, model, tokensIn, tokensOut, usd }) => ({
      step_name: stepName,
      provider,
      model,
      estimated_tokens_in: tokensIn,
      estimated_tokens_out: tokensOut,
      estimated_cost_usd: usd,
    })),
  }
}
