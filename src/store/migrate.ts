/** Brings a database's schema forward. @module */
import type { Connection } from './database.js'
import { migrations } from './migrations.js'

/** @throws Error when the file is from a newer version */
export function migrate(connection: Connection, path: string): void {
  const version = Number(connection.prepare('PRAGMA user_version').get([])?.[0] ?? 0)
  if (version > migrations.length)
    throw new Error(
      `The database ${path} was written by a newer Stepgate (schema ${version}, this one knows ${migrations.length}). Run that version.`,
    )
  for (let next = version; next < migrations.length; next++) {
    connection.exec(`BEGIN IMMEDIATE; ${migrations[next]}; PRAGMA user_version = ${next + 1}; COMMIT`)
  }
  connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
}
