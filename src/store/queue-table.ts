/** What waits or waited for a person: requests made by themselves and the holds of steps, in one order. @module */
import type { SqlValue } from './database.js'
import { reviewOf } from './review-table.js'
import { stepOf, stepSelection, workflowKeyOf } from './step-rows.js'
import type { Page, PendingStep, Scope } from './store.js'
import type { TableAccess } from './table-access.js'
import type { QueueCounts, QueueEntry, QueueFilter, QueueOrder, QueueTable } from './tables.js'
import { workflowColumns, workflowOf } from './workflow-rows.js'

/** One half of the queue. */
interface Half {
  readonly from: string
  readonly keys: string
  readonly status: string
  readonly expiresAt: string
  readonly severity: string
  readonly policy: string
  readonly client: string
  readonly user: string
  readonly order: Readonly<Record<QueueOrder, string>>
}

const rank = (severity: string): string =>
  `CASE ${severity} WHEN 'low' THEN 1 WHEN 'medium' THEN 2 WHEN 'high' THEN 3 ELSE 4 END`
const statusAt = (status: string, expiresAt: string): string =>
  `CASE WHEN ${status} = 'pending' AND ${expiresAt} <= :now THEN 'expired' ELSE ${status} END`

const reviews: Half = {
  from: 'reviews r WHERE r.org = ? AND r.tenant = ?',
  keys: 'NULL AS hold, r.key AS review',
  status: 'r.status',
  expiresAt: 'r.expires_at',
  severity: 'r.severity',
  policy: "r.body ->> '$.request.triggered_policy_id' = ?",
  client: "r.body ->> '$.request.client_id' = ?",
  user: "r.body ->> '$.request.user_id' = ?",
  order: {
    created_at: 'r.created_at',
    updated_at: 'r.updated_at',
    status: statusAt('r.status', 'r.expires_at'),
    severity: rank('r.severity'),
    expires_at: 'r.expires_at',
    reviewed_at: 'r.decided_at',
  },
}

/**
 * A step shows its latest hold. Its severity is `high`: somebody wrote a policy that wants a person. The cross
 * join makes SQLite begin with the holds, which are few, and not with the tenant's workflows.
 */
const holds: Half = {
  from: 'steps s CROSS JOIN workflows w ON w.key = s.workflow_key WHERE w.org = ? AND w.tenant = ? AND s.approval_status IS NOT NULL',
  keys: 's.checkpoint AS hold, NULL AS review',
  status: 's.approval_status',
  expiresAt: 's.approval_expires_at',
  severity: "'high'",
  policy: `EXISTS (SELECT 1 FROM events e, json_each(e.body, '$.policies') p WHERE e.seq = s.decision_seq
    AND p.value ->> '$.policyId' = ? AND p.value ->> '$.action' = 'require_approval' AND p.value ->> '$.enforcement' = 'enforce')`,
  client: 'w.client = ?',
  user: 'w.user = ?',
  order: {
    created_at: "s.approval ->> '$.requestedAt'",
    updated_at:
      "coalesce(s.approval ->> '$.decidedAt', s.approval ->> '$.grants[#-1].at', s.approval ->> '$.requestedAt')",
    status: statusAt('s.approval_status', 's.approval_expires_at'),
    severity: '3',
    expires_at: 's.approval_expires_at',
    reviewed_at: "s.approval ->> '$.decidedAt'",
  },
}

export class Queue implements QueueTable {
  /** @param settle writes what is kept back, before it is read */
  constructor(
    private readonly db: TableAccess,
    private readonly settle: () => void,
  ) {}

  page(scope: Scope, filter: QueueFilter, now: number): Page<QueueEntry> {
    this.settle()
    const { sql, values } = both((half) => select(half, half.order[filter.orderBy], scope, filter, now))
    const way = filter.ascending ? 'ASC' : 'DESC'
    const rows = this.db.all(
      `SELECT hold, review FROM (${sql}) ORDER BY at ${way}, hold ${way}, review ${way} LIMIT ? OFFSET ?`,
      [...values, filter.limit, filter.offset],
    )
    // Counted without what only the order needs: that is read from JSON.
    const all = both((half) => select(half, 'NULL', scope, filter, now))
    return {
      rows: rows.map(([hold, review]) =>
        hold == null ? this.review(review as number) : this.hold(hold as number),
      ),
      total: this.db.count(`SELECT count(*) FROM (${all.sql})`, all.values),
    }
  }

  pending(scope: Scope, now: number): QueueCounts {
    this.settle()
    const waiting = { statuses: ['pending'] }
    const { sql, values } = both((half) => select(half, half.order.created_at, scope, waiting, now))
    const rows = this.db.all(`SELECT severity, count(*), min(at) FROM (${sql}) GROUP BY severity`, values)
    const oldest = rows.map(([, , at]) => at as number)
    return {
      bySeverity: Object.fromEntries(rows.map(([severity, count]) => [severity as string, count as number])),
      ...(oldest.length === 0 ? {} : { oldestAt: Math.min(...oldest) }),
    }
  }

  private review(key: number): QueueEntry {
    const row = this.db.first('SELECT key, body FROM reviews WHERE key = ?', [key])
    if (!row) throw new Error(`Review row ${key} is missing`)
    return { review: reviewOf(row) }
  }

  private hold(checkpoint: number): QueueEntry {
    const row = this.db.first(`SELECT ${stepSelection} WHERE s.checkpoint = ?`, [checkpoint]) ?? []
    const whose = `SELECT ${workflowColumns} FROM workflows WHERE key = ?`
    const workflow = workflowOf(this.db.first(whose, [workflowKeyOf(row)]) ?? [])
    return { hold: { workflow, ...stepOf(row, workflow) } satisfies PendingStep }
  }
}

/** A statement and its parameters. */
interface Query {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

function both(query: (half: Half) => Query): Query {
  const halves = [reviews, holds].map(query)
  return {
    sql: halves.map(({ sql }) => sql).join(' UNION ALL '),
    values: halves.flatMap(({ values }) => values),
  }
}

/** @param at what the rows are ordered by */
function select(
  half: Half,
  at: string,
  { org, tenant }: Scope,
  { statuses, severities, policyId, clientId, userId }: Partial<QueueFilter>,
  now: number,
): Query {
  const values: SqlValue[] = []
  // What stands before the tenancy in the text comes before it in the values.
  const timed = (sql: string): string =>
    sql.replaceAll(':now', () => {
      values.push(now)
      return '?'
    })
  let sql = `SELECT ${half.keys}, ${timed(at)} AS at, ${half.severity} AS severity FROM ${half.from}`
  values.push(org, tenant)
  const among = (what: string, words: readonly string[]): void => {
    // One text whatever the number of words: a statement is kept for each text.
    sql += ` AND ${timed(what)} IN (SELECT value FROM json_each(?))`
    values.push(JSON.stringify(words))
  }
  if (statuses) {
    // As it is stored first, because an index finds that.
    among(half.status, statuses.includes('expired') ? [...statuses, 'pending'] : statuses)
    among(statusAt(half.status, half.expiresAt), statuses)
  }
  if (severities) among(half.severity, severities)
  for (const [condition, value] of [
    [half.policy, policyId],
    [half.client, clientId],
    [half.user, userId],
  ] as const) {
    if (value === undefined) continue
    sql += ` AND ${condition}`
    values.push(value)
  }
  return { sql, values }
}
