/** Where a database setting points. @module */

/**
 * The path that a database setting names: `file:./data/stepgate.db`, `file:///data/stepgate.db` or a plain path.
 * @throws Error for any other kind of URL, and for a database in memory
 */
export function databasePath(database: string): string {
  if (isInMemory(database))
    throw new Error(
      `The database must be a file on disk, not ${database}: a record in memory ends with the process`,
    )
  if (database.startsWith('file://')) return decodeURIComponent(new URL(database).pathname)
  if (database.startsWith('file:')) return database.slice('file:'.length)
  if (/^[a-z][a-z+]+:/i.test(database))
    throw new Error(`The database must be a file, not ${database.split(':')[0]}:`)
  return database
}

/** Whether a setting asks for one of SQLite's databases without a file: no answer could wait for its log to be on disk. */
export function isInMemory(database: string): boolean {
  return /^(file:)?:memory:($|\?)|^file:.*[?&]mode=memory($|&)/i.test(database)
}
