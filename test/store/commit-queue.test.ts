import { describe, expect, it } from 'vitest'
import { CommitQueue, type Committing, worthAGroup } from '#src/store/commit-queue.js'
import { StoreUnavailable } from '#src/store/store.js'

/** A database that writes down what it is told, and syncs when the test says so. */
class Recorder implements Committing {
  readonly calls: string[] = []
  wrote = true
  commitError: unknown
  private syncs: { resolve: () => void; reject: (error: unknown) => void }[] = []

  locked = false

  begin(): boolean {
    this.calls.push(this.locked ? 'locked' : 'begin')
    return !this.locked
  }
  stayedLocked(): unknown {
    return new StoreUnavailable('locked')
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
/** One turn of the event loop: what was scheduled for its end has run. */
const loopTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

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

  it('tells those too whose groups were committed behind one whose sync failed: the log is read up to there', async () => {
    const database = new Recorder()
    const queue = new CommitQueue(database)
    const first = queue.run(() => 'first')
    await turn()
    const behind = Array.from({ length: worthAGroup }, () => queue.run(() => 'behind'))
    await turn()
    expect(database.calls).toEqual(['begin', 'commit', 'sync', 'begin', 'commit'])
    const told = Promise.allSettled([first, ...behind])
    database.finishSync(new Error('EIO'))
    await turn()
    database.finishSync()
    expect((await told).map(({ status }) => status)).toEqual(Array(1 + worthAGroup).fill('rejected'))
    const after = queue.run(() => 'after')
    await turn()
    database.finishSync()
    expect(await after).toBe('after')
  })

  it('asks again for a database that is locked, with those who came meanwhile, and runs all in their order', async () => {
    const database = new Recorder()
    const queue = new CommitQueue(database)
    database.locked = true
    const ran: string[] = []
    const first = queue.run(() => ran.push('first'))
    await turn()
    const second = queue.run(() => ran.push('second'))
    await turn()
    // Who comes does not ask: the database would be asked as often as there are callers.
    expect(database.calls).toEqual(['locked'])
    database.locked = false
    while (!database.calls.includes('sync')) await turn()
    expect(database.calls).toEqual(['locked', 'begin', 'commit', 'sync'])
    expect(ran).toEqual(['first', 'second'])
    database.finishSync()
    await Promise.all([first, second])
  })

  it('keeps the order of a group that was taken apart when the database is locked in the middle of it', async () => {
    const database = new Recorder()
    const queue = new CommitQueue(database)
    const replied: string[] = []
    const good = (name: string) =>
      queue.run(
        () => name,
        () => replied.push(name),
      )
    // The group begins; the first of those that are then run on their own finds the database locked, once.
    let asked = 0
    database.begin = () => ++asked !== 2
    const first = good('first')
    const bad = queue.run(() => {
      throw new TypeError('broken')
    })
    const second = good('second')
    await expect(bad).rejects.toThrow('broken')
    let ended = false
    void Promise.all([first, second]).then(() => {
      ended = true
    })
    while (!ended) {
      database.finishSync()
      await turn()
    }
    expect(replied).toEqual(['first', 'second'])
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

  describe('after a group of three', () => {
    async function afterThree(): Promise<{ database: Recorder; queue: CommitQueue }> {
      const database = new Recorder()
      const queue = new CommitQueue(database)
      const group = [1, 2, 3].map((n) => queue.run(() => n))
      await turn()
      database.finishSync()
      await Promise.all(group)
      database.calls.length = 0
      return { database, queue }
    }

    it('waits for callers as long as each turn of the loop brings one', async () => {
      const { database, queue } = await afterThree()
      const ran: string[] = []
      for (const name of ['first', 'second', 'third']) {
        void queue.run(() => ran.push(name))
        expect(database.calls).toEqual([])
        await loopTurn()
      }
      await loopTurn()
      expect(ran).toEqual(['first', 'second', 'third'])
      expect(database.calls).toEqual(['begin', 'commit', 'sync'])
    })

    it('goes on with those who are there when a turn brings nobody', async () => {
      const { database, queue } = await afterThree()
      void queue.run(() => 'alone')
      await loopTurn()
      expect(database.calls).toEqual([])
      await loopTurn()
      expect(database.calls).toEqual(['begin', 'commit', 'sync'])
    })

    it('waits for nobody once two groups were of one', async () => {
      const { database, queue } = await afterThree()
      for (let i = 0; i < 2; i++) {
        const alone = queue.run(() => 'alone')
        await turn()
        database.finishSync()
        await alone
      }
      database.calls.length = 0
      void queue.run(() => 'alone')
      await loopTurn()
      expect(database.calls).toEqual(['begin', 'commit', 'sync'])
    })
  })

  describe('a reply', () => {
    it('is made of the result while the disk is busy, and given after the sync', async () => {
      const database = new Recorder()
      const queue = new CommitQueue(database)
      let given: string | undefined
      const verb = queue
        .run(
          () => 7,
          (result) => {
            database.calls.push('reply')
            return `it is ${result}`
          },
        )
        .then((reply) => {
          given = reply
        })
      await turn()
      expect(database.calls).toEqual(['begin', 'commit', 'sync', 'reply'])
      expect(given).toBeUndefined()
      database.finishSync()
      await verb
      expect(given).toBe('it is 7')
    })

    it('is made once, of the run that was committed', async () => {
      const database = new Recorder()
      const queue = new CommitQueue(database)
      let runs = 0
      const replies: number[] = []
      const good = queue.run(
        () => ++runs,
        (run) => replies.push(run),
      )
      const bad = queue.run(() => {
        throw new TypeError('broken')
      })
      await expect(bad).rejects.toThrow('broken')
      database.finishSync()
      await good
      expect(replies).toEqual([2])
    })

    it('that cannot be made fails its own caller, after the sync', async () => {
      const database = new Recorder()
      const queue = new CommitQueue(database)
      const broken = queue.run(
        () => 1,
        () => {
          throw new TypeError('no reply')
        },
      )
      const whole = queue.run(() => 2)
      let ended = false
      void broken.catch(() => {
        ended = true
      })
      await turn()
      expect(ended).toBe(false)
      database.finishSync()
      await expect(broken).rejects.toThrow('no reply')
      expect(await whole).toBe(2)
    })
  })
})
