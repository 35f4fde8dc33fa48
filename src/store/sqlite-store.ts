/** The store in one libSQL file. @module */
import { close, fdatasync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { PastEvent } from '../domain/event.js'
import { CommitQueue } from './commit-queue.js'
import { type Connection, isBusy, isDatabaseError, type LogFolder, openLogFolder } from './database.js'
import { databaseFile } from './database-file.js'
import { lockDatabase } from './database-lock.js'
import { KnownWorkflows } from './known-workflows.js'
import { LogKeeper } from './log-keeper.js'
import { openMainConnection, syncFolder } from './main-connection.js'
import { migrate } from './migrate.js'
import { prepareStatements } from './statements.js'
import { type Store, type StoreHealth, StoreUnavailable, type Transaction } from './store.js'
import { Writes } from './writes.js'

export interface SqliteStoreOptions {
  /** Path of the database file, or of a symbolic link to it; its folder is made when missing. */
  readonly path: string
  readonly pid: number
  /** Told of every failure. */
  readonly onFault?: (error: unknown) => void
  /** Told when a group of verbs was undone: what was remembered from running them is not true. */
  readonly onUndone?: () => void
}

/**
 * Open the store: take its lock, bring the schema forward, be ready.
 * @throws {DatabaseInUse} when another process has it; Error when the file is from a newer version, has several names or
 * cannot be opened
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  mkdirSync(dirname(options.path), { recursive: true })
  const path = databaseFile(options.path)
  const lock = lockDatabase(path, options.pid)
  try {
    const connection = openMainConnection(path, startPatienceMs)
    migrate(connection, path)
    syncFolder(dirname(path))
    const store = new SqliteStore({ ...options, path }, lock, connection, await openLogFolder(path))
    // From now on the commit queue waits, and the event loop does not.
    connection.exec('PRAGMA busy_timeout = 0')
    return store
  } catch (error) {
    lock.close()
    throw error
  }
}

class SqliteStore implements Store {
  private readonly queue: CommitQueue
  private readonly log: LogKeeper
  private known = new KnownWorkflows()
  private tx: Writes
  private logFile: number | undefined
  private fault: string | undefined
  private mustReopen = false
  private mustFold = false
  private probing: NodeJS.Timeout | undefined
  private catchingUp: NodeJS.Timeout | undefined
  private verbs = 0
  private closing: Promise<void> | undefined
  private readonly watchers = new Set<(events: readonly PastEvent[]) => void>()
  /** Committed, and not yet durable. */
  private untold: PastEvent[] = []

  constructor(
    private readonly options: SqliteStoreOptions,
    private readonly lock: Connection,
    private connection: Connection,
    private readonly folder: LogFolder,
  ) {
    this.tx = this.prepared()
    this.queue = new CommitQueue({
      begin: () => this.begin(),
      stayedLocked: () => this.stayedLocked(),
      commit: () => this.commit(),
      rollback: (error) => this.rollback(error),
      sync: () => this.sync(),
    })
    this.log = new LogKeeper({
      folder,
      hold: (work) => this.queue.hold(work),
      onFault: (error) => this.options.onFault?.(error),
    })
  }

  asked(): number {
    return this.verbs
  }

  transact<T, A = T>(verb: (tx: Transaction) => T, reply?: (result: T) => A): Promise<A> {
    this.verbs++
    return this.queue.run(() => verb(this.tx), reply)
  }

  watch(listener: (events: readonly PastEvent[]) => void): () => void {
    this.watchers.add(listener)
    this.tx.keepAppended()
    return () => void this.watchers.delete(listener)
  }

  health(): StoreHealth {
    return this.fault === undefined ? { writable: true } : { writable: false, fault: this.fault }
  }

  close(): Promise<void> {
    this.closing ??= this.letGo()
    return this.closing
  }

  private async letGo(): Promise<void> {
    clearTimeout(this.probing)
    clearTimeout(this.catchingUp)
    // What cannot be written now is added up by the next process.
    await this.queue.run(() => this.tx.settleAll()).catch(() => undefined)
    await this.queue.drained()
    await this.log.settled()
    await this.folder.close()
    if (this.logFile !== undefined) close(this.logFile)
    this.connection.close()
    this.lock.close()
  }

  private prepared(): Writes {
    const writes = new Writes(this.connection, prepareStatements(this.connection), this.known)
    writes.recover()
    if (this.watchers.size > 0) writes.keepAppended()
    return writes
  }

  private begin(): boolean {
    try {
      if (this.mustReopen) this.reopen()
      if (this.mustFold && !this.fold()) return false
      this.tx.begin()
      return true
    } catch (error) {
      // Its statement may be asked again, and nothing else before that has succeeded: see `rollback`.
      if (isBusy(error)) return false
      throw error
    }
  }

  private reopen(): void {
    this.connection.close()
    this.connection = openMainConnection(this.options.path, 0)
    this.known = new KnownWorkflows()
    this.tx = this.prepared()
    this.mustReopen = false
  }

  /** A sync failed: the log's pages may not be on disk. Folding writes them to the database file and syncs that. */
  private fold(): boolean {
    const [busy] = this.connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get([]) ?? []
    this.mustFold = busy !== 0
    return !this.mustFold
  }

  private stayedLocked(): unknown {
    const told = new StoreUnavailable('another program keeps the database locked')
    this.failed(told)
    return told
  }

  private commit(): boolean {
    const written = this.tx.finish()
    this.tx.commit()
    if (written === 0) return false
    this.untold.push(...this.tx.takeAppended())
    this.log.wrote(written)
    this.fault = undefined
    if (this.tx.hasDeferred) this.catchingUp ??= setTimeout(() => this.catchUp(), catchUpAfterMs).unref()
    return true
  }

  /** Nobody waits for it: what is written now can be told from the steps. */
  private catchUp(): void {
    this.catchingUp = undefined
    this.queue.run(() => this.tx.settleAll()).catch(() => undefined)
  }

  private rollback(error: unknown): unknown {
    // A failed statement can leave a libSQL connection unable to commit ever again: a fresh one cures that. The old one must
    // not keep its transaction meanwhile: closing it does not end that one at once.
    this.mustReopen = true
    try {
      this.connection.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full.
    }
    this.options.onUndone?.()
    if (!isDatabaseError(error)) return error
    this.failed(error)
    return new StoreUnavailable('The database refused to write', {
      cause: error,
    })
  }

  private sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      try {
        this.logFile ??= openSync(`${this.options.path}-wal`, 'r+')
      } catch (error) {
        this.failed(error)
        reject(error)
        return
      }
      const events = this.untold
      this.untold = []
      fdatasync(this.logFile, (error) => {
        if (!error) {
          resolve()
          if (events.length > 0) for (const tell of this.watchers) tell(events)
          return
        }
        this.untold = [...events, ...this.untold]
        this.mustFold = true
        this.failed(error)
        reject(error)
      })
    })
  }

  private failed(error: unknown): void {
    this.fault = error instanceof Error ? error.message : String(error)
    this.options.onFault?.(error)
    this.probing ??= setTimeout(() => this.probe(), probeAfterMs).unref()
  }

  /** Traffic that follows readiness would never write again: try by ourselves whether the disk has come back. */
  private probe(): void {
    this.probing = undefined
    if (this.fault === undefined) return
    this.queue.run(() => this.tx.touch()).catch(() => undefined)
  }
}

/** How long the start waits for another program that has the database locked. */
const startPatienceMs = 2000

/** How long after a failure the store tries to write by itself. */
const probeAfterMs = 1000

/** How long totals of workflows and the index of steps may wait for more gates. */
const catchUpAfterMs = 1000
