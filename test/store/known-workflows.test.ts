import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import type { Store } from '#src/store/store.js'
import { freshWorkflow } from '../fresh-workflow.js'
import { firstGate } from './first-gate.js'

const scope = { org: 'o', tenant: 't' }
const mebibyte = 1024 * 1024

let folder: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stepgate-known-'))
  store = await openSqliteStore({ path: join(folder, 'gate.db'), pid: process.pid })
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const create = (id: string) => {
  const metadata = { notes: id.padEnd(4 * mebibyte, '.') }
  return store.transact((tx) => tx.createWorkflow(freshWorkflow({ id, metadata }), '{}'))
}
const ids = Array.from({ length: 20 }, (_, i) => `wf-${i}`)

describe('workflows with megabytes of metadata', () => {
  it('are not all kept in memory', async () => {
    const kept: WeakRef<object>[] = []
    for (const id of ids) kept.push(new WeakRef((await create(id)).metadata))
    collectGarbage()
    await new Promise(setImmediate)
    collectGarbage()
    const alive = kept.filter((metadata) => metadata.deref() !== undefined)
    expect(alive.length).toBeGreaterThan(0)
    expect(alive.length).toBeLessThan(ids.length / 2)
  })

  it('have every gate counted, also where many take turns', async () => {
    for (const id of ids) await create(id)
    const gated = async (stepId: string) => {
      const gates = ids.map((id) =>
        store.transact((tx) => {
          const workflow = tx.workflow(scope, id)
          if (!workflow) throw new Error(`${id} is missing`)
          tx.apply(firstGate(workflow, tx.nextSeq(), stepId))
        }),
      )
      await Promise.all(gates)
    }
    await gated('first')
    await gated('second')
    const counts = await store.transact((tx) => ids.map((id) => tx.workflow(scope, id)?.stepCount))
    expect(counts).toEqual(ids.map(() => 2))
  })
})

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}
