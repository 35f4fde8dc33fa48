import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Approval, Step } from '#src/domain/step.js'
import type { Workflow } from '#src/domain/workflow.js'
import { openConnection, type SqlValue } from '#src/store/database.js'
import { migrations } from '#src/store/migrations.js'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import type { Store } from '#src/store/store.js'
import { freshWorkflow } from '../fresh-workflow.js'
import { firstGate } from './first-gate.js'
import { killedCopy } from './killed-copy.js'

let folder: string
let store: Store
const open = (at = folder) => openSqliteStore({ path: join(at, 'gate.db'), pid: process.pid })
// However slow the machine is, the store's second has not passed unless a test says so.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  folder = mkdtempSync(join(tmpdir(), 'stepgate-filing-'))
})
afterEach(async () => {
  vi.useRealTimers()
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const scope = { org: 'o', tenant: 't' }
const create = (id: string) =>
  store.transact((tx) => tx.createWorkflow(freshWorkflow({ ...scope, id }), '{}'))
const gate = (id: string, stepId: string) =>
  store.transact((tx) => tx.apply(firstGate(tx.workflow(scope, id) as Workflow, tx.nextSeq(), stepId)))
const indexOf = (from: Store, id: string, stepId: string) =>
  from.transact((tx) => tx.step(tx.workflow(scope, id) as Workflow, stepId)?.index)
const idsOf = (from: Store, id: string) =>
  from.transact((tx) => tx.steps(tx.workflow(scope, id) as Workflow).map((step) => step.stepId))

/** Of the file as it is on disk. */
function inFile(sql: string, at = folder): SqlValue[] | undefined {
  const connection = openConnection(join(at, 'gate.db'))
  try {
    return connection.prepare(sql).get([])
  } finally {
    connection.close()
  }
}
const unfiledSteps = 'SELECT count(*) FROM grouped_gates WHERE seq > (SELECT filed_to FROM totals)'
const unfiled = () => Number(inFile(unfiledSteps)?.[0])
const rows = (at = folder) => Number(inFile('SELECT count(*) FROM steps', at)?.[0])

describe('steps that have no rows yet', () => {
  it('are found by their ids, and are filed when they or their workflow\u2019s list are asked for', async () => {
    store = await open()
    await Promise.all([create('a'), create('b')])
    await Promise.all(['a', 'b', 'a'].map((id, i) => gate(id, `s${i}`)))
    expect([unfiled(), rows()]).toEqual([3, 0])
    await create('c')
    expect([await indexOf(store, 'a', 's1'), await idsOf(store, 'c')]).toEqual([undefined, []])
    expect([unfiled(), rows()]).toEqual([3, 0])
    expect(await Promise.all([indexOf(store, 'a', 's0'), indexOf(store, 'a', 's2')])).toEqual([1, 2])
    expect([unfiled(), rows()]).toEqual([0, 3])
    await gate('b', 's3')
    expect(await idsOf(store, 'a')).toEqual(['s0', 's2'])
    expect([unfiled(), rows()]).toEqual([1, 3])
    expect(await idsOf(store, 'b')).toEqual(['s1', 's3'])
    expect([unfiled(), rows()]).toEqual([0, 4])
  })

  it('are found when they wait for a person, which every end of a workflow asks', async () => {
    store = await open()
    await create('a')
    await gate('a', 'one')
    const hold = { id: 'hold', hold: 1, status: 'rejected', expiresAt: 9 } as Approval
    const held = await store.transact((tx) => {
      const workflow = tx.workflow(scope, 'a') as Workflow
      const { step, ...changes } = firstGate(workflow, tx.nextSeq(), 'two')
      tx.apply({ ...changes, step: { ...(step as Step), approval: hold } })
      return [tx.stepHeld(workflow, ['pending']), tx.stepHeld(workflow, ['rejected', 'expired'])?.stepId]
    })
    expect(held).toEqual([undefined, 'two'])
    expect([unfiled(), rows()]).toEqual([1, 1])
  })

  it('are filed together when they are many, while gates go on', async () => {
    store = await open()
    await create('a')
    for (let i = 0; i < 600; i += 50)
      await Promise.all(Array.from({ length: 50 }, (_, k) => gate('a', `s${i + k}`)))
    expect(unfiled()).toBeLessThan(512)
    expect(rows()).toBeGreaterThanOrEqual(512)
    expect([await indexOf(store, 'a', 's0'), await indexOf(store, 'a', 's599')]).toEqual([1, 600])
    expect(await idsOf(store, 'a')).toHaveLength(600)
  })

  it('are filed by the next process when this one is killed', async () => {
    store = await open()
    await create('a')
    for (const id of ['one', 'two', 'three']) await gate('a', id)
    expect(unfiled()).toBe(3)
    const copy = killedCopy(folder)
    const steps = (from: Store) => from.transact((tx) => tx.steps(tx.workflow(scope, 'a') as Workflow))
    const next = await open(copy)
    expect([inFile(unfiledSteps, copy), rows(copy)]).toEqual([[0], 3])
    expect(await steps(next)).toEqual(await steps(store))
    expect(await indexOf(next, 'a', 'two')).toBe(2)
    await next.close()
  })

  it('are filed after a second in which they became no more', async () => {
    store = await open()
    await create('a')
    await gate('a', 'one')
    vi.advanceTimersByTime(999)
    await create('b')
    expect(unfiled()).toBe(1)
    vi.advanceTimersByTime(1)
    await create('c')
    expect(unfiled()).toBe(0)
  })

  it('are counted and told like the others', async () => {
    store = await open()
    const { key } = await create('a')
    await gate('a', 'one')
    const told = await store.transact((tx) => {
      const workflow = tx.workflow(scope, 'a') as Workflow
      return [
        tx.history.ofWorkflow(workflow).map(({ type }) => type),
        tx.history.latest(workflow, undefined).type,
      ]
    })
    expect(told).toEqual([['workflow_created', 'step_gated'], 'step_gated'])
    await gate('a', 'two')
    const since = await store.transact((tx) => tx.history.stepsSince(tx.workflow(scope, 'a') as Workflow, 2))
    expect([key, since]).toEqual([1, ['two']])
  })
})

describe('a database of an earlier version', () => {
  const workflows = `INSERT INTO workflows (key, id, org, tenant, client, name, source, metadata, created_at, version, status,
      step_count, tokens_in, tokens_out, cost_usd, approvals_granted, told_to)
    VALUES (1, 'a', 'o', 't', 't', 'w', 'external', '{}', 1, 3, 'in_progress', 2, 0, 0, 0, 0, 2)`
  const step = (seq: number, filed = '') => `
    INSERT INTO steps (checkpoint, workflow_key, step_id, step_index, type, decision, decision_seq, idempotency_key,
      first_gate_at, last_gate_at${filed && ', filed'})
    VALUES (${seq}, 1, 's${seq}', ${seq}, 'tool_call', 'allow', ${seq}, '', 2, 2${filed && `, ${filed}`});
    INSERT INTO events (seq, workflow_key, step_id, type, at, body) VALUES (${seq}, 1, 's${seq}', 'step_gated', 2, '{"input":{}}')`

  it.each([
    [4, [workflows, step(1), step(2)]],
    // It left the second step without its place in the index.
    [5, [workflows, step(1), step(2, '0'), 'UPDATE totals SET told_to = 2, filed_to = 1']],
  ])('(schema %i) has all its steps, and keeps the size of its pages', async (version, statements) => {
    const before = openConnection(join(folder, 'gate.db'))
    before.exec('PRAGMA journal_mode = WAL')
    before.exec(`${migrations.slice(0, version).join(';')}; PRAGMA user_version = ${version}`)
    for (const statement of statements) before.exec(statement)
    before.close()
    store = await open()
    expect(await indexOf(store, 'a', 's2')).toBe(2)
    await gate('a', 's3')
    expect([unfiled(), rows()]).toEqual([1, 2])
    expect(await idsOf(store, 'a')).toEqual(['s1', 's2', 's3'])
    const told = await store.transact((tx) =>
      tx.history.ofWorkflow(tx.workflow(scope, 'a') as Workflow).map(({ seq, stepId }) => [seq, stepId]),
    )
    expect(told).toEqual([
      [1, 's1'],
      [2, 's2'],
      [3, 's3'],
    ])
    expect(inFile('PRAGMA page_size')).toEqual([4096])
  })
})

it('a new database has pages of eight kilobytes', async () => {
  store = await open()
  expect(inFile('PRAGMA page_size')).toEqual([8192])
})
