/** The store in one libSQL file. @module */
import { dirname } from 'node:path'
import type { PastEvent } from '../domain/event.js'
import { CommitQueue } from './commit-queue.js'
import { type Connection, isBusy, isDatabaseError, type LogFolder, openLogFolder } from './database.js'
import { databaseFile } from './database-file.js'
import { rememberFiles } from './database-files.js'
import { lockDatabase } from './database-lock.js'
import { Faults } from './faults.js'
import { KnownWorkflows } from './known-workflows.js'
import { LogFile } from './log-file.js'
import { LogKeeper } from './log-keeper.js'
import { foldWholly, openMainConnection, syncFolder } from './main-connection.js'
import { makeFolder } from './make-folder.js'
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
  makeFolder(dirname(options.path))
  const path = databaseFile(options.path)
  const lock = lockDatabase(path, options.pid)
  let connection: Connection | undefined
  try {
    connection = openMainConnection(path, startPatienceMs)
    migrate(connection, path)
    syncFolder(dirname(path))
    const store = new SqliteStore({ ...options, path }, lock, connection, await openLogFolder(path))
    // From now on the commit queue waits, and the event loop does not.
    connection.exec('PRAGMA busy_timeout = 0')
    return store
  } catch (error) {
    connection?.close()
    lock.close()
    throw error
  }
}

class SqliteStore implements Store {
  private readonly queue: CommitQueue
  private readonly log: LogKeeper
  private known = new KnownWorkflows()
  private tx: Writes
  private readonly logFile: LogFile
  private readonly faults: Faults
  private readonly lostFile: () => StoreUnavailable | undefined
  private readonly looking: NodeJS.Timeout
  private mustReopen = false
  private mustFold = false
  private catchingUp: NodeJS.Timeout | undefined
  /** Said of every group while a file of the database is not in its place. */
  private lost: StoreUnavailable | undefined
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
    this.faults = new Faults(
      (error) => this.options.onFault?.(error),
      () => void this.queue.run(() => this.tx.touch()).catch(() => undefined),
    )
    this.logFile = new LogFile(`${options.path}-wal`)
    this.lostFile = rememberFiles(options.path)
    this.looking = setInterval(() => this.look(), lookEveryMs).unref()
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
    if (this.closing) return Promise.reject(new StoreUnavailable('The store was closed'))
    return this.queue.run(() => verb(this.tx), reply)
  }

  watch(listener: (events: readonly PastEvent[]) => void): () => void {
    this.watchers.add(listener)
    this.tx.keepAppended()
    return () => void this.watchers.delete(listener)
  }

  health(): StoreHealth {
    return this.faults.health()
  }

  close(): Promise<void> {
    this.closing ??= this.letGo()
    return this.closing
  }

  private async letGo(): Promise<void> {
    // Before anything is waited for: what they ask for would wait for a locked database, and be asked for again.
    clearInterval(this.looking)
    clearTimeout(this.catchingUp)
    this.faults.end()
    // What cannot be written now is added up by the next process.
    await this.queue.run(() => this.tx.settleAll()).catch(() => undefined)
    await this.queue.drained()
    // Not left to the connection's end: that comes when the last of its statements was collected.
    if (!this.lost) await this.log.foldAll(() => foldWholly(this.connection))
    await this.folder.close()
    this.logFile.close()
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
    // A new connection would make the file anew.
    if (this.mustReopen) this.look()
    if (this.lost !== undefined) throw this.faults.failed(this.lost)
    try {
      if (this.mustReopen) this.reopen()
      // A sync failed: the log's pages may not be on disk. Folding writes them to the database file and syncs that.
      if (this.mustFold && !foldWholly(this.connection)) return false
      this.mustFold = false
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

  private stayedLocked(): unknown {
    return this.faults.failed(new StoreUnavailable('another program keeps the database locked'))
  }

  /** What is written to a deleted file ends with the process; what is put back is used again. */
  private look(): void {
    this.lost = this.lostFile()
    if (this.lost) this.faults.failed(this.lost)
  }

  private commit(): boolean {
    const written = this.tx.finish()
    this.tx.commit()
    if (written === 0) return false
    this.untold.push(...this.tx.takeAppended())
    this.log.wrote(written)
    this.faults.over()
    if (this.tx.hasDeferred && !this.closing)
      this.catchingUp ??= setTimeout(() => this.catchUp(), catchUpAfterMs).unref()
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
    this.faults.failed(error)
    return new StoreUnavailable('The database refused to write', {
      cause: error,
    })
  }

  private sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      const events = this.untold
      this.untold = []
      this.logFile.sync((error) => {
        if (!error) {
          resolve()
          if (events.length > 0) for (const tell of this.watchers) tell(events)
          return
        }
        this.untold = [...events, ...this.untold]
        this.mustFold = true
        reject(this.faults.failed(error))
      })
    })
  }
}

/** How long the start waits for another program that has the database locked. */
const startPatienceMs = 2000

/** How often it is looked whether the files are in their place. */
const lookEveryMs = 1000

/** How long totals of workflows and the index of steps may wait for more gates. */
const catchUpAfterMs = 1000
