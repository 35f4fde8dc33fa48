import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Connection, openConnection } from '#src/store/database.js'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import { freshWorkflow } from '../fresh-workflow.js'
import { type Live, startLive } from '../http/live.js'
import { firstGate } from './first-gate.js'

let folder: string
let path: string
let open: { close(): unknown }[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stepgate-locked-'))
  path = join(folder, 'stepgate.db')
  open = []
})
afterEach(async () => {
  for (const each of open.reverse()) await each.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Another program that has the database for writing, as `sqlite3` has it between BEGIN IMMEDIATE and COMMIT. */
function locked(): Connection {
  const other = openConnection(path)
  open.push(other)
  other.exec('BEGIN IMMEDIATE')
  return other
}

describe('while another program has the database locked', () => {
  let live: Live
  let workflow: string
  beforeEach(async () => {
    live = await startLive({ database: `file:${path}` })
    open.push(live)
    workflow = await live.workflow()
    expect((await live.gate(workflow, 'before')).status).toBe(200)
  })
  const steps = async () =>
    (await live.call('GET', `/api/v1/workflows/${workflow}`)).body.steps.map(
      (step: { step_id: string }) => step.step_id,
    )

  it('gates wait and the event loop does not: whoever asks for something else is answered', async () => {
    const other = locked()
    const answered: string[] = []
    const gates = ['one', 'two'].map(async (step) => {
      const { status } = await live.gate(workflow, step)
      answered.push(step)
      return status
    })
    for (let i = 0; i < 5; i++) {
      expect((await live.call('GET', '/health/live')).status).toBe(200)
      await new Promise((later) => setTimeout(later, 30))
    }
    expect(answered).toEqual([])
    other.exec('ROLLBACK')
    expect(await Promise.all(gates)).toEqual([200, 200])
    expect(await steps()).toEqual(['before', 'one', 'two'])
  })

  it('for long, gates are refused as not recorded; afterwards everything goes on by itself', async () => {
    const other = locked()
    const refused = live.gate(workflow, 'during')
    expect((await live.call('GET', '/health/live')).status).toBe(200)
    expect(await refused).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE' } })
    expect(live.stepgate.health()).toEqual({
      writable: false,
      fault: 'another program keeps the database locked',
    })
    other.exec('ROLLBACK')
    await expect.poll(() => live.stepgate.health().writable, { timeout: 10_000 }).toBe(true)
    expect((await live.gate(workflow, 'after')).body).toMatchObject({ cached: false, decision: 'allow' })
    expect(await steps()).toEqual(['before', 'after'])
  })

  it('what is being closed is closed, and nothing of it is lost', async () => {
    const other = locked()
    await live.close()
    other.exec('ROLLBACK')
    live = await startLive({ database: `file:${path}` })
    open = [other, live]
    expect(await steps()).toEqual(['before'])
  })
})

it('a store that has to open its connection anew, and to file gates with it, waits for the lock in the same way', async () => {
  const store = await openSqliteStore({ path, pid: process.pid })
  open.push(store)
  const workflow = await store.transact((tx) => {
    const made = tx.createWorkflow(freshWorkflow(), '{}')
    tx.apply(firstGate(made, tx.nextSeq()))
    return made
  })
  const broken = store.transact(() => {
    throw new TypeError('broken')
  })
  await expect(broken).rejects.toThrow('broken')
  const other = locked()
  let ran = false
  const verb = store.transact((tx) => {
    ran = true
    return tx.step(workflow, 's')?.decision
  })
  await new Promise((later) => setTimeout(later, 100))
  expect(ran).toBe(false)
  other.exec('ROLLBACK')
  expect(await verb).toBe('allow')
})
