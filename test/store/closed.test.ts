import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openConnection } from '#src/store/database.js'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import { type Store, StoreUnavailable } from '#src/store/store.js'
import { freshWorkflow } from '../fresh-workflow.js'

let folder: string
let path: string
let store: Store
let faults: unknown[]
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stepgate-closed-'))
  path = join(folder, 'gate.db')
  faults = []
  store = await openSqliteStore({ path, pid: process.pid, onFault: (error) => faults.push(error) })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (id: string) => store.transact((tx) => tx.createWorkflow(freshWorkflow({ id }), '{}'))
const scope = { org: 'o', tenant: 't' }

it('a store that was closed has all it holds in its one file: a plain copy is a backup', async () => {
  await write('kept')
  await store.close()
  const log = `${path}-wal`
  expect(existsSync(log) ? statSync(log).size : 0).toBe(0)
  copyFileSync(path, join(folder, 'copy.db'))
  const copy = await openSqliteStore({ path: join(folder, 'copy.db'), pid: process.pid })
  expect(await copy.transact((tx) => tx.workflow(scope, 'kept'))).toMatchObject({ id: 'kept' })
  await copy.close()
})

it('a store that was closed takes no more verbs: another one may have the database', async () => {
  await write('kept')
  await store.close()
  const other = await openSqliteStore({ path, pid: process.pid })
  let ran = false
  const late = store.transact(() => {
    ran = true
  })
  await expect(late).rejects.toThrow(StoreUnavailable)
  expect(ran).toBe(false)
  await other.close()
})

it('a store that was closed while the database was locked leaves it alone', async () => {
  await write('kept')
  const other = openConnection(path)
  other.exec('BEGIN IMMEDIATE')
  const refused = expect(write('refused')).rejects.toThrow(StoreUnavailable)
  // So late that it tries to write by itself, because of that one, before it is closed.
  await wait(1500)
  await store.close()
  await refused
  const told = faults.length
  // A store that is open would have tried to write by itself, and been locked out, by now.
  await wait(3500)
  expect(faults).toHaveLength(told)
  other.exec('ROLLBACK')
  other.close()
})
