/** The lists of runs: workflows that no plan made, and plans, as one list by the time they were made. @module */
import type { SqlValue } from './database.js'
import type { Scope } from './store.js'
import type { TableAccess } from './table-access.js'
import type { ExecutionFilter } from './tables.js'

/** A condition and the values of its places. */
interface Sql {
  readonly text: string
  readonly values: readonly SqlValue[]
  /** It asks for more than whose rows. */
  readonly narrowed?: boolean
}

/** Row number of a run: of its plan, or of its workflow where no plan made it. */
export type RunKey = { readonly workflow: number } | { readonly plan: number }

/**
 * A page of them, newest first, and how many there are. Each table's index by time holds what is filtered by, so that no row is
 * read which is not shown; and what is left out (plans' own workflows, runs taken out of view) is counted by itself
 * rather than asked of each of a hundred thousand rows.
 */
export function listRuns(
  db: TableAccess,
  scope: Scope,
  filter: ExecutionFilter,
): { readonly keys: readonly RunKey[]; readonly total: number } {
  const named = filter.idOrName === undefined ? undefined : find(db, scope, filter.idOrName)
  const workflows =
    filter.type === 'map_plan' || named?.planKey !== undefined
      ? undefined
      : ofWorkflows(scope, filter, named?.workflowKey)
  const plans =
    filter.type === 'wcp_workflow' || named?.workflowKey !== undefined
      ? undefined
      : ofPlans(scope, filter, named?.planKey)
  const parts = [
    ...(workflows
      ? [
          {
            text: `SELECT w.created_at AS at, w.key AS key, 0 AS planned FROM workflows w WHERE ${workflows.text}
              AND NOT EXISTS (SELECT 1 FROM plans p WHERE p.workflow_key = w.key)
              AND (w.status = 'in_progress' OR NOT EXISTS (SELECT 1 FROM forgotten_executions f
                WHERE f.org = w.org AND f.tenant = w.tenant AND f.id = w.id))`,
            values: workflows.values,
          },
        ]
      : []),
    ...(plans
      ? [
          {
            text: `SELECT p.created_at AS at, p.key AS key, 1 AS planned FROM plans p WHERE ${plans.text}
              AND NOT EXISTS (SELECT 1 FROM forgotten_executions f
                WHERE f.org = p.org AND f.tenant = p.tenant AND f.id = p.id)`,
            values: plans.values,
          },
        ]
      : []),
  ]
  if (parts.length === 0) return { keys: [], total: 0 }
  const rows = db.all(
    `${parts.map(({ text }) => text).join(' UNION ALL ')} ORDER BY at DESC, key DESC LIMIT ? OFFSET ?`,
    [...parts.flatMap(({ values }) => values), filter.limit, filter.offset],
  )
  return {
    keys: rows.map(([, key, planned]) =>
      planned === 0 ? { workflow: key as number } : { plan: key as number },
    ),
    total:
      (workflows ? countWorkflows(db, scope, workflows) : 0) + (plans ? countPlans(db, scope, plans) : 0),
  }
}

/** What an id stands for; a name is looked for among all. */
function find(
  db: TableAccess,
  scope: Scope,
  id: string,
): { workflowKey?: number; planKey?: number } | undefined {
  const whose = [id, scope.org, scope.tenant]
  const plan = db.first('SELECT key FROM plans WHERE id = ? AND org = ? AND tenant = ?', whose)
  if (plan) return { planKey: plan[0] as number }
  const workflow = db.first('SELECT key FROM workflows WHERE id = ? AND org = ? AND tenant = ?', whose)
  if (!workflow) return undefined
  const made = db.first('SELECT key FROM plans WHERE workflow_key = ?', [workflow[0] as number])
  return made ? { planKey: made[0] as number } : { workflowKey: workflow[0] as number }
}

function ofWorkflows(scope: Scope, filter: ExecutionFilter, key: number | undefined): Sql | undefined {
  const name = { text: 'w.name = ?', values: [filter.idOrName ?? null] }
  const signal =
    filter.signal === 'policy_block'
      ? { text: `w.key IN (${blocked})`, values: [] }
      : { text: `w.status = 'in_progress' AND w.key IN (${held})`, values: [filter.now] }
  return where('w', scope, filter, filter.workflowStatuses, key, name, signal)
}

function ofPlans(scope: Scope, filter: ExecutionFilter, key: number | undefined): Sql | undefined {
  const query = filter.idOrName ?? null
  const name = {
    text: `${queryStart} = substr(?, 1, 100) AND p.body ->> '$.query' = ?`,
    values: [query, query],
  }
  const signal =
    filter.signal === 'policy_block'
      ? { text: `p.workflow_key IN (${blocked})`, values: [] }
      : { text: `p.status = 'executing' AND p.workflow_key IN (${held})`, values: [filter.now] }
  return where('p', scope, filter, filter.planStatuses, key, name, signal)
}

/** As the index has it. */
const queryStart = "substr(p.body ->> '$.query', 1, 100)"
const blocked = "SELECT s.workflow_key FROM steps s WHERE s.decision = 'block'"
const held =
  "SELECT s.workflow_key FROM steps s WHERE s.approval_status = 'pending' AND s.approval_expires_at > ?"

/** The conditions on one table; undefined where nothing of it can be meant. */
function where(
  table: 'w' | 'p',
  { org, tenant }: Scope,
  filter: ExecutionFilter,
  statuses: readonly string[] | undefined,
  key: number | undefined,
  name: Sql,
  signal: Sql,
): Sql | undefined {
  if (statuses?.length === 0) return undefined
  const { startedFrom, startedTo } = filter
  const conditions: Sql[] = [{ text: `${table}.org = ? AND ${table}.tenant = ?`, values: [org, tenant] }]
  if (key !== undefined) conditions.push({ text: `${table}.key = ?`, values: [key] })
  else if (filter.idOrName !== undefined) conditions.push(name)
  if (statuses)
    conditions.push({ text: `${table}.status IN (${statuses.map(() => '?').join(', ')})`, values: statuses })
  if (startedFrom !== undefined) conditions.push({ text: `${table}.created_at >= ?`, values: [startedFrom] })
  if (startedTo !== undefined) conditions.push({ text: `${table}.created_at <= ?`, values: [startedTo] })
  if (filter.signal !== undefined) conditions.push(signal)
  return {
    text: conditions.map(({ text }) => text).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
    narrowed: conditions.length > 1,
  }
}

function countWorkflows(db: TableAccess, { org, tenant }: Scope, { text, values, narrowed }: Sql): number {
  const all = db.count(`SELECT count(*) FROM workflows w WHERE ${text}`, values)
  const whose = 'p.org = ? AND p.tenant = ? AND p.workflow_key IS NOT NULL'
  const planned = narrowed
    ? db.count(
        `SELECT count(*) FROM plans p CROSS JOIN workflows w ON w.key = p.workflow_key WHERE ${whose} AND ${text}`,
        [org, tenant, ...values],
      )
    : db.count(`SELECT count(*) FROM plans p WHERE ${whose}`, [org, tenant])
  const forgotten = db.count(
    `SELECT count(*) FROM forgotten_executions f CROSS JOIN workflows w ON w.id = f.id
      WHERE f.org = ? AND f.tenant = ? AND w.status <> 'in_progress' AND ${text}
        AND NOT EXISTS (SELECT 1 FROM plans p WHERE p.workflow_key = w.key)`,
    [org, tenant, ...values],
  )
  return all - planned - forgotten
}

function countPlans(db: TableAccess, { org, tenant }: Scope, { text, values }: Sql): number {
  const all = db.count(`SELECT count(*) FROM plans p WHERE ${text}`, values)
  const forgotten = db.count(
    `SELECT count(*) FROM forgotten_executions f CROSS JOIN plans p ON p.id = f.id
      WHERE f.org = ? AND f.tenant = ? AND ${text}`,
    [org, tenant, ...values],
  )
  return all - forgotten
}
