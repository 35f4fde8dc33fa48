/** What happened, and the runs it happened in, read. @module */
import type { EventType, PastEvent } from '../domain/event.js'
import type { LatestEvent } from '../domain/execution/execution.js'
import type { StepTally } from '../domain/execution/workflow-execution.js'
import type { Workflow } from '../domain/workflow.js'
import type { SqlValue } from './database.js'
import { listRuns, type RunKey } from './execution-list.js'
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
    return this.db
      .all(`SELECT ${columns} FROM timeline WHERE workflow_key = ? ORDER BY seq`, [workflow.key])
      .map(eventOf)
  }

  about(subject: string): readonly PastEvent[] {
    this.settle()
    return this.db.all(`SELECT ${columns} FROM events WHERE subject = ? ORDER BY seq`, [subject]).map(eventOf)
  }

  latest(workflow: Workflow | undefined, planId: string | undefined): LatestEvent {
    this.settle()
    const found = [
      ...(workflow ? [latestOfWorkflow, latestGate].map((sql) => this.db.first(sql, [workflow.key])) : []),
      ...(planId === undefined ? [] : [this.db.first(latestAbout, [`plan:${planId}`])]),
    ]
    let latest: LatestEvent | undefined
    for (const row of found) {
      const [seq, at, type] = (row ?? []) as [number?, number?, EventType?]
      if (seq !== undefined && seq > (latest?.seq ?? 0))
        latest = { seq, at: at as number, type: type as EventType }
    }
    if (!latest) throw new Error(`No event tells of ${workflow?.id ?? planId}`)
    return latest
  }

  stepsSince(workflow: Workflow, seq: number): readonly string[] {
    this.settle()
    return this.db.all(stepsSince, [workflow.key, seq, workflow.key, seq]).map(([stepId]) => stepId as string)
  }

  tally(workflow: Workflow, now: number): StepTally {
    this.settle()
    const [completed, held, blocked, denied] = this.db.first(tally, [now, now, workflow.key]) ?? []
    return {
      completed: Number(completed),
      held: Number(held),
      blocked: Number(blocked),
      denied: Number(denied),
    }
  }

  executions(scope: Scope, filter: ExecutionFilter): Page<ExecutionRow> {
    this.settle()
    const { keys, total } = listRuns(this.db, scope, filter)
    return { rows: keys.map((key) => this.run(key)), total }
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

  private run(key: RunKey): ExecutionRow {
    if ('workflow' in key) return { workflow: this.workflowByKey(key.workflow) }
    const plan = planOf(this.db.first('SELECT key, body FROM plans WHERE key = ?', [key.plan]) ?? [])
    return plan.workflowKey === undefined
      ? { plan }
      : { plan, workflow: this.workflowByKey(plan.workflowKey) }
  }

  private workflowByKey(key: number): Workflow {
    return workflowOf(this.db.first(`SELECT ${workflowColumns} FROM workflows WHERE key = ?`, [key]) ?? [])
  }
}

const latestOfWorkflow = `SELECT seq, at, type FROM events
  WHERE workflow_key = ? AND type <> 'step_gated' AND type <> 'step_gate_repeated' ORDER BY seq DESC LIMIT 1`
const latestGate = `SELECT checkpoint, first_gate_at, 'step_gated' FROM steps
  WHERE checkpoint = (SELECT max(checkpoint) FROM steps WHERE workflow_key = ?)`
const latestAbout = 'SELECT seq, at, type FROM events WHERE subject = ? ORDER BY seq DESC LIMIT 1'

const stepsSince = `SELECT step_id FROM steps WHERE workflow_key = ? AND checkpoint > ?
    UNION SELECT step_id FROM events
      WHERE workflow_key = ? AND type <> 'step_gated' AND seq > ? AND step_id IS NOT NULL`

/** As `gatedStatus` reads a step: a completion counts unless the step was gated anew after it. */
const tally = `SELECT
    count(*) FILTER (WHERE s.completed_at >= coalesce(e.at, s.first_gate_at)),
    count(*) FILTER (WHERE s.approval_status = 'pending' AND s.approval_expires_at > ?),
    count(*) FILTER (WHERE s.decision = 'block'),
    count(*) FILTER (WHERE s.approval_status IN ('rejected', 'expired')
      OR (s.approval_status = 'pending' AND s.approval_expires_at <= ?))
  FROM steps s LEFT JOIN events e ON e.seq = s.decision_seq WHERE s.workflow_key = ?`

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
