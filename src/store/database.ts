/** The only importer of libSQL: connections, prepared statements, and the second connection that folds the log. @module */
import Database from 'libsql'
import AsyncDatabase from 'libsql/promise'

export type SqlValue = string | number | null | Uint8Array

/** Parameters go in as one array: the binding is a third faster that way. */
export interface Statement {
  /**
   * The first row as an array, or undefined. Statements that write are run this way too: the binding's own way makes an
   * object of figures for each, which costs as much as the statement.
   */
  get(parameters: readonly SqlValue[]): SqlValue[] | undefined
  all(parameters: readonly SqlValue[]): SqlValue[][]
}

/** One connection. Calls block the thread. */
export interface Connection {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

/** @throws what libSQL throws: an Error with `code` such as `SQLITE_BUSY` */
export function openConnection(path: string): Connection {
  const database = new Database(path)
  return {
    exec: (sql) => void database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql)
      if (/^\s*(select|pragma|with)/i.test(sql)) statement.raw(true)
      return statement as unknown as Statement
    },
    close: () => void database.close(),
  }
}

/** Whether it is the database that failed, and not the one who asked it. */
export function isDatabaseError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_')
}

/** Whether somebody else has the database locked. */
export function isBusy(error: unknown): boolean {
  return isDatabaseError(error) && String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')
}

/** Folds the write-ahead log into the database file on libSQL's own threads: the event loop does not wait. */
export interface LogFolder {
  /** @returns frames in the log, and how many of them are folded; equal means that the next write starts the log anew */
  fold(): Promise<{ frames: number; folded: number }>
  close(): Promise<void>
}

export async function openLogFolder(path: string): Promise<LogFolder> {
  const database = new AsyncDatabase(path, {})
  await database.exec('PRAGMA wal_autocheckpoint = 0')
  return {
    fold: async () => {
      const statement = await database.prepare('PRAGMA wal_checkpoint(PASSIVE)')
      const [row] = (await statement.all()) as {
        log: number
        checkpointed: number
      }[]
      return { frames: row?.log ?? 0, folded: row?.checkpointed ?? 0 }
    },
    close: async () => void (await database.close()),
  }
}
