import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Workflow } from '#src/domain/workflow.js'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import type { Store } from '#src/store/store.js'
import { freshWorkflow } from '../fresh-workflow.js'

let folder: string
let store: Store
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepgate-versions-'))
  store = await openSqliteStore({ path: join(folder, 'gate.db'), pid: process.pid })
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const scope = { org: 'o', tenant: 't' }
const create = (id: string) =>
  store.transact((tx) => tx.createWorkflow(freshWorkflow({ ...scope, id }), '{}'))

describe('a change is written only over the version it was made from', () => {
  it('or not at all, and neither is what else its verb wrote; verbs of the same group are not harmed', async () => {
    const [one, two] = await Promise.all([create('one'), create('two')])
    const change = (workflow: Workflow, version: number) =>
      store.transact((tx) => {
        const events = [{ workflowKey: workflow.key, type: 'step_gated' as const, at: 2, body: '{}' }]
        tx.apply({ workflow: { ...workflow, version, tokensIn: 5 }, events })
        return tx.nextSeq()
      })
    const [stale, good] = await Promise.allSettled([change(one, 7), change(two, 2)])
    expect(stale).toMatchObject({ status: 'rejected', reason: { message: '1 of 1 rows changed meanwhile' } })
    expect(good).toMatchObject({ status: 'fulfilled', value: 4 })
    const read = (id: string) => store.transact((tx) => tx.workflow(scope, id))
    expect(await read('one')).toMatchObject({ version: 1, tokensIn: 0 })
    expect(await read('two')).toMatchObject({ version: 2, tokensIn: 5 })
  })

  it('and several verbs of one group may change one workflow, each seeing what the others did', async () => {
    const workflow = await create('one')
    const add = () =>
      store.transact((tx) => {
        const before = tx.workflow(scope, workflow.id) as Workflow
        tx.apply({
          workflow: { ...before, version: before.version + 1, tokensIn: before.tokensIn + 1 },
          events: [],
        })
        return tx.workflows(scope, { limit: 5, offset: 0 }).rows[0]?.tokensIn
      })
    expect(await Promise.all([add(), add(), add()])).toEqual([1, 2, 3])
  })
})

describe('a store', () => {
  it('may be closed twice', async () => {
    await store.close()
    await store.close()
    store = await openSqliteStore({ path: join(folder, 'gate.db'), pid: process.pid })
  })
})
