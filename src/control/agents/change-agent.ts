/** Changing agents in the database; each change is a version and an event. @module */
import type { AgentResource } from '../../domain/agent.js'
import {
  type AgentDefinition,
  type ChangedAgent,
  type ChangedBy,
  createAgent as create,
  endRollout,
  deleteAgent as remove,
  resourceOf,
  rollbackAgent as rollback,
  rolloutAgent as rollout,
  setActive,
  updateAgent as update,
} from '../../domain/agent-changes.js'
import type { AgentVersion, StoredAgent } from '../../domain/agent-version.js'
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import type { Identity } from '../../domain/identity.js'
import { timeOrderedUuid } from '../../domain/ids.js'
import type { Transaction } from '../../store/store.js'
import type { Ports } from '../ports.js'
import { type AskedAgent, checkAsked, invalidAgent } from './asked-agent.js'
import { findStoredAgent } from './find-agent.js'
import { noVersion } from './read-agents.js'
import { missingReferences } from './references.js'

/** Add an agent. What is read for it holds a name and a configuration, or a problem for each that is missing. */
export function createAgent(
  ports: Ports,
  identity: Identity,
  asked: AskedAgent,
): Promise<AgentResource | Refusal> {
  return ports.store.transact((tx) => {
    const given = checkAsked(asked, ports.registry())
    if (isRefusal(given)) return given
    const defined = { domain: 'generic', active: true, ...given } as AgentDefinition
    const taken = nameTaken(tx, identity, defined)
    if (taken) return taken
    const now = ports.now()
    const id = timeOrderedUuid(now, ports.randomHex())
    const { agent, version, event } = create(id, defined, { identity, now })
    tx.agents.create(agent, version)
    tx.apply({ events: [event] })
    return resourceOf(agent)
  })
}

/** What may come with an update besides the definition. */
export interface UpdateTerms {
  /** The version the caller has seen; the update is refused where there is a newer one. */
  readonly expectedVersion?: number
  /** The changed agent is for this share of the runs (above 0, below 100); the others stay at what it was. */
  readonly rolloutPercent?: number
}

/** Change an agent's definition: what is not given stays. */
export function updateAgent(
  ports: Ports,
  identity: Identity,
  id: string,
  asked: AskedAgent,
  { expectedVersion, rolloutPercent }: UpdateTerms = {},
): Promise<AgentResource | Refusal> {
  return changeStored(ports, identity, id, (tx, agent, by) => {
    const given = checkAsked(asked, ports.registry())
    if (isRefusal(given)) return given
    if (expectedVersion !== undefined && expectedVersion !== agent.version)
      return versionConflict(agent, expectedVersion)
    const changed = update(agent, given, by)
    const taken = nameTaken(tx, identity, changed.agent)
    if (taken) return taken
    if (rolloutPercent === undefined) return changed
    const { name, domain, active } = changed.agent
    if (name !== agent.name || domain !== agent.domain || active !== agent.active)
      return invalidAgent([
        { field: 'rollout_percent', message: 'can share out a description and a config only' },
      ])
    // Both in one transaction: no run sees the changed agent unless it is of the share.
    keep(tx, changed)
    const candidate = { ...changed.version, after: changed.agent }
    return rollout({ ...agent, version: changed.agent.version }, candidate, rolloutPercent, by)
  })
}

/** Switch an agent on or off. Off, it still stands before a file of its domain and name. */
export function setAgentActive(
  ports: Ports,
  identity: Identity,
  id: string,
  active: boolean,
): Promise<AgentResource | Refusal> {
  return changeStored(ports, identity, id, (_, agent, by) => setActive(agent, active, by))
}

/** Delete an agent; its name is free again, and a file of that name is seen again. */
export function deleteAgent(ports: Ports, identity: Identity, id: string): Promise<AgentResource | Refusal> {
  return changeStored(ports, identity, id, (_, agent, by) => remove(agent, by))
}

/** Define an agent again as it was at a version. */
export function rollbackAgent(
  ports: Ports,
  identity: Identity,
  id: string,
  version: number,
): Promise<AgentResource | Refusal> {
  return changeStored(ports, identity, id, (tx, agent, by) => {
    const to = usable(ports, tx, agent, version)
    if (isRefusal(to)) return to
    const changed = rollback(agent, to, by)
    return nameTaken(tx, identity, changed.agent) ?? changed
  })
}

/**
 * Give a share of the runs a stored version.
 * @param percent 0 ends that, whatever the version; 100 makes it the version of all runs
 */
export function rolloutAgent(
  ports: Ports,
  identity: Identity,
  id: string,
  { version, percent }: { readonly version: number; readonly percent: number },
): Promise<AgentResource | Refusal> {
  return changeStored(ports, identity, id, (tx, agent, by) => {
    if (percent === 0) return endRollout(agent, by)
    const to = usable(ports, tx, agent, version)
    return isRefusal(to) ? to : rollout(agent, to, percent, by)
  })
}

async function changeStored(
  ports: Ports,
  identity: Identity,
  id: string,
  change: (tx: Transaction, agent: StoredAgent, by: ChangedBy) => ChangedAgent | Refusal,
): Promise<AgentResource | Refusal> {
  return ports.store.transact((tx) => {
    const agent = findStoredAgent(tx, ports, identity, id)
    if (isRefusal(agent)) return agent
    const changed = change(tx, agent, { identity, now: ports.now() })
    if (isRefusal(changed)) return changed
    keep(tx, changed)
    return resourceOf(changed.agent)
  })
}

function keep(tx: Transaction, { agent, version, event }: ChangedAgent): void {
  tx.agents.change(agent, version)
  tx.apply({ events: [event] })
}

/** A version whose providers and connectors are still declared. */
function usable(ports: Ports, tx: Transaction, agent: StoredAgent, version: number): AgentVersion | Refusal {
  const found = tx.agents.version(agent, version)
  if (!found) return noVersion(version)
  const missing = missingReferences(found.after.config, ports.registry())
  return missing.length === 0 ? found : invalidAgent(missing)
}

function nameTaken(
  tx: Transaction,
  identity: Identity,
  { name, domain, id }: { name: string; domain: string; id?: string },
): Refusal | undefined {
  const other = tx.agents.find(identity, `${domain}/${name}`)
  if (!other || other.id === id) return undefined
  const message = `is taken in the domain ${domain}`
  return { ...refuse('AGENT_NAME_TAKEN', { name, domain }), fields: [{ field: 'name', message }] }
}

function versionConflict({ version }: StoredAgent, expected: number): Refusal {
  const numbers = { current_version: version, expected_version: expected }
  const message = `${expected} was expected, and the agent is at ${version}`
  return { ...refuse('AGENT_VERSION_CONFLICT', numbers), fields: [{ field: 'version', message }] }
}
