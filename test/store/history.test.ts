import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Plan, PlanStatus } from '#src/domain/plan/plan.js'
import type { Workflow, WorkflowStatus } from '#src/domain/workflow.js'
import { type Connection, openConnection } from '#src/store/database.js'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import type { Store } from '#src/store/store.js'
import type { ExecutionFilter } from '#src/store/tables.js'

const scope = { org: 'o', tenant: 't' }
const folder = mkdtempSync(join(tmpdir(), 'stepgate-history-'))
const path = join(folder, 'x.db')
const statuses: WorkflowStatus[] = ['in_progress', 'completed', 'failed', 'aborted']
let store: Store

const workflow = (n: number, status: WorkflowStatus, tenant = 't'): Workflow => ({
  key: 0,
  id: `wf_${tenant}_${n}`,
  org: 'o',
  tenant,
  client: 'c',
  name: `name-${n % 3}`,
  source: 'external',
  metadata: {},
  status,
  createdAt: n * 1000,
  version: 1,
  stepCount: 0,
  tokensIn: 0,
  tokensOut: 0,
  costUsd: 0,
  approvalsGranted: 0,
})
const plan = (n: number, status: PlanStatus, made?: Workflow, query = `query ${n}`): Plan => ({
  key: 0,
  id: `plan_${n}`,
  ...scope,
  client: 'c',
  rowVersion: 1,
  version: 1,
  status,
  query,
  domain: 'd',
  mode: 'auto',
  metadata: {},
  steps: [],
  maxParallel: 1,
  timeoutMs: 1,
  planning: { by: 'caller', choices: [] },
  estimate: { usd: 0, breakdown: [], unpriced: [] },
  createdAt: n * 1000 + 500,
  updatedAt: 0,
  expiresAt: 0,
  ...(made ? { workflowId: made.id, workflowKey: made.key } : {}),
})

/** Ids of a page, and the total. */
const list = (filter: Partial<ExecutionFilter> = {}) =>
  store.transact((tx) => {
    const page = tx.history.executions(scope, { limit: 100, offset: 0, now: 0, ...filter })
    return {
      ids: page.rows.map((row) => row.plan?.id ?? row.workflow?.id),
      total: page.total,
      rows: page.rows,
    }
  })

beforeAll(async () => {
  store = await openSqliteStore({ path, pid: process.pid })
  await store.transact((tx) => {
    // Workflows 0 to 11; 4 and 5 are plans' own. Plans 4 and 5 ran, 20 waits.
    const made: Workflow[] = []
    for (let n = 0; n < 12; n++)
      made.push(tx.createWorkflow(workflow(n, statuses[n % 4] as WorkflowStatus), '{}'))
    tx.plans.create(plan(4, 'executing', made[4]), '{}')
    tx.plans.create(plan(5, 'completed', made[5], 'q'.repeat(99) + 'é'.repeat(200)), '{}')
    tx.plans.create(plan(20, 'pending'), '{}')
    tx.createWorkflow(workflow(1, 'completed', 'other'), '{}')
    tx.history.forget(scope, 'wf_t_9', 1)
    tx.history.forget(scope, 'wf_t_8', 1)
    tx.history.forget(scope, 'wf_t_4', 1)
  })
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the list of runs', () => {
  it('has plans and the workflows that no plan made, newest first, and none that is out of view unless it runs', async () => {
    const { ids, total } = await list()
    expect(ids).toEqual([
      'plan_20',
      'wf_t_11',
      'wf_t_10',
      'wf_t_8',
      'wf_t_7',
      'wf_t_6',
      'plan_5',
      'plan_4',
      'wf_t_3',
      'wf_t_2',
      'wf_t_1',
      'wf_t_0',
    ])
    expect(total).toBe(ids.length)
  })

  it('brings an executed plan’s workflow with it', async () => {
    const { rows } = await list({ type: 'map_plan' })
    expect(rows.map((row) => [row.plan?.id, row.workflow?.id])).toEqual([
      ['plan_20', undefined],
      ['plan_5', 'wf_t_5'],
      ['plan_4', 'wf_t_4'],
    ])
  })

  it('counts what it lists, whatever is asked for', async () => {
    const filters: Partial<ExecutionFilter>[] = [
      {},
      { type: 'map_plan' },
      { type: 'wcp_workflow' },
      { workflowStatuses: ['completed'], planStatuses: ['completed'] },
      { workflowStatuses: ['in_progress'], planStatuses: ['executing'] },
      { workflowStatuses: [], planStatuses: ['cancelled'] },
      { workflowStatuses: ['failed', 'aborted'], planStatuses: [] },
      { startedFrom: 4000, startedTo: 9000 },
      { startedFrom: 9000, startedTo: 4000 },
      { idOrName: 'name-1' },
      { idOrName: 'name-1', workflowStatuses: ['aborted'], planStatuses: [] },
      { idOrName: 'wf_t_5' },
      { idOrName: 'wf_t_9' },
      { idOrName: 'plan_20', type: 'wcp_workflow' },
      { signal: 'policy_block' },
      { signal: 'approval_pending' },
    ]
    for (const filter of filters) {
      const { ids, total } = await list(filter)
      expect(total, JSON.stringify(filter)).toBe(ids.length)
      const paged = await list({ ...filter, limit: 2, offset: 1 })
      expect(paged).toMatchObject({ ids: ids.slice(1, 3), total })
    }
  })

  it('finds a run by its id, a plan by its workflow’s, and both by their names', async () => {
    expect((await list({ idOrName: 'wf_t_7' })).ids).toEqual(['wf_t_7'])
    expect((await list({ idOrName: 'wf_t_5' })).ids).toEqual(['plan_5'])
    expect((await list({ idOrName: 'plan_4' })).ids).toEqual(['plan_4'])
    expect((await list({ idOrName: 'query 20' })).ids).toEqual(['plan_20'])
    expect((await list({ idOrName: 'q'.repeat(99) + 'é'.repeat(200) })).ids).toEqual(['plan_5'])
    expect((await list({ idOrName: 'q'.repeat(99) + 'é'.repeat(199) })).ids).toEqual([])
    expect((await list({ idOrName: 'name-1' })).ids).toEqual(['wf_t_10', 'wf_t_7', 'wf_t_1'])
  })

  it('shows nothing of another tenant', async () => {
    expect((await list({ idOrName: 'wf_other_1' })).total).toBe(0)
  })

  it('takes an instant that is exactly the limit', async () => {
    expect((await list({ startedFrom: 3000, startedTo: 3000 })).ids).toEqual(['wf_t_3'])
  })
})

describe('how the database answers', () => {
  let connection: Connection
  beforeAll(async () => {
    await store.close()
    connection = openConnection(path)
  })
  afterAll(async () => {
    connection.close()
    store = await openSqliteStore({ path, pid: process.pid })
  })

  const explained = (sql: string): string =>
    [...connection.prepare(`EXPLAIN QUERY PLAN ${sql}`).all([])].map((row) => JSON.stringify(row)).join('\n')

  it('lists runs by merging two indexes, and sorts nothing', () => {
    const text =
      explained(`SELECT w.created_at AS at, w.key AS key FROM workflows w WHERE w.org = 'o' AND w.tenant = 't'
      UNION ALL SELECT p.created_at, p.key FROM plans p WHERE p.org = 'o' AND p.tenant = 't' ORDER BY at DESC, key DESC LIMIT 20`)
    expect(text).toContain('MERGE (UNION ALL)')
    expect(text).toContain('COVERING INDEX workflows_by_start')
    expect(text).toContain('COVERING INDEX plans_by_start')
    expect(text).not.toContain('TEMP B-TREE')
  })

  it.each([
    [
      "SELECT count(*) FROM workflows WHERE org = 'o' AND tenant = 't' AND status = 'failed' AND name = 'n'",
      'COVERING INDEX workflows_by_start',
    ],
    [
      "SELECT count(*) FROM plans WHERE org = 'o' AND tenant = 't' AND workflow_key IS NOT NULL",
      'COVERING INDEX plans_by_start',
    ],
    [
      "SELECT key FROM plans p WHERE org = 'o' AND tenant = 't' AND substr(p.body ->> '$.query', 1, 100) = 'q'",
      'INDEX plans_by_query',
    ],
    ["SELECT workflow_key FROM steps WHERE decision = 'block'", 'INDEX steps_blocked'],
  ])('reads no row that it does not show: %s', (sql, index) => {
    expect(explained(sql)).toContain(index)
  })
})
