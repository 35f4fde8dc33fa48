/** What each change makes of an agent in the database: the agent after it, its version, and its event. @module */
import type { AgentConfig, AgentResource } from './agent.js'
import { differences } from './agent-differences.js'
import type { AgentChange, AgentVersion, StoredAgent } from './agent-version.js'
import type { Event } from './event.js'
import { actor, type Identity } from './identity.js'
import type { JsonObject } from './json.js'

/** What an author says of an agent. */
export interface AgentDefinition {
  readonly name: string
  readonly domain: string
  /** Empty text: there is none. */
  readonly description?: string
  readonly active: boolean
  readonly config: AgentConfig
  readonly document: JsonObject
}

/** One change, to be written whole: `agent` is at its new version. */
export interface ChangedAgent {
  readonly agent: StoredAgent
  readonly version: Omit<AgentVersion, 'after'>
  readonly event: Event
}

/** Who changes it, and when (Unix milliseconds). */
export interface ChangedBy {
  readonly identity: Identity
  readonly now: number
}

/** A new agent, at version 1. */
export function createAgent(id: string, defined: AgentDefinition, by: ChangedBy): ChangedAgent {
  const { name, domain, description, active, config, document } = defined
  const { org, tenant } = by.identity
  const agent: StoredAgent = {
    key: 0,
    id,
    org,
    tenant,
    name,
    domain,
    ...(description ? { description } : {}),
    active,
    version: 1,
    config,
    document,
    createdAt: by.now,
    updatedAt: by.now,
    deleted: false,
  }
  const names = config.agents.map((one) => one.name).join(', ')
  const rules = config.routing.length
  const summary = `created ${domain}/${name}${active ? '' : ' (inactive)'}: agents ${names}; ${rules} routing ${rules === 1 ? 'rule' : 'rules'}`
  return written(agent, 'create', cut(summary), by)
}

/** The agent with what is given put in place of what it was. */
export function updateAgent(
  agent: StoredAgent,
  given: Partial<AgentDefinition>,
  by: ChangedBy,
): ChangedAgent {
  const { description: before, ...rest } = agent
  const { description = before, ...others } = given
  const after = { ...rest, ...others, ...(description ? { description } : {}) }
  return changed(agent, after, 'update', told(agent, after), by)
}

/** Switched on or off. Off, it still stands before a file of its domain and name: so a file's agent is switched off. */
export function setActive(agent: StoredAgent, active: boolean, by: ChangedBy): ChangedAgent {
  const word = active ? 'active' : 'inactive'
  const summary =
    agent.active === active
      ? `it was ${word} already`
      : `is_active: ${String(agent.active)} -> ${String(active)}`
  return changed(agent, { ...agent, active }, active ? 'activate' : 'deactivate', summary, by)
}

/** Gone from every list; its versions and events stay in the record. */
export function deleteAgent(agent: StoredAgent, by: ChangedBy): ChangedAgent {
  const after = { ...agent, active: false, deleted: true }
  return changed(agent, after, 'delete', `deleted ${agent.domain}/${agent.name}`, by)
}

/**
 * Defined again as it was at an earlier version: name, domain, description and config. Whether it is active stays as it
 * is, and a rollout under way ends.
 */
export function rollbackAgent(agent: StoredAgent, to: AgentVersion, by: ChangedBy): ChangedAgent {
  const { name, domain, description, config, document } = to.after
  const { description: _, rollout, ...rest } = agent
  const after = { ...rest, name, domain, config, document, ...(description ? { description } : {}) }
  const ended = rollout ? `; the rollout of version ${rollout.version} ended` : ''
  const summary = `back to version ${to.version}${ended}: ${told(agent, after)}`
  return changed(agent, after, 'rollback', cut(summary), by)
}

/**
 * A share of the runs gets the description and config of a stored version; at 100 per cent all runs do, and the rollout
 * is over.
 * @param percent above 0, to 100
 */
export function rolloutAgent(
  agent: StoredAgent,
  to: AgentVersion,
  percent: number,
  by: ChangedBy,
): ChangedAgent {
  const { rollout: before, ...rest } = agent
  if (percent < 100) {
    const same = before?.version === to.version
    const was = before ? (same ? ` (was ${before.percent} %)` : ` in place of version ${before.version}`) : ''
    const summary = `version ${to.version} for ${percent} % of the runs${was}`
    return changed(agent, { ...rest, rollout: { version: to.version, percent } }, 'rollout', summary, by)
  }
  const { description: _, ...bare } = rest
  const { config, document } = to.after
  const after = { ...bare, config, document, ...described(to.after) }
  return changed(
    agent,
    after,
    'rollout',
    cut(`version ${to.version} for all runs: ${told(agent, after)}`),
    by,
  )
}

/** All runs get the agent as it is. */
export function endRollout(agent: StoredAgent, by: ChangedBy): ChangedAgent {
  const { rollout: before, ...after } = agent
  const summary = before
    ? `the rollout of version ${before.version} ended at ${before.percent} % of the runs`
    : 'there was no rollout'
  return changed(agent, after, 'rollout', summary, by)
}

/** A stored agent as the rest of the house sees agents. */
export function resourceOf(agent: StoredAgent): AgentResource {
  const { id, name, domain, description, active, version, config, document, createdAt, updatedAt, rollout } =
    agent
  return {
    id,
    name,
    domain,
    ...(description === undefined ? {} : { description }),
    source: 'database',
    active,
    version,
    config,
    document,
    createdAt,
    updatedAt,
    ...(rollout ? { rollout } : {}),
  }
}

const described = ({ description }: { readonly description?: string }) =>
  description === undefined ? {} : { description }

/** The definition's differences in one line. */
function told(before: Told, after: Told): string {
  const lines = differences(definition(before), definition(after))
  return lines.length === 0 ? 'nothing changed' : cut(lines.join('; '), lines)
}

type Told = Pick<StoredAgent, 'name' | 'domain' | 'description' | 'active' | 'document'>

/** Members of the config stand beside the agent's own: no name is in both. */
const definition = ({ name, domain, description, active, document }: Told): JsonObject => ({
  ...document,
  name,
  domain,
  ...(description === undefined ? {} : { description }),
  is_active: active,
})

/** Characters of a summary. */
const summaryLimit = 2000

/** What does not fit is counted. */
function cut(summary: string, lines: readonly string[] = [summary]): string {
  if (summary.length <= summaryLimit) return summary
  const kept: string[] = []
  let length = 0
  for (const line of lines) {
    length += line.length + 2
    if (length > summaryLimit - 20) break
    kept.push(line)
  }
  return kept.length === 0
    ? `${[...summary].slice(0, summaryLimit - 1).join('')}…`
    : `${kept.join('; ')}; and ${lines.length - kept.length} more`
}

const changed = (
  before: StoredAgent,
  after: StoredAgent,
  change: AgentChange,
  summary: string,
  by: ChangedBy,
): ChangedAgent => written({ ...after, version: before.version + 1, updatedAt: by.now }, change, summary, by)

function written(agent: StoredAgent, change: AgentChange, summary: string, by: ChangedBy): ChangedAgent {
  const { identity, now } = by
  const { version, name, domain } = agent
  const who = actor(identity)
  const body = {
    change,
    version,
    by: who,
    summary,
    name,
    domain,
    client: identity.client,
    open_identity: identity.open,
  }
  return {
    agent,
    version: { version, change, changedAt: now, changedBy: who, summary },
    event: {
      workflowKey: 0,
      subject: `agent:${agent.id}`,
      type: 'agent_changed',
      at: now,
      body: JSON.stringify(body),
    },
  }
}
