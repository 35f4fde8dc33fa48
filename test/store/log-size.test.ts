import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openConnection } from '#src/store/database.js'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import type { Store } from '#src/store/store.js'
import { freshWorkflow } from '../fresh-workflow.js'

const megabyte = 1024 * 1024

let folder: string
let path: string
let store: Store
let written: number
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stepgate-log-'))
  path = join(folder, 'gate.db')
  written = 0
  store = await openSqliteStore({ path, pid: process.pid })
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const write = (body = '{}') =>
  store.transact((tx) => tx.createWorkflow(freshWorkflow({ id: `w${++written}` }), body))
const logSize = () => statSync(`${path}-wal`).size / megabyte

describe('the log beside a database', () => {
  it('stays short when callers come one by one, though each writes whole pages for a few words', async () => {
    for (let i = 0; i < 2500; i++) await write()
    expect(logSize()).toBeLessThan(40)
  })

  it('gives its room back after a reader that kept it from being folded', async () => {
    const reader = openConnection(path)
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM workflows').get([])
    for (let i = 0; i < 60; i++) await write(JSON.stringify('x'.repeat(megabyte)))
    expect(logSize()).toBeGreaterThan(60)
    reader.exec('COMMIT')
    reader.close()
    for (let i = 0; i < 500 && logSize() > 40; i++) await write(JSON.stringify('x'.repeat(megabyte / 10)))
    expect(logSize()).toBeLessThan(40)
  })
})
