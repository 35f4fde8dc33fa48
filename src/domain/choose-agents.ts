/** Which agents a run sees: those of the files and those of the database, each at the version that is the run's. @module */
import type { AgentResource } from './agent.js'
import { resourceOf } from './agent-changes.js'
import type { AgentVersion, StoredAgent } from './agent-version.js'
import { sha256 } from './digest.js'

/** Looks up a stored version; undefined where there is none. */
export type VersionsOf = (agent: StoredAgent, version: number) => AgentVersion | undefined

/**
 * Both kinds as one list, by domain and name. Where domain and name are the same the database's goes before the file's,
 * active or not: a deactivated one is how an agent kept in a file is switched off.
 */
export function hybridAgents(
  files: readonly AgentResource[],
  stored: readonly StoredAgent[],
): AgentResource[] {
  const taken = new Set(stored.map(placeOf))
  return [...files.filter((file) => !taken.has(placeOf(file))), ...stored.map(resourceOf)].sort(byPlace)
}

/**
 * The active agents that a run sees. A rollout gives its share of the runs the config and description of another stored
 * version; the same run gets the same one each time.
 * @param runKey what tells runs apart, such as the plan's id
 */
export function effectiveAgents(
  files: readonly AgentResource[],
  stored: readonly StoredAgent[],
  versionsOf: VersionsOf,
  runKey: string,
): AgentResource[] {
  const chosen = stored.map((agent) => rolledOut(agent, versionsOf, runKey))
  return hybridAgents(files, chosen).filter(({ active }) => active)
}

function rolledOut(agent: StoredAgent, versionsOf: VersionsOf, runKey: string): StoredAgent {
  const { rollout, description: _, ...rest } = agent
  if (!rollout || !agent.active || shareOf(agent.id, runKey) * 100 >= rollout.percent) return agent
  const other = versionsOf(agent, rollout.version)
  if (!other) return agent
  const { config, document, description } = other.after
  const own = description === undefined ? {} : { description }
  return { ...rest, rollout, config, document, version: rollout.version, ...own }
}

/** A number from 0 up to 1 that belongs to the pair: 52 bits of a digest. */
const shareOf = (agentId: string, runKey: string): number =>
  Number.parseInt(sha256(`${agentId}\0${runKey}`).slice(0, 13), 16) / 2 ** 52

const placeOf = ({ domain, name }: { domain: string; name: string }): string => `${domain}/${name}`

const byPlace = (a: AgentResource, b: AgentResource): number => {
  const [left, right] = [placeOf(a), placeOf(b)]
  return left < right ? -1 : left > right ? 1 : 0
}
