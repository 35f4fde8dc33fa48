import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import { DatabaseInUse, type Store } from '#src/store/store.js'
import { freshWorkflow } from '../fresh-workflow.js'

let folder: string
let opened: Store[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stepgate-file-'))
  mkdirSync(join(folder, 'disk'))
  opened = []
})
afterEach(async () => {
  for (const store of opened) await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const at = (name: string) => join(folder, name)

async function open(path: string): Promise<Store> {
  const store = await openSqliteStore({ path, pid: process.pid })
  opened.push(store)
  return store
}

const workflow = freshWorkflow({ org: 'o', tenant: 't', id: 'w' })
const write = (store: Store) => store.transact((tx) => tx.createWorkflow(workflow, '{}'))

describe('a database behind a symbolic link', () => {
  it.each(['file that is there', 'file that is not there yet'])('takes writes: a %s', async (which) => {
    if (which === 'file that is there') await (await open(at('disk/gate.db'))).close()
    symlinkSync('disk/gate.db', at('link.db'))
    const store = await open(at('link.db'))
    await write(store)
    expect(store.health()).toEqual({ writable: true })
    expect(existsSync(at('disk/gate.db-wal'))).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['disk', 'link.db'])
  })

  it('takes writes through a folder that is a link, and through a link to a link', async () => {
    symlinkSync('disk', at('volume'))
    symlinkSync('volume/../disk/gate.db', at('one.db'))
    symlinkSync(at('one.db'), at('two.db'))
    const store = await open(at('two.db'))
    await write(store)
    expect(existsSync(at('disk/gate.db-wal'))).toBe(true)
  })

  it.each(['link.db', 'volume/gate.db'])('is one database under all its names: %s', async (other) => {
    symlinkSync('disk/gate.db', at('link.db'))
    symlinkSync('disk', at('volume'))
    await open(at('disk/gate.db'))
    const second = open(at(other))
    await expect(second).rejects.toThrow(DatabaseInUse)
    await expect(second).rejects.toThrow(`pid ${process.pid}`)
  })

  it('is not opened where the link leads in a circle, or into a folder that is not there', async () => {
    symlinkSync('b.db', at('a.db'))
    symlinkSync('a.db', at('b.db'))
    await expect(open(at('a.db'))).rejects.toThrow('ELOOP')
    symlinkSync('unmounted/gate.db', at('link.db'))
    await expect(open(at('link.db'))).rejects.toThrow('ENOENT')
    expect(existsSync(at('unmounted'))).toBe(false)
  })
})

describe('a database file with a second name', () => {
  it('is refused under either, and leaves nothing behind', async () => {
    await (await open(at('disk/gate.db'))).close()
    linkSync(at('disk/gate.db'), at('other.db'))
    for (const name of ['disk/gate.db', 'other.db'])
      await expect(open(at(name))).rejects.toThrow(/has several names \(hard links\).*lock cannot tell/)
    expect(readdirSync(folder).sort()).toEqual(['disk', 'other.db'])
  })

  it('is opened again once the other name is gone', async () => {
    await (await open(at('disk/gate.db'))).close()
    linkSync(at('disk/gate.db'), at('other.db'))
    rmSync(at('other.db'))
    await write(await open(at('disk/gate.db')))
  })
})
