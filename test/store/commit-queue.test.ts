import { describe, expect, it } from 'vitest'
import { CommitQueue, type Committing, worthAGroup } from '#src/store/commit-queue.js'
import { StoreUnavailable } from '#src/store/store.js'

/** A database that writes down what it is told, and syncs when the test says so. */
class Recorder implements Committing {
  readonly calls: string[] = []
  wrote = true
  commitError: unknown
  private syncs: { resolve: () => void; reject: (error: unknown) => void }[] = []

  begin(): void {
    this.calls.push('begin')
  }
  commit(): boolean {
    if (this.commitError !== undefined) throw this.commitError
    this.calls.push('commit')
    return this.wrote
  }
  rollback(error: unknown): unknown {
    this.calls.push('rollback')
    return error
  }
  sync(): Promise<void> {
    this.calls.push('sync')
    return new Promise((resolve, reject) => this.syncs.push({ resolve, reject }))
  }
  finishSync(error?: unknown): void {
    const sync = this.syncs.shift()
    if (error === undefined) sync?.resolve()
    else sync?.reject(error)
  }
}

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 5))

describe('the commit queue', () => {
  it('runs verbs that arrive together in one transaction with one sync, and answers none before that', async () => {
    const database = new Recorder()
    const queue = new CommitQueue(database)
    const answered: number[] = []
    const verbs = [1, 2, 3].map((n) => queue.run(() => n).then((value) => answered.push(value)))
    await turn()
    expect(database.calls).toEqual(['begin', 'commit', 'sync'])
    expect(answered).toEqual([])
    database.finishSync()
    await Promise.all(verbs)
    expect(answered).toEqual([1, 2, 3])
  })

  it('runs later verbs while an earlier sync is under way, and answers them only after a sync of their own', async () => {
    const database = new Recorder()
    const queue = new CommitQueue(database)
    const first = queue.run(() => 'first')
    await turn()
    let answered = 0
    const second = Array.from({ length: worthAGroup }, () =>
      queue
        .run(() => 'second')
        .then(() => {
          answered += 1
        }),
    )
    await turn()
    expect(database.calls).toEqual(['begin', 'commit', 'sync', 'begin', 'commit'])
    database.finishSync()
    expect(await first).toBe('first')
    await turn()
    expect(answered).toBe(0)
    database.finishSync()
    await Promise.all(second)
    expect(answered).toBe(worthAGroup)
  })

  it('starts no small group while a sync is under way, and starts it right after', async () => {
    const database = new Recorder()
    const queue = new CommitQueue(database)
    const first = queue.run(() => 'first')
    await turn()
    const second = queue.run(() => 'second')
    await turn()
    expect(database.calls).toEqual(['begin', 'commit', 'sync'])
    database.finishSync()
    await first
    await turn()
    expect(database.calls).toEqual(['begin', 'commit', 'sync', 'begin', 'commit', 'sync'])
    database.finishSync()
    expect(await second).toBe('second')
  })

  it('answers verbs that only looked without a sync, unless what they saw is still being synced', async () => {
    const database = new Recorder()
    const queue = new CommitQueue(database)
    database.wrote = false
    expect(await queue.run(() => 'seen')).toBe('seen')
    expect(database.calls).not.toContain('sync')
    database.wrote = true
    void queue.run(() => 'written')
    await turn()
    database.wrote = false
    let seen = false
    const reader = queue
      .run(() => 'seen')
      .then(() => {
        seen = true
      })
    await turn()
    expect(seen).toBe(false)
    database.finishSync()
    await turn()
    database.finishSync()
    await reader
  })

  it('fails only the verb that broke its promise: the others of its group run again on their own', async () => {
    const database = new Recorder()
    const queue = new CommitQueue(database)
    const good = queue.run(() => 'good')
    const bad = queue.run(() => {
      throw new TypeError('broken')
    })
    const alsoGood = queue.run(() => 'also good')
    await expect(Promise.race([bad, turn().then(() => turn())])).rejects.toThrow('broken')
    await turn()
    database.finishSync()
    await turn()
    database.finishSync()
    expect(await Promise.all([good, alsoGood])).toEqual(['good', 'also good'])
  })

  it('fails the whole group when the store refuses to write, and the next one may succeed', async () => {
    const database = new Recorder()
    const queue = new CommitQueue(database)
    database.commitError = new StoreUnavailable('full')
    const group = await Promise.allSettled([queue.run(() => 1), queue.run(() => 2)])
    expect(group.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(database.calls.filter((call) => call === 'begin')).toHaveLength(1)
    database.commitError = undefined
    const next = queue.run(() => 3)
    await turn()
    database.finishSync()
    expect(await next).toBe(3)
  })

  it('tells the callers when the sync fails: what it cannot promise it does not say', async () => {
    const database = new Recorder()
    const queue = new CommitQueue(database)
    const verb = queue.run(() => 1)
    await turn()
    database.finishSync(new Error('EIO'))
    await expect(verb).rejects.toThrow(StoreUnavailable)
  })

  it('starts no group while it is held, and then runs all that waited', async () => {
    const database = new Recorder()
    const queue = new CommitQueue(database)
    let release: () => void = () => undefined
    const holding = queue.hold(() => new Promise<void>((resolve) => (release = resolve)))
    const verb = queue.run(() => 'waited')
    await turn()
    expect(database.calls).toEqual([])
    release()
    await holding
    await turn()
    database.finishSync()
    expect(await verb).toBe('waited')
  })
})
