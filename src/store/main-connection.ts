/** How the store's own connection is set up. @module */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { type Connection, openConnection } from './database.js'

/**
 * The connection that all verbs go through.
 * @param patienceMs how long each call waits, and the thread with it, while another program has the database locked
 */
export function openMainConnection(path: string, patienceMs: number): Connection {
  const connection = openConnection(path)
  connection.exec(`PRAGMA busy_timeout = ${patienceMs}`)
  // Of a new file. Records of more than a kilobyte leave less of such a page empty, and a write of it costs little more.
  connection.exec('PRAGMA page_size = 8192')
  connection.exec('PRAGMA journal_mode = WAL')
  // Commits do not sync: the commit queue syncs the log itself, off the event loop, before anyone is answered.
  connection.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0')
  // A reader can keep the log from being folded, and then it grows. Once the reader has gone, the disk gets that room back.
  connection.exec('PRAGMA journal_size_limit = 33554432')
  connection.exec('PRAGMA cache_size = -4096; PRAGMA temp_store = MEMORY')
  return connection
}

/** @returns whether the whole log was folded into the file and is empty now: nobody else was in the way */
export function foldWholly(connection: Connection): boolean {
  const [busy] = connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get([]) ?? []
  return busy === 0
}

/** The log's directory entry has to be on disk before the first reply that relies on it. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
