/** Steps that name an agent and leave to it how it is done. @module */
import type { Agent, AgentResource } from '../agent.js'
import type { PlanStep } from './step.js'

/**
 * Give steps what they leave open from the agent they name: connector and parameters, or model and prompt. An agent of the
 * plan's own domain goes before one of the same name elsewhere; one that is not there or of another type gives nothing.
 */
export function fillFromAgents(
  steps: readonly PlanStep[],
  configs: readonly AgentResource[],
  domain: string,
): readonly PlanStep[] {
  const agents = new Map<string, Agent>()
  for (const own of [true, false]) {
    for (const { config } of configs.filter((resource) => (resource.domain === domain) === own))
      for (const agent of config.agents) if (!agents.has(agent.name)) agents.set(agent.name, agent)
  }
  return steps.map((step) => {
    const agent = step.agent === undefined ? undefined : agents.get(step.agent)
    return agent && agent.type === step.type ? filled(step, agent) : step
  })
}

function filled(step: PlanStep, agent: Agent): PlanStep {
  const { connector, parameters, llm, promptTemplate } = agent
  if (step.type === 'connector-call') {
    if (step.call || !connector) return step
    const call = { connector: connector.name, operation: connector.operation }
    return { ...step, call, parameters: step.parameters ?? parameters ?? { query: '{{query}}' } }
  }
  return {
    ...step,
    ...(step.llm || !llm ? {} : { llm }),
    prompt: step.prompt ?? promptTemplate ?? '{{query}}',
    ...(step.parameters || !parameters ? {} : { parameters }),
  }
}
