/** Looking at agents. @module */
import type { AgentResource } from '../../domain/agent.js'
import { resourceOf } from '../../domain/agent-changes.js'
import type { AgentVersion } from '../../domain/agent-version.js'
import { hybridAgents } from '../../domain/choose-agents.js'
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import type { Identity } from '../../domain/identity.js'
import type { Page } from '../../store/store.js'
import type { Ports } from '../ports.js'
import { findAgent, findPastAgent } from './find-agent.js'

export const agentOrders = ['name', 'domain', 'created_at', 'updated_at'] as const

export interface AgentFilter {
  readonly domain?: string
  /** Part of the name or the description, in any letter case. */
  readonly search?: string
  readonly active?: boolean
  readonly source?: AgentResource['source']
  readonly sortBy: (typeof agentOrders)[number]
  readonly descending: boolean
  readonly limit: number
  readonly offset: number
}

/** Agents of files and database together, sorted; an agent in a file that the database's goes before is left out. */
export function listAgents(
  ports: Ports,
  identity: Identity,
  filter: AgentFilter,
): Promise<Page<AgentResource>> {
  return ports.store.transact((tx) => {
    const agents = hybridAgents(ports.registry().agents, tx.agents.all(identity))
      .filter((agent) => fits(agent, filter))
      .sort((a, b) => compare(sortKey(a, filter), sortKey(b, filter)) * (filter.descending ? -1 : 1))
    return { rows: agents.slice(filter.offset, filter.offset + filter.limit), total: agents.length }
  })
}

/** One agent, by id, name, or `<domain>/<name>`. */
export function getAgent(ports: Ports, identity: Identity, id: string): Promise<AgentResource | Refusal> {
  return ports.store.transact((tx) => {
    const found = findAgent(tx, ports, identity, id)
    return isRefusal(found) ? found : found.agent
  })
}

/** What was changed, newest first. An agent in a file has no history here: it is where the file is kept. One that was deleted has, by its id. */
export function agentVersions(
  ports: Ports,
  identity: Identity,
  id: string,
  limit: number,
): Promise<Page<AgentVersion> | Refusal> {
  return ports.store.transact((tx) => {
    const found = findPastAgent(tx, ports, identity, id)
    if (isRefusal(found)) return found
    const { stored } = found
    return stored
      ? { rows: tx.agents.versions(stored, limit), total: stored.version }
      : { rows: [], total: 0 }
  })
}

/** An agent as it was at a version, and the change that made it so. */
export interface AgentAtVersion {
  readonly agent: AgentResource
  /** Absent for a file. */
  readonly version?: AgentVersion
}

/** An agent as it was at a version. */
export function agentAtVersion(
  ports: Ports,
  identity: Identity,
  id: string,
  version: number,
): Promise<AgentAtVersion | Refusal> {
  return ports.store.transact((tx) => {
    const found = findPastAgent(tx, ports, identity, id)
    if (isRefusal(found)) return found
    if (!found.stored) return version === found.agent.version ? { agent: found.agent } : noVersion(version)
    const past = tx.agents.version(found.stored, version)
    return past ? { agent: resourceOf(past.after), version: past } : noVersion(version)
  })
}

/** A version that never was. */
export const noVersion = (version: number): Refusal => refuse('NOT_FOUND', { what: `Version ${version}` })

function fits(agent: AgentResource, { domain, search, active, source }: AgentFilter): boolean {
  if (domain !== undefined && agent.domain !== domain) return false
  if (active !== undefined && agent.active !== active) return false
  if (source !== undefined && agent.source !== source) return false
  if (search === undefined) return true
  const sought = search.toLowerCase()
  return [agent.name, agent.description ?? ''].some((text) => text.toLowerCase().includes(sought))
}

/** Files have no instants: they come before everything that has. */
function sortKey(agent: AgentResource, { sortBy }: AgentFilter): (string | number)[] {
  const { name, domain } = agent
  switch (sortBy) {
    case 'name':
      return [name, domain]
    case 'domain':
      return [domain, name]
    case 'created_at':
      return [agent.createdAt ?? 0, name, domain]
    default:
      return [agent.updatedAt ?? 0, name, domain]
  }
}

function compare(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (let i = 0; i < a.length; i++) {
    const [left, right] = [a[i] as string | number, b[i] as string | number]
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}
