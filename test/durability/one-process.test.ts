import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import { DatabaseInUse } from '#src/store/store.js'
import { moduleCache } from '../http/live.js'
import { startSidecar } from './sidecar-process.js'

describe('a database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stepgate-one-'))
  const path = join(folder, 'stepgate.db')
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is served by one process: the next one is told who has it, until that one is gone', async () => {
    const sidecar = await startSidecar({
      STEPGATE_DATABASE: `file:${path}`,
      STEPGATE_POLICIES: new URL('../http/policies', import.meta.url).pathname,
      STEPGATE_POLICY_CACHE: moduleCache,
    })
    const second = openSqliteStore({ path, pid: process.pid })
    await expect(second).rejects.toThrow(DatabaseInUse)
    await expect(second).rejects.toThrow(`in use by another process (pid ${sidecar.pid})`)
    await sidecar.kill()
    const third = await openSqliteStore({ path, pid: process.pid })
    expect(third.health()).toEqual({ writable: true })
    await third.close()
  })
})
