/** What is said of a database that cannot be opened. @module */
import { statSync } from 'node:fs'
import { databasePath } from '../src/store/database-path.js'

/** Why no database can be kept there; undefined where one can, or where opening it has to show. */
export function databaseRefusal(database: string): string | undefined {
  const path = databasePath(database)
  const found = statOf(path)
  if (!found || found.isFile()) return undefined
  const what = found.isDirectory() ? 'a folder' : 'no regular file'
  return `database ${path} is ${what}: name a file with STEPGATE_DATABASE, such as ${path}/stepgate.db`
}

/** The error of an opening, with the setting that it comes from. The store's own ones say what to do. */
export function unopened(database: string, error: unknown): unknown {
  const { message } = error as Error
  if (message.startsWith('The database ')) return error
  const told = `the database ${databasePath(database)} cannot be opened (${message}); see STEPGATE_DATABASE`
  return new Error(told, { cause: error })
}

/** Undefined where nothing is there, or nothing that may be looked at. */
function statOf(path: string) {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}
