/**
 * Group commit. Verbs that arrive together share one transaction and one `fdatasync`, and each is answered only after
 * that. The transaction itself commits without syncing (`synchronous = NORMAL`); the sync runs in the thread pool, so the
 * event loop never waits for the disk, and verbs that arrive meanwhile already run, once there are enough for a group.
 *
 * Groups are dear to begin and cheap to enlarge: a transaction writes whole pages, a sync costs what it costs, and whatever
 * the process does next finds the processor's caches full of something else. So a group waits for callers who are
 * likely to come, and replies are made while the disk is busy.
 * @module
 */
import { StoreUnavailable } from './store.js'

/** What the queue drives. */
export interface Committing {
  /** Open a transaction. @returns false where another program has the database locked: nothing was begun */
  begin(): boolean
  /** Told when callers waited long enough for that one. @returns what to tell them */
  stayedLocked(): unknown
  /** Close it. @returns whether anything was written */
  commit(): boolean
  /**
   * Undo everything since begin, and forget what was remembered of it.
   * @returns what to tell the callers: `StoreUnavailable` where the disk refused, else the error itself
   */
  rollback(error: unknown): unknown
  /** Make all that was committed so far durable. */
  sync(): Promise<void>
}

interface Waiting {
  readonly verb: () => unknown
  readonly reply: ((result: never) => unknown) | undefined
  readonly answer: (value: unknown) => void
  readonly fail: (error: unknown) => void
  result: unknown
  /** How often the database was found locked meanwhile. */
  lockedOut: number
  /** What `reply` threw. */
  defect?: { readonly error: unknown }
}

/** While a sync is under way, fewer verbs than this wait for its end. They could not be answered before it anyway. */
export const worthAGroup = 8

/** With so many verbs a group waits for no more. */
const fullGroup = 64

/** How long until a database that was locked is asked for again, in ms: not at once, for others want the event loop too. */
const lockedForMs = 20

/** How often a verb lets itself be locked out: for some two seconds, as long as a short job of another program takes. */
const patience = 100

/** Runs verbs in groups. One per database. */
export class CommitQueue {
  private waiting: Waiting[] = []
  private committed: Waiting[] = []
  private scheduled = false
  private syncing = false
  private held = false
  private locked = false
  private latest = 1
  /** The size of the larger one of the last two groups. */
  private usual = 1
  private idle: (() => void)[] = []

  constructor(private readonly target: Committing) {}

  /**
   * Run a verb in the next group.
   * @param reply makes what the caller is given of the verb's result, once, while the group is synced
   */
  run<T, A = T>(verb: () => T, reply?: (result: T) => A): Promise<A> {
    return new Promise<A>((resolve, reject) => {
      this.waiting.push({
        verb,
        reply,
        answer: resolve as (value: unknown) => void,
        fail: reject,
        result: undefined,
        lockedOut: 0,
      })
      this.schedule()
    })
  }

  /** Start no group until the work is done; what is committed already is still synced and answered. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.held = true
    try {
      return await work()
    } finally {
      this.held = false
      if (this.waiting.length > 0) this.schedule()
    }
  }

  /** When nothing waits and nothing is being synced. */
  drained(): Promise<void> {
    if (!this.scheduled && !this.syncing && this.waiting.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.idle.push(resolve))
  }

  private schedule(): void {
    if (this.scheduled || this.held || this.locked || this.tooFew()) return
    this.scheduled = true
    this.gather(0)
  }

  /**
   * After the poll phase every request whose bytes have arrived in this turn of the loop is waiting. Callers who were
   * answered together ask again together, some of them a moment later: as long as each turn brings somebody, a group that
   * is smaller than usual waits for the next. Who is alone never waits.
   */
  private gather(before: number): void {
    setImmediate(() => {
      const count = this.waiting.length
      if (count > before && count < this.usual && !this.held) return this.gather(count)
      this.scheduled = false
      if (!this.held && !this.tooFew()) this.runGroup()
    })
  }

  private tooFew(): boolean {
    return this.syncing && this.waiting.length < worthAGroup
  }

  private runGroup(): void {
    const group = this.waiting
    if (group.length === 0) return
    this.waiting = []
    this.usual = Math.min(Math.max(group.length, this.latest), fullGroup)
    this.latest = group.length
    if (this.attempt(group)) return
    for (const one of group) {
      // Behind one that was locked out the others wait as well: they were asked for later.
      if (this.locked) this.waiting.push(one)
      else this.attempt([one])
    }
  }

  /** @returns false when a group of several has to be taken apart */
  private attempt(group: Waiting[]): boolean {
    let wrote: boolean
    try {
      if (!this.target.begin()) {
        this.waitForLock(group)
        return true
      }
      for (const one of group) one.result = one.verb()
      wrote = this.target.commit()
    } catch (error) {
      const told = this.target.rollback(error)
      // The disk refuses everyone alike; a verb that broke its promise must not take its group along.
      if (group.length > 1 && !(told instanceof StoreUnavailable)) return false
      for (const one of group) one.fail(told)
      this.settle()
      return true
    }
    // Readers wait too: what they saw may have been written by a group whose sync is under way.
    this.committed.push(...group)
    const durable = !wrote && !this.syncing
    if (!durable) this.sync()
    for (const one of group) makeReply(one)
    if (durable) this.answer(this.committed.splice(0))
    return true
  }

  /** Meanwhile the event loop turns. Who was locked out too often is told so. */
  private waitForLock(group: Waiting[]): void {
    const impatient = group.filter((one) => ++one.lockedOut >= patience)
    this.waiting.push(...group.filter((one) => one.lockedOut < patience))
    if (impatient.length > 0) {
      const told = this.target.stayedLocked()
      for (const one of impatient) one.fail(told)
    }
    if (!this.locked && this.waiting.length > 0) {
      this.locked = true
      setTimeout(() => {
        this.locked = false
        this.schedule()
      }, lockedForMs)
    }
    this.settle()
  }

  private sync(): void {
    if (this.syncing) return
    this.syncing = true
    const group = this.committed.splice(0)
    this.target.sync().then(
      () => this.synced(group, undefined),
      (error: unknown) => this.synced(group, error),
    )
  }

  private synced(group: Waiting[], error: unknown): void {
    this.syncing = false
    if (error === undefined) this.answer(group)
    else {
      // What was committed meanwhile stands behind it in the log. A sync of its own would succeed, for the kernel tells of a
      // failure once, and SQLite reads a log only up to the first frame that is broken.
      const behind = this.committed.splice(0)
      const told = new StoreUnavailable('The disk refused to sync', { cause: error })
      for (const one of [...group, ...behind]) one.fail(told)
    }
    if (this.committed.length > 0) this.sync()
    if (this.waiting.length > 0) this.schedule()
    this.settle()
  }

  private answer(group: Waiting[]): void {
    for (const one of group) {
      if (one.defect) one.fail(one.defect.error)
      else one.answer(one.result)
    }
    this.settle()
  }

  private settle(): void {
    if (this.idle.length === 0 || this.scheduled || this.syncing || this.waiting.length > 0) return
    for (const resolve of this.idle.splice(0)) resolve()
  }
}

function makeReply(one: Waiting): void {
  if (!one.reply) return
  try {
    one.result = one.reply(one.result as never)
  } catch (error) {
    one.defect = { error }
  }
}
