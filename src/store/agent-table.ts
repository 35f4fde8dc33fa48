/** Agent configurations in the database. @module */
import type { AgentVersion, StoredAgent } from '../domain/agent-version.js'
import type { SqlValue } from './database.js'
import type { Scope } from './store.js'
import type { TableAccess } from './table-access.js'
import type { AgentTable } from './tables.js'

/** Rows that are kept as they were parsed. */
const keptRows = 1024

export class Agents implements AgentTable {
  // The same text is given as the same object: what is made from a configuration, such as its patterns, can be kept with it.
  private readonly read = new Map<string, { readonly body: string; readonly value: unknown }>()

  constructor(private readonly db: TableAccess) {}

  find({ org, tenant }: Scope, idOrName: string): StoredAgent | undefined {
    const where = 'SELECT key, body FROM agents WHERE org = ? AND tenant = ? AND deleted = 0'
    const row =
      this.db.first(`${where} AND id = ?`, [org, tenant, idOrName]) ??
      this.db.first(`${where} AND name = ? ORDER BY key`, [org, tenant, idOrName]) ??
      this.db.first(`${where} AND domain || '/' || name = ?`, [org, tenant, idOrName])
    return row && this.agentOf(row)
  }

  findDeleted({ org, tenant }: Scope, id: string): StoredAgent | undefined {
    const where = 'SELECT key, body FROM agents WHERE org = ? AND tenant = ? AND deleted = 1 AND id = ?'
    const row = this.db.first(where, [org, tenant, id])
    return row && this.agentOf(row)
  }

  all({ org, tenant }: Scope): readonly StoredAgent[] {
    return this.db
      .all('SELECT key, body FROM agents WHERE org = ? AND tenant = ? AND deleted = 0 ORDER BY name, key', [
        org,
        tenant,
      ])
      .map((row) => this.agentOf(row))
  }

  versions(agent: StoredAgent, limit: number): readonly AgentVersion[] {
    return this.db
      .all('SELECT body FROM agent_versions WHERE agent_key = ? ORDER BY version DESC LIMIT ?', [
        agent.key,
        limit,
      ])
      .map(versionOf)
  }

  version(agent: StoredAgent, version: number): AgentVersion | undefined {
    const row = this.db.first('SELECT body FROM agent_versions WHERE agent_key = ? AND version = ?', [
      agent.key,
      version,
    ])
    return row && this.parsed(`${agent.key}@${version}`, row[0] as string)
  }

  create(given: StoredAgent, version: Omit<AgentVersion, 'after'>): StoredAgent {
    const agent = { ...given, key: this.db.nextKey('agents') }
    this.db.write(
      'INSERT INTO agents (key, id, org, tenant, name, domain, version, deleted, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [
        agent.key,
        agent.id,
        agent.org,
        agent.tenant,
        agent.name,
        agent.domain,
        agent.version,
        0,
        JSON.stringify(agent),
      ],
    )
    this.keep(agent, version)
    return agent
  }

  change(agent: StoredAgent, version: Omit<AgentVersion, 'after'>): void {
    this.db.write(
      'UPDATE agents SET name = ?, domain = ?, version = ?, deleted = ?, body = ? WHERE key = ? AND version = ?',
      [
        agent.name,
        agent.domain,
        agent.version,
        agent.deleted ? 1 : 0,
        JSON.stringify(agent),
        agent.key,
        agent.version - 1,
      ],
    )
    this.keep(agent, version)
  }

  private parsed<T>(name: string, body: string): T {
    const known = this.read.get(name)
    if (known?.body === body) return known.value as T
    const value = JSON.parse(body) as T
    if (this.read.size >= keptRows) this.read.clear()
    this.read.set(name, { body, value })
    return value
  }

  private agentOf([key, body]: readonly SqlValue[]): StoredAgent {
    return this.parsed(`${key}`, body as string)
  }

  private keep(after: StoredAgent, version: Omit<AgentVersion, 'after'>): void {
    this.db.write('INSERT INTO agent_versions (agent_key, version, body) VALUES (?, ?, ?)', [
      after.key,
      version.version,
      JSON.stringify({ ...version, after }),
    ])
  }
}

const versionOf = ([body]: readonly SqlValue[]): AgentVersion => JSON.parse(body as string) as AgentVersion
