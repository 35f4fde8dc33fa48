/** The input that policies see when they judge a plan whole. @module */
import { sha256 } from '../digest.js'
import type { GateInput } from '../gate/input.js'
import { actor, type Identity } from '../identity.js'
import { instant } from '../instant.js'
import { canonicalJson, type JsonValue } from '../json.js'
import type { StepType } from '../step.js'
import type { Plan } from './plan.js'
import type { ConnectorCall, PlanStep } from './step.js'

/** `connector.operation`: what policies know as the tool's name. */
export const toolName = ({ connector, operation }: ConnectorCall): string => `${connector}.${operation}`

/** What a step is at a gate. A condition, and a synthesis without a model, are the sidecar's own work: a tool's. */
export function gateType({ type, llm }: Pick<PlanStep, 'type' | 'llm'>): StepType {
  switch (type) {
    case 'llm-call':
      return 'llm_call'
    case 'connector-call':
      return 'connector_call'
    case 'human-task':
      return 'human_task'
    case 'conditional':
      return 'tool_call'
    case 'synthesis':
      return llm ? 'llm_call' : 'tool_call'
  }
}

/**
 * Make the policy input for a plan. Prompts and parameters are as they were planned: references to other steps are not
 * filled yet. `step_input` holds every text once more, so that tests of the whole content see them.
 * @param now Unix milliseconds
 */
export function judgeInput(plan: Plan, identity: Identity, now: number): GateInput {
  const { email, role } = identity
  const steps = plan.steps
  const calls = steps.flatMap(({ call, compensation }) => [call, compensation].filter((c) => c !== undefined))
  const models = steps.flatMap(({ llm }) => llm ?? [])
  const object = {
    request_type: 'map_execution',
    now: instant(now),
    tenant_id: plan.tenant,
    org_id: plan.org,
    client_id: identity.client,
    user: {
      id: actor(identity),
      ...(email === undefined ? {} : { email }),
      ...(role === undefined ? {} : { role }),
    },
    metadata: plan.metadata,
    plan: {
      id: plan.id,
      query: plan.query,
      domain: plan.domain,
      mode: plan.mode,
      version: plan.version,
      step_count: steps.length,
      planned_by: plan.planning.by,
      estimated_cost_usd: plan.estimate.usd,
      tools: distinct(calls.map(toolName)),
      connectors: distinct(calls.map(({ connector }) => connector)),
      providers: distinct(models.map(({ provider }) => provider)),
      models: distinct(models.map(({ provider, model }) => `${provider}/${model}`)),
      agents: distinct(steps.flatMap(({ agent }) => agent ?? [])),
      steps: steps.map(policyStep),
    },
    step_input: {
      query: plan.query,
      steps: steps.map(({ prompt, parameters }) => ({
        ...(prompt === undefined ? {} : { prompt }),
        ...(parameters === undefined ? {} : { parameters }),
      })),
    },
  }
  return { object, text: () => JSON.stringify(object) }
}

function policyStep(step: PlanStep): Record<string, unknown> {
  const { id, name, agent, llm, call, prompt, parameters, dependsOn } = step
  return {
    id,
    name,
    type: gateType(step),
    ...(agent === undefined ? {} : { agent }),
    ...(llm ? { provider: llm.provider, model: llm.model } : {}),
    ...(call ? { connector: call.connector, operation: call.operation, tool_name: toolName(call) } : {}),
    ...(prompt === undefined ? {} : { prompt }),
    ...(parameters === undefined ? {} : { parameters }),
    depends_on: dependsOn,
  }
}

/** SHA-256 of the steps and the mode: what a judgement is about. */
export const planDigest = ({ steps, mode }: Pick<Plan, 'steps' | 'mode'>): string =>
  sha256(canonicalJson({ mode, steps: steps as unknown as JsonValue }))

const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort()
