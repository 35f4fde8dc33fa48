/** Where the steps of a new plan come from. @module */
import type { AgentResource, PlanMode, Registry } from '../../domain/agent.js'
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import type { JsonObject } from '../../domain/json.js'
import { checkSteps } from '../../domain/plan/check-steps.js'
import { fillFromAgents } from '../../domain/plan/fill-from-agents.js'
import { type PlannerAnswer, planByLlm } from '../../domain/plan/llm-plan.js'
import type { Planning } from '../../domain/plan/plan.js'
import { planByRules } from '../../domain/plan/plan-by-rules.js'
import type { PlanStep } from '../../domain/plan/step.js'
import { matchRoute } from '../../policy/documents/match-route.js'
import { callProblems } from './call-problems.js'
import { planApprovalStep } from './plan-facts.js'

/** What a caller asks for. */
export interface NewPlan {
  /** Absent only where the steps are brought or read from a file. */
  readonly query?: string
  readonly domain?: string
  readonly mode?: PlanMode
  readonly metadata: JsonObject
  /** Brought by the caller: nothing is planned. */
  readonly steps?: readonly PlanStep[]
  /** Name of a plan in the policy folder. */
  readonly file?: string
  readonly planner?: 'rules' | 'llm'
  readonly maxParallel?: number
  readonly timeoutMs?: number
}

/** Steps with what they were made from, and what holds for the run where the caller says nothing. */
export interface MadeSteps {
  readonly query: string
  readonly domain: string
  readonly mode: PlanMode
  readonly steps: readonly PlanStep[]
  readonly planning: Planning
  readonly maxParallel: number
  readonly timeoutMs: number
}

/** The domain of plans and agents that name none. */
export const defaultDomain = 'generic'

/** Steps that run at one time where nothing says how many. */
const usualParallel = 5

/**
 * Make the steps: those that the caller brought, those of a plan's file, or planned ones.
 * @param configs active agent configurations of the plan's domain
 * @param answer what an LLM planner said, where it was asked
 */
export function makeSteps(
  asked: NewPlan,
  registry: Registry,
  configs: readonly AgentResource[],
  answer: PlannerAnswer | undefined,
): MadeSteps | Refusal {
  const brought =
    asked.file !== undefined
      ? fromFile(asked, asked.file, registry)
      : asked.steps
        ? fromCaller(asked, asked.steps)
        : planned(asked, registry, configs, answer)
  if (isRefusal(brought)) return brought
  const made = { ...brought, steps: fillFromAgents(brought.steps, configs, brought.domain) }
  return checkMade(made.steps, registry, configs) ?? made
}

/** What keeps steps from being run, as a refusal that names them. */
export function checkMade(
  steps: readonly PlanStep[],
  registry: Registry,
  configs: readonly AgentResource[],
): Refusal | undefined {
  const agents = new Set(configs.flatMap(({ config }) => config.agents.map(({ name }) => name)))
  const problems = checkSteps(steps, registry).map(({ path, message }) => ({
    field: stepField(path),
    message,
  }))
  for (const [place, { id, name, agent }] of steps.entries()) {
    if (id === planApprovalStep)
      problems.push({
        field: stepField([place, 'id']),
        message: `the id "${id}" is kept for the hold on the whole plan`,
      })
    if (agent !== undefined && !agents.has(agent))
      problems.push({
        field: stepField([place, 'agent']),
        message: `the step "${name}": there is no active agent "${agent}"`,
      })
  }
  problems.push(
    ...callProblems(steps, registry).map(({ path, message }) => ({ field: stepField(path), message })),
  )
  return problems.length === 0 ? undefined : invalidPlan(problems)
}

/** A place in the list of steps, as messages name it: `steps[2].depends_on`. */
export const stepField = (path: readonly (string | number)[]): string =>
  path.reduce<string>((field, part) => field + (typeof part === 'number' ? `[${part}]` : `.${part}`), 'steps')

/** A refusal that tells everything that is wrong; its sentence is the first of it. */
export function invalidPlan(
  problems: readonly { readonly field: string; readonly message: string }[],
): Refusal {
  const [first] = problems
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return {
    ...refuse('INVALID_PLAN', { message: `${first?.field}: ${first?.message}${more}` }),
    fields: problems,
  }
}

function fromCaller(asked: NewPlan, steps: readonly PlanStep[]): MadeSteps {
  return {
    query: asked.query ?? '',
    domain: asked.domain ?? defaultDomain,
    mode: asked.mode ?? 'auto',
    steps,
    planning: { by: 'caller', choices: [] },
    maxParallel: asked.maxParallel ?? usualParallel,
    timeoutMs: asked.timeoutMs ?? usualTimeoutMs(steps.length),
  }
}

function fromFile(asked: NewPlan, name: string, registry: Registry): MadeSteps | Refusal {
  const file = registry.plans.get(name)
  if (!file) {
    const known = [...registry.plans.keys()].sort().slice(0, 10)
    const there = known.length === 0 ? 'there are none' : `known are ${known.join(', ')}`
    return refuse('INVALID_PLAN', { message: `There is no plan "${name}" in the policy folder; ${there}` })
  }
  return {
    query: asked.query ?? file.description ?? file.name,
    domain: asked.domain ?? file.domain,
    mode: asked.mode ?? file.mode,
    steps: file.steps,
    planning: { by: 'file', file: name, choices: [] },
    maxParallel: asked.maxParallel ?? usualParallel,
    timeoutMs: asked.timeoutMs ?? usualTimeoutMs(file.steps.length),
  }
}

function planned(
  asked: NewPlan,
  registry: Registry,
  configs: readonly AgentResource[],
  answer: PlannerAnswer | undefined,
): MadeSteps | Refusal {
  const query = asked.query ?? ''
  const domain = asked.domain ?? defaultDomain
  const byModel = answer && planByLlm(answer, configs, registry.providers)
  if (byModel?.ok) {
    const { steps, choices, reasoning, used } = byModel
    return finish(asked, domain, steps, used, { by: 'llm', choices, ...(reasoning ? { reasoning } : {}) })
  }
  const byRules = planByRules(query, domain, configs, registry.providers, matchRoute)
  if (isRefusal(byRules)) return byModel ? withReason(byRules, byModel.why) : byRules
  const { steps, choices, unmatched, used } = byRules
  return finish(asked, domain, steps, used, {
    by: 'rules',
    choices,
    ...(unmatched.length > 0 ? { unmatched } : {}),
    ...(byModel ? { fallback: byModel.why } : {}),
  })
}

/** Neither the rules nor the model made a plan: both are told. */
const withReason = (refusal: Refusal, why: string): Refusal => ({
  ...refusal,
  details: { ...refusal.details, message: `${refusal.details.message}. ${why}` },
})

/** What the configurations of the agents say of the run; of several the most careful. */
function finish(
  asked: NewPlan,
  domain: string,
  steps: readonly PlanStep[],
  used: readonly AgentResource[],
  planning: Planning,
): MadeSteps {
  const executions = used.map(({ config }) => config.execution)
  const limits = executions.flatMap(({ maxParallelTasks }) =>
    maxParallelTasks > 0 ? [maxParallelTasks] : [],
  )
  const seconds = executions.flatMap(({ timeoutSeconds }) => (timeoutSeconds > 0 ? [timeoutSeconds] : []))
  return {
    query: asked.query ?? '',
    domain,
    mode: asked.mode ?? executions[0]?.defaultMode ?? 'auto',
    steps,
    planning,
    maxParallel: asked.maxParallel ?? (limits.length > 0 ? Math.min(...limits) : steps.length),
    timeoutMs:
      asked.timeoutMs ?? (seconds.length > 0 ? Math.max(...seconds) * 1000 : usualTimeoutMs(steps.length)),
  }
}

/** Half a minute a step; not under one minute, not over five (MAP contract §1.2). */
const usualTimeoutMs = (steps: number): number => Math.min(Math.max(30 * steps, 60), 300) * 1000
