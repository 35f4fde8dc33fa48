/** The agents that a run may use. @module */
import type { AgentResource } from '../../domain/agent.js'
import { effectiveAgents } from '../../domain/choose-agents.js'
import type { Scope, Transaction } from '../../store/store.js'
import type { Ports } from '../ports.js'

/**
 * The active agents of files and database as a run sees them, by domain and name.
 * @param domain only those of this domain; undefined: of all
 * @param runKey what tells runs apart, such as the plan's id: a rollout gives the same run the same version each time
 */
export function agentsFor(
  tx: Transaction,
  ports: Ports,
  scope: Scope,
  domain: string | undefined,
  runKey: string,
): AgentResource[] {
  const inDomain = (agent: { domain: string }) => domain === undefined || agent.domain === domain
  return effectiveAgents(
    ports.registry().agents.filter(inDomain),
    tx.agents.all(scope).filter(inDomain),
    (agent, version) => tx.agents.version(agent, version),
    runKey,
  )
}
