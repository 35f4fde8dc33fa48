import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Event } from '#src/domain/event.js'
import type { Step } from '#src/domain/step.js'
import type { Workflow } from '#src/domain/workflow.js'
import { openConnection, type SqlValue } from '#src/store/database.js'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import type { Store, Transaction } from '#src/store/store.js'
import { freshWorkflow } from '../fresh-workflow.js'
import { firstGate } from './first-gate.js'
import { killedCopy } from './killed-copy.js'

let folder: string
let store: Store
const open = (at = folder) => openSqliteStore({ path: join(at, 'gate.db'), pid: process.pid })
// However slow the machine is, the store's second has not passed.
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  folder = mkdtempSync(join(tmpdir(), 'stepgate-groups-'))
  store = await open()
})
afterEach(async () => {
  vi.useRealTimers()
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const scope = { org: 'o', tenant: 't' }
const create = (id: string) =>
  store.transact((tx) => tx.createWorkflow(freshWorkflow({ ...scope, id }), '{}'))

interface Written {
  readonly seq: number
  readonly body: string
}

/** A first gate whose record is this long. @returns its event */
function gate(tx: Transaction, id: string, step: Partial<Step> & { stepId: string }, length = 20): Written {
  const changes = firstGate(tx.workflow(scope, id) as Workflow, tx.nextSeq(), step.stepId)
  const body = JSON.stringify({ reason: `no reason – ${'x'.repeat(length)}`, decision_id: 'dec', input: {} })
  const event = {
    ...(changes.events[0] as Event),
    body,
    asked: Buffer.from(JSON.stringify({ step_name: step.stepId })),
  }
  tx.apply({ ...changes, step: { ...(changes.step as Step), ...step }, events: [event] })
  return { seq: event.seq as number, body }
}
const gateAlone = (id: string, step: Partial<Step> & { stepId: string }, length?: number) =>
  store.transact((tx) => gate(tx, id, step, length))
const stepsOf = (from: Store, id: string) =>
  from.transact((tx) => tx.steps(tx.workflow(scope, id) as Workflow).map((step) => ({ ...step })))

/** Of the file as it is on disk. */
function inFile(sql: string, at = folder): SqlValue[][] {
  const connection = openConnection(join(at, 'gate.db'))
  try {
    return connection.prepare(sql).all([])
  } finally {
    connection.close()
  }
}
const groups = () => inFile('SELECT first_seq, json_array_length(gates) FROM gate_groups ORDER BY first_seq')

describe('first gates of one commit', () => {
  it('are one row, and each is read as it was written', async () => {
    await create('a')
    const names = ['plain', 'ünïcode 漢 😀', 'quo"ted \\ and\nbroken', '1']
    const written = await Promise.all(names.map((stepId, i) => gateAlone('a', { stepId }, 10 ** i)))
    expect(groups()).toEqual([[2, 4]])
    expect(inFile("SELECT count(*) FROM events WHERE type = 'step_gated'")).toEqual([[0]])
    const bodies = await store.transact((tx) => written.map(({ seq }) => tx.eventBody(seq)))
    expect(bodies).toEqual(written.map(({ body }) => body))
    const steps = await stepsOf(store, 'a')
    expect(
      steps.map(({ stepId, name, index, tokensIn, costUsd }) => [stepId, name, index, tokensIn, costUsd]),
    ).toEqual(names.map((stepId, i) => [stepId, stepId, i + 1, 7, 0.5]))
  })

  it('begin another row after another event, and when a row has become long', async () => {
    await create('a')
    await store.transact((tx) => {
      gate(tx, 'a', { stepId: 's1' })
      gate(tx, 'a', { stepId: 's2' })
      tx.createWorkflow(freshWorkflow({ ...scope, id: 'b' }), '{}')
      gate(tx, 'a', { stepId: 's3' })
      gate(tx, 'a', { stepId: 's4' }, 200_000)
      gate(tx, 'a', { stepId: 's5' }, 3_000_000)
      gate(tx, 'a', { stepId: 's6' })
    })
    expect(groups()).toEqual([
      [2, 2],
      [5, 2],
      [7, 1],
      [8, 1],
    ])
    const lengths = await store.transact((tx) =>
      [2, 3, 5, 6, 7, 8].map((seq) => tx.eventBody(seq).length > 1000),
    )
    expect(lengths).toEqual([false, false, false, true, true, false])
    expect((await stepsOf(store, 'a')).map(({ stepId }) => stepId)).toEqual([
      's1',
      's2',
      's3',
      's4',
      's5',
      's6',
    ])
  })

  it('are not mixed up with an event that is not there', async () => {
    await create('a')
    await gateAlone('a', { stepId: 's' })
    await expect(store.transact((tx) => tx.eventBody(3))).rejects.toThrow('Event 3 is missing')
    await expect(store.transact((tx) => tx.eventBody(99))).rejects.toThrow('Event 99 is missing')
  })

  it('are told by the views of the database', async () => {
    await create('a')
    const written = await Promise.all(['one', 'two'].map((stepId) => gateAlone('a', { stepId })))
    const rows = written.map(({ seq, body }, i) => [seq, 1, ['one', 'two'][i], 2, body])
    expect(inFile('SELECT seq, workflow_key, step_id, at, body FROM grouped_gates ORDER BY seq')).toEqual(
      rows,
    )
    expect(inFile('SELECT CAST(asked AS TEXT) FROM grouped_gates ORDER BY seq')).toEqual([
      ['{"step_name":"one"}'],
      ['{"step_name":"two"}'],
    ])
    await stepsOf(store, 'a')
    const timeline =
      "SELECT seq, workflow_key, step_id, at, body FROM timeline WHERE type = 'step_gated' ORDER BY seq"
    expect(inFile(timeline)).toEqual(rows)
  })

  it('may be changed in the commit that they are of', async () => {
    await create('a')
    await store.transact((tx) => {
      gate(tx, 'a', { stepId: 'kept' })
      gate(tx, 'a', { stepId: 'done' })
      const workflow = tx.workflow(scope, 'a') as Workflow
      const { step } = firstGate({ ...workflow, stepCount: 1 }, 3, 'done')
      tx.apply({
        step: { ...(step as Step), version: 2, completionCount: 1, completedAt: 5 },
        events: [{ workflowKey: workflow.key, stepId: 'done', type: 'step_completed', at: 5, body: '{}' }],
      })
    })
    expect((await stepsOf(store, 'a')).map(({ stepId, completedAt }) => [stepId, completedAt])).toEqual([
      ['kept', undefined],
      ['done', 5],
    ])
  })

  it.each([
    [
      'a person has to decide about',
      { approval: { id: 'h', hold: 1, status: 'pending', expiresAt: 9 } as Step['approval'] },
    ],
    ['keeps a digest of what is masked', { contentDigest: 'sha' }],
    ['has a key that JSON in the database would cut off', { idempotencyKey: 'a\0b' }],
    ['has half a character in its key', { idempotencyKey: 'a\ud800' }],
  ])('stand by themselves where %s them', async (_, fields) => {
    await create('a')
    await gateAlone('a', { stepId: 'plain' })
    await gateAlone('a', { stepId: 'other', ...(fields as Partial<Step>) })
    expect(groups()).toEqual([[2, 1]])
    expect(inFile("SELECT seq FROM events WHERE type = 'step_gated'")).toEqual([[3]])
    const copy = killedCopy(folder)
    const next = await open(copy)
    expect(await stepsOf(next, 'a')).toEqual(await stepsOf(store, 'a'))
    await next.close()
  })

  it('are all there for the next process, whatever their fields hold', async () => {
    await create('a')
    const fields: (Partial<Step> & { stepId: string })[] = [
      { stepId: 'a', idempotencyKey: 'k "1" \\ é 😀', costUsd: 1e-7 },
      { stepId: 'b', costUsd: 5, tokensIn: Number.MAX_SAFE_INTEGER, tokensOut: 0 },
      { stepId: 'c', decision: 'block', type: 'human_task', firstGateAt: 1_795_000_000_000 },
    ]
    await Promise.all(fields.map((step) => gateAlone('a', step)))
    const copy = killedCopy(folder)
    const next = await open(copy)
    const found = await stepsOf(next, 'a')
    expect(found).toEqual(await stepsOf(store, 'a'))
    expect(found).toMatchObject(fields)
    const after = await next.transact((tx) => tx.nextSeq())
    expect(after).toBe(5)
    await next.close()
  })
})
