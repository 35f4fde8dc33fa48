/** Finding an agent by what callers call it. @module */
import type { AgentResource } from '../../domain/agent.js'
import { resourceOf } from '../../domain/agent-changes.js'
import type { StoredAgent } from '../../domain/agent-version.js'
import { type Refusal, refuse } from '../../domain/errors.js'
import type { Scope, Transaction } from '../../store/store.js'
import type { Ports } from '../ports.js'

/** An agent, with its row where it is kept in the database. */
export interface FoundAgent {
  readonly agent: AgentResource
  readonly stored?: StoredAgent
}

/** By id, name, or `<domain>/<name>`. The database is asked first, so its agents go before files of the same name. */
export function findAgent(
  tx: Transaction,
  ports: Ports,
  scope: Scope,
  idOrName: string,
): FoundAgent | Refusal {
  const stored = tx.agents.find(scope, idOrName)
  if (stored) return { agent: resourceOf(stored), stored }
  const files = ports.registry().agents
  const file = files.find(({ id }) => id === idOrName) ?? files.find(({ name }) => name === idOrName)
  return file ? { agent: file } : notFound
}

/** Also one that was deleted, by its id: what was done with it stays to be read. */
export function findPastAgent(
  tx: Transaction,
  ports: Ports,
  scope: Scope,
  idOrName: string,
): FoundAgent | Refusal {
  const found = findAgent(tx, ports, scope, idOrName)
  if (!('refused' in found)) return found
  const stored = tx.agents.findDeleted(scope, idOrName)
  return stored ? { agent: resourceOf(stored), stored } : found
}

/** One that may be changed: those in files may not. */
export function findStoredAgent(
  tx: Transaction,
  ports: Ports,
  scope: Scope,
  idOrName: string,
): StoredAgent | Refusal {
  const found = findAgent(tx, ports, scope, idOrName)
  if ('refused' in found) return found
  return found.stored ?? refuse('AGENT_READ_ONLY', { id: found.agent.id })
}

const notFound = refuse('NOT_FOUND', { what: 'Agent' })
