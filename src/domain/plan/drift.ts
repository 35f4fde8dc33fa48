/** Whether a step that asks at the gate is the one that was planned. @module */
import type { GateRequest } from '../gate/request.js'
import { canonicalJson, type JsonObject, type JsonValue } from '../json.js'
import type { Plan } from './plan.js'
import type { PlanStep } from './step.js'
import { pathsIn } from './template.js'

/** `step`: it is not in the plan. `input`: it is, with other content. */
export type Drift = 'none' | 'step' | 'input'

/** What policies see of a step's plan. */
export interface PlanFacts {
  readonly id: string
  readonly mode: string
  readonly domain: string
  readonly version: number
  readonly drift: Drift
  readonly approved: boolean
}

/**
 * Compare what a gate was asked with the plan: the step by its id, else by its name; of its content the type, connector,
 * operation, model and provider, and every parameter and prompt that the plan wrote out. Templates are filled when the
 * step runs, so they may become anything; nothing may come beside them.
 */
export function driftOf(plan: Plan, stepId: string, request: GateRequest): Drift {
  const step =
    plan.steps.find(({ id }) => id === stepId) ?? plan.steps.find(({ name }) => name === request.stepName)
  if (!step) return 'step'
  return sameContent(step, request) ? 'none' : 'input'
}

function sameContent(step: PlanStep, request: GateRequest): boolean {
  const input = request.stepInput
  if (!sameKind(step, request)) return false
  if (step.llm && (request.model !== step.llm.model || request.provider !== step.llm.provider)) return false
  if (step.call) {
    const name = `${step.call.connector}.${step.call.operation}`
    const asked = request.toolContext?.toolName ?? `${input.connector}.${input.operation}`
    if (asked !== name) return false
    const given = (request.toolContext?.toolInput ?? input.parameters ?? {}) as JsonObject
    const planned = step.parameters ?? {}
    return onlyPlanned(planned, given) && written(planned, given)
  }
  return step.prompt === undefined || input.prompt === undefined || written(step.prompt, input.prompt)
}

/** A person is not asked by calling something, and a step without a connector calls none. */
function sameKind(step: PlanStep, { stepType, toolContext }: GateRequest): boolean {
  switch (step.type) {
    case 'connector-call':
      return stepType === 'connector_call' || stepType === 'tool_call'
    case 'human-task':
      return stepType === 'human_task' && toolContext === undefined
    case 'conditional':
      return stepType === 'tool_call' && (toolContext?.toolName ?? 'conditional') === 'conditional'
    default:
      if (step.llm) return stepType === 'llm_call' && toolContext === undefined
      return stepType !== 'connector_call' && (toolContext?.toolName ?? step.name) === step.name
  }
}

/** Everything that the plan wrote out is as it wrote it, and nothing stands beside it. */
function written(planned: JsonValue, given: JsonValue | undefined): boolean {
  if (pathsIn(planned).length === 0)
    return given !== undefined && canonicalJson(planned) === canonicalJson(given)
  if (typeof planned !== 'object' || planned === null) return true
  if (typeof given !== 'object' || given === null) return false
  const other = given as Readonly<Record<string, JsonValue>>
  return (
    onlyPlanned(planned, given) &&
    Object.entries(planned).every(([key, value]) => written(value as JsonValue, other[key]))
  )
}

const onlyPlanned = (planned: object, given: object): boolean =>
  Array.isArray(planned) === Array.isArray(given) &&
  Object.keys(given).every((key) => Object.hasOwn(planned, key))

/** What policies see of the plan that a step belongs to. */
export const planFacts = (
  plan: Plan,
  approved: boolean,
  stepId: string,
  request: GateRequest,
): PlanFacts => ({
  id: plan.id,
  mode: plan.mode,
  domain: plan.domain,
  version: plan.version,
  drift: driftOf(plan, stepId, request),
  approved,
})
