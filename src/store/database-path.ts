/** Where a database setting points. @module */

/**
 * The path that a database setting names: `file:./data/stepgate.db`, `file:///data/stepgate.db` or a plain path.
 * @throws Error for any other kind of URL
 */
export function databasePath(database: string): string {
  if (database.startsWith('file://')) return decodeURIComponent(new URL(database).pathname)
  if (database.startsWith('file:')) return database.slice('file:'.length)
  if (/^[a-z][a-z+]+:/i.test(database))
    throw new Error(`The database must be a file, not ${database.split(':')[0]}:`)
  return database
}
