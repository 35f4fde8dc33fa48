/** What happened, and the runs it happened in, read. @module */
import type { EventType, PastEvent } from '../domain/event.js'
import type { Workflow } from '../domain/workflow.js'
import type { SqlValue } from './database.js'
import { planOf } from './plan-table.js'
import type { Page, Scope } from './store.js'
import type { TableAccess } from './table-access.js'
import type { ExecutionFilter, ExecutionRow, HistoryTable } from './tables.js'
import { workflowColumns, workflowOf } from './workflow-rows.js'

const columns = 'seq, workflow_key, step_id, type, at, body, subject'

export class History implements HistoryTable {
  /** @param settle writes what is kept back, before it is read */
  constructor(
    private readonly db: TableAccess,
    private readonly settle: () => void,
  ) {}

  ofWorkflow(workflow: Workflow): readonly PastEvent[] {
    this.settle()
    // Two ways in, because a first gate is found by its step and not by an index of its own.
    return this.db
      .all(
        `SELECT ${columns} FROM events WHERE seq IN (SELECT seq FROM timeline WHERE workflow_key = ?) ORDER BY seq`,
        [workflow.key],
      )
      .map(eventOf)
  }

  about(subject: string): readonly PastEvent[] {
    this.settle()
    return this.db.all(`SELECT ${columns} FROM events WHERE subject = ? ORDER BY seq`, [subject]).map(eventOf)
  }

  executions(scope: Scope, filter: ExecutionFilter): Page<ExecutionRow> {
    this.settle()
    const { sql, values } = runsQuery(scope, filter)
    const rows = this.db.all(`${sql} ORDER BY at DESC, workflow_key DESC, plan_key DESC LIMIT ? OFFSET ?`, [
      ...values,
      filter.limit,
      filter.offset,
    ])
    return {
      rows: rows.map(([, workflowKey, planKey]) => this.run(workflowKey ?? null, planKey ?? null)),
      total: this.db.count(`SELECT count(*) FROM (${sql})`, values),
    }
  }

  forget({ org, tenant }: Scope, id: string, now: number): void {
    this.db.write('INSERT OR REPLACE INTO forgotten_executions (org, tenant, id, at) VALUES (?, ?, ?, ?)', [
      org,
      tenant,
      id,
      now,
    ])
  }

  isForgotten({ org, tenant }: Scope, id: string): boolean {
    return (
      this.db.count('SELECT count(*) FROM forgotten_executions WHERE org = ? AND tenant = ? AND id = ?', [
        org,
        tenant,
        id,
      ]) > 0
    )
  }

  private run(workflowKey: SqlValue, planKey: SqlValue): ExecutionRow {
    const workflow =
      workflowKey === null
        ? undefined
        : this.db.first(`SELECT ${workflowColumns} FROM workflows WHERE key = ?`, [workflowKey])
    const plan =
      planKey === null ? undefined : this.db.first('SELECT key, body FROM plans WHERE key = ?', [planKey])
    return {
      ...(plan ? { plan: planOf(plan) } : {}),
      ...(workflow ? { workflow: workflowOf(workflow) } : {}),
    }
  }
}

/** Plans, whether executed or not, and workflows that no plan made. */
function runsQuery(scope: Scope, filter: ExecutionFilter): { sql: string; values: SqlValue[] } {
  const parts: string[] = []
  const values: SqlValue[] = []
  const whose = (table: string): string => {
    values.push(scope.org, scope.tenant)
    return `${table}.org = ? AND ${table}.tenant = ? AND NOT EXISTS (SELECT 1 FROM forgotten_executions f
      WHERE f.org = ${table}.org AND f.tenant = ${table}.tenant AND f.id = ${table}.id)`
  }
  const limits = (
    table: string,
    statuses: readonly string[] | undefined,
    names: readonly string[],
  ): string => {
    let sql = ''
    if (statuses) {
      sql += ` AND ${table}.status IN (${statuses.map(() => '?').join(', ')})`
      values.push(...statuses)
    }
    if (filter.idOrName !== undefined) {
      sql += ` AND (${names.map((name) => `${name} = ?`).join(' OR ')})`
      for (const _ of names) values.push(filter.idOrName)
    }
    if (filter.startedFrom !== undefined) {
      sql += ` AND ${table}.created_at >= ?`
      values.push(filter.startedFrom)
    }
    if (filter.startedTo !== undefined) {
      sql += ` AND ${table}.created_at <= ?`
      values.push(filter.startedTo)
    }
    return sql
  }
  if (filter.type !== 'map_plan') {
    parts.push(`SELECT w.created_at AS at, w.key AS workflow_key, NULL AS plan_key FROM workflows w WHERE ${whose('w')}
      AND NOT EXISTS (SELECT 1 FROM plans p WHERE p.workflow_key = w.key)${limits('w', filter.workflowStatuses, ['w.id', 'w.name'])}`)
  }
  if (filter.type !== 'wcp_workflow') {
    parts.push(
      `SELECT p.created_at AS at, p.workflow_key AS workflow_key, p.key AS plan_key FROM plans p WHERE ${whose('p')}${limits(
        'p',
        filter.planStatuses,
        ['p.id', "p.body ->> '$.workflowId'", "p.body ->> '$.query'"],
      )}`,
    )
  }
  return { sql: parts.join(' UNION ALL '), values }
}

function eventOf([seq, workflowKey, stepId, type, at, body, subject]: readonly SqlValue[]): PastEvent {
  return {
    seq: seq as number,
    workflowKey: workflowKey as number,
    type: type as EventType,
    at: at as number,
    body: body as string,
    ...(stepId === null ? {} : { stepId: stepId as string }),
    ...(subject === null ? {} : { subject: subject as string }),
  }
}
