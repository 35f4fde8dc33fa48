import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import { type Store, StoreUnavailable } from '#src/store/store.js'
import { freshWorkflow } from '../fresh-workflow.js'

let folder: string
let path: string
let store: Store
let faults: string[]
let written: number
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stepgate-lost-'))
  path = join(folder, 'gate.db')
  faults = []
  written = 0
  store = await openSqliteStore({
    path,
    pid: process.pid,
    onFault: (error) => faults.push((error as Error).message),
  })
  await write()
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const write = () => store.transact((tx) => tx.createWorkflow(freshWorkflow({ id: `w${++written}` }), '{}').id)
const writable = (is: boolean) => expect.poll(() => store.health().writable, { timeout: 10_000 }).toBe(is)

describe.each(['gate.db', 'gate.db-wal', 'gate.db-shm'])('a store whose file %s is deleted', (name) => {
  it('says so without being asked, and takes nothing more that would be lost with it', async () => {
    rmSync(join(folder, name))
    await writable(false)
    const told = `${join(folder, name)} was deleted or replaced`
    expect(store.health()).toEqual({ writable: false, fault: told })
    expect(faults).toContain(told)
    await expect(write()).rejects.toThrow(StoreUnavailable)
    // What it remembers is not told either: nobody would find it again.
    await expect(store.transact((tx) => tx.workflow({ org: 'o', tenant: 't' }, 'w1'))).rejects.toThrow(told)
  })
})

it('a store whose file was moved away goes on by itself when it is put back, with all that it had', async () => {
  renameSync(path, join(folder, 'moved.db'))
  await writable(false)
  renameSync(join(folder, 'moved.db'), path)
  await writable(true)
  await write()
  const found = await store.transact((tx) => tx.workflow({ org: 'o', tenant: 't' }, 'w1'))
  expect(found).toMatchObject({ id: 'w1' })
})

it('a store whose file was replaced does not write into the other one, also when it needs a new connection', async () => {
  renameSync(path, join(folder, 'moved.db'))
  writeFileSync(path, '')
  const broken = store.transact(() => {
    throw new TypeError('broken')
  })
  await expect(broken).rejects.toThrow('broken')
  await expect(write()).rejects.toThrow(`${path} was deleted or replaced`)
})
