/** One process a database: the second one is told so, plainly. @module */
import { type Connection, isBusy, openConnection } from './database.js'
import { DatabaseInUse } from './store.js'

/**
 * Take the lock that goes with a database file. It is a write lock on a small database beside it, held by the kernel:
 * it vanishes with the process, however that ends, and readers of the main file (a backup, `sqlite3`) are not kept out.
 * @returns the connection that holds it; closing it lets go
 * @throws {DatabaseInUse} naming the process that has it, when that one has said so
 */
export function lockDatabase(path: string, pid: number): Connection {
  const lock = openConnection(`${path}.lock`)
  try {
    lock.exec('PRAGMA journal_mode = DELETE')
    lock.exec('CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL)')
    lock.exec('BEGIN IMMEDIATE')
    lock.exec(`DELETE FROM holder; INSERT INTO holder VALUES (${pid}); COMMIT; BEGIN IMMEDIATE`)
    return lock
  } catch (error) {
    if (!isBusy(error)) {
      lock.close()
      throw error
    }
    const holder = readHolder(lock)
    lock.close()
    throw new DatabaseInUse(
      `The database ${path} is in use by another process${holder === undefined ? '' : ` (pid ${holder})`}. ` +
        'One Stepgate serves one database: stop the other one, or set STEPGATE_DATABASE to another file.',
    )
  }
}

function readHolder(lock: Connection): number | undefined {
  try {
    return lock.prepare('SELECT pid FROM holder').get([])?.[0] as number | undefined
  } catch {
    return undefined
  }
}
