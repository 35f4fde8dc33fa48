/** Every statement of the store, prepared once per connection. @module */
import type { Connection, Statement } from './database.js'
import { eventBodies, insertPlainSteps, insertUnfiledSteps, lastSeqAnywhere } from './gate-group-rows.js'
import { insertSteps, stepSelection, updateStep } from './step-rows.js'
import { workflowColumns, workflowStateColumns } from './workflow-rows.js'

const places = (count: number): string => Array(count).fill('?').join(', ')
/** So many rows are inserted by one statement where there are as many: what a call costs is shared. */
export const rowsAtOnce = [64, 16, 4, 1] as const
export type RowsAtOnce = (typeof rowsAtOnce)[number]
const insertEvents = (count: number): string =>
  `INSERT INTO events (seq, workflow_key, step_id, type, at, body, asked, subject) VALUES ${Array(count)
    .fill(`(${places(8)})`)
    .join(', ')}`

/** First gates that their workflow's row does not tell of. */
const untold = `SELECT s.workflow_key, count(*) AS gates, max(s.checkpoint) AS latest, total(s.cost_usd) AS cost_usd,
    coalesce(sum(s.tokens_in), 0) AS tokens_in, coalesce(sum(s.tokens_out), 0) AS tokens_out
  FROM steps s JOIN workflows w ON w.key = s.workflow_key
  WHERE s.checkpoint > (SELECT told_to FROM totals) AND s.checkpoint > w.told_to GROUP BY s.workflow_key`
const addUntoldTotals = `UPDATE workflows SET version = version + u.gates, step_count = step_count + u.gates,
    tokens_in = workflows.tokens_in + u.tokens_in, tokens_out = workflows.tokens_out + u.tokens_out,
    cost_usd = min(workflows.cost_usd + u.cost_usd, ${Number.MAX_VALUE}), told_to = u.latest
  FROM (${untold}) u WHERE key = u.workflow_key`

/** First gates whose steps have no rows yet. */
const unfiled = 'FROM gate_groups WHERE first_seq > (SELECT filed_to FROM totals)'

const sql = {
  workflow: `SELECT ${workflowColumns} FROM workflows WHERE id = ? AND org = ? AND tenant = ?`,
  workflowByKey: `SELECT ${workflowColumns} FROM workflows WHERE key = ?`,
  workflowsOfPlan: `SELECT ${workflowColumns} FROM workflows WHERE org = ? AND tenant = ?
    AND metadata ->> '$.plan_id' IS NOT NULL AND metadata ->> '$.plan_id' = ? ORDER BY key DESC LIMIT ?`,
  lastKey: 'SELECT max(key) FROM workflows',
  lastSeq: lastSeqAnywhere,
  running: "SELECT count(*) FROM workflows WHERE org = ? AND tenant = ? AND status = 'in_progress'",
  insertWorkflow: `INSERT INTO workflows (${workflowColumns}) VALUES (${places(workflowColumns.split(', ').length)})`,
  tally:
    'UPDATE workflows SET version = ?, step_count = ?, tokens_in = ?, tokens_out = ?, cost_usd = ?, approvals_granted = ?, pending_step = ?, told_to = ? WHERE key = ? AND version = ?',
  updateWorkflow: `UPDATE workflows SET ${workflowStateColumns.map((name) => `${name} = ?`).join(', ')}, told_to = ? WHERE key = ? AND version = ?`,
  toldTo: 'UPDATE totals SET told_to = ?',
  insertGateGroup: 'INSERT INTO gate_groups (first_seq, gates, content) VALUES (?, ?, ?)',
  insertUnfiledSteps: insertUnfiledSteps(unfiled),
  filedTo: 'UPDATE totals SET filed_to = ?',
  untold: `SELECT 1 FROM (${untold}) LIMIT 1`,
  unfiled: `SELECT 1 ${unfiled} LIMIT 1`,
  addUntold: addUntoldTotals,
  step: `SELECT ${stepSelection} WHERE s.workflow_key = ? AND s.step_id = ?`,
  stepOfCheckpoint: `SELECT ${stepSelection} WHERE s.checkpoint = ? AND s.workflow_key = ?`,
  steps: `SELECT ${stepSelection} WHERE s.workflow_key = ? ORDER BY s.step_index`,
  // The plus keeps SQLite from looking through all steps of the workflow for them.
  stepsAt: `SELECT ${stepSelection} WHERE +s.workflow_key = ? AND s.checkpoint IN (SELECT value FROM json_each(?))
    ORDER BY s.step_index`,
  checkpoints: 'SELECT checkpoint FROM steps WHERE workflow_key = ? ORDER BY step_index',
  lastResumable: `SELECT ${stepSelection} WHERE s.workflow_key = ? AND s.decision <> 'block' ORDER BY s.step_index DESC LIMIT 1`,
  waiting: `SELECT ${stepSelection} WHERE s.workflow_key = ? AND s.approval_status = 'pending' ORDER BY s.step_index`,
  stepOfApproval: `SELECT ${stepSelection} JOIN workflows w ON w.key = s.workflow_key
    WHERE s.approval IS NOT NULL AND s.approval ->> '$.id' = ? AND w.org = ? AND w.tenant = ?`,
  updateStep,
  event: eventBodies,
  overdue: `SELECT ${stepSelection}
    WHERE s.approval_status = 'pending' AND s.approval_expires_at <= ? ORDER BY s.approval_expires_at LIMIT ?`,
  /** Rows changed since the connection was opened. */
  changes: 'SELECT total_changes()',
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  insertRevision: 'INSERT OR IGNORE INTO revisions (id, description, first_used_at) VALUES (?, ?, ?)',
} as const

/** One statement for each number of rows that are inserted at once. */
export type Inserts = Readonly<Record<RowsAtOnce, Statement>>

export type Statements = Readonly<Record<keyof typeof sql, Statement>> & {
  readonly insertSteps: Inserts
  readonly insertPlainSteps: Inserts
  readonly insertEvents: Inserts
}

/** Prepare them all: preparing per call costs as much as running. */
export function prepareStatements(connection: Connection): Statements {
  const entries = Object.entries(sql).map(([name, text]) => [name, connection.prepare(text)])
  const inserts = (text: (rows: number) => string) =>
    Object.fromEntries(rowsAtOnce.map((rows) => [rows, connection.prepare(text(rows))]))
  return Object.fromEntries([
    ...entries,
    ['insertSteps', inserts(insertSteps)],
    ['insertPlainSteps', inserts(insertPlainSteps)],
    ['insertEvents', inserts(insertEvents)],
  ]) as Statements
}
