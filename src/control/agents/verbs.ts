/** The verbs of the agent registry. @module */
import type { Ports } from '../ports.js'
import { validateAgent } from './asked-agent.js'
import {
  createAgent,
  deleteAgent,
  rollbackAgent,
  rolloutAgent,
  setAgentActive,
  updateAgent,
} from './change-agent.js'
import { agentAtVersion, agentVersions, getAgent, listAgents } from './read-agents.js'
import { testAgent } from './test-agent.js'

/** Bind them to a gate's ports. Each answers with its result or with a refusal as data. */
export const agentsVerbs = (ports: Ports) => {
  const bind =
    <A extends unknown[], T>(verb: (ports: Ports, ...rest: A) => T) =>
    (...rest: A): T =>
      verb(ports, ...rest)
  return {
    list: bind(listAgents),
    get: bind(getAgent),
    versions: bind(agentVersions),
    atVersion: bind(agentAtVersion),
    create: bind(createAgent),
    update: bind(updateAgent),
    setActive: bind(setAgentActive),
    delete: bind(deleteAgent),
    rollback: bind(rollbackAgent),
    rollout: bind(rolloutAgent),
    validate: bind(validateAgent),
    test: bind(testAgent),
  }
}

export type AgentsVerbs = ReturnType<typeof agentsVerbs>
