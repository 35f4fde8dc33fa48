/** Where a database setting points. @module */

/**
 * The path that a database setting names: `file:./data/stepgate.db`, `file:///data/stepgate.db` or a plain path.
 * @throws Error for anything else, in the words of `databaseProblem`
 */
export function databasePath(database: string): string {
  const problem = databaseProblem(database)
  if (problem !== undefined) throw new Error(`The database ${JSON.stringify(database)} is not ${problem}`)
  return pathOf(database) as string
}

/** What a database setting would have to be and is not: the end of a sentence; undefined where nothing is wrong with it. */
export function databaseProblem(database: string): string | undefined {
  if (isInMemory(database)) return 'a file on disk: a record in memory ends with the process'
  if (/^(?!file:)[a-z][a-z0-9+.-]+:/i.test(database)) return 'a file: URL or a path'
  if (/^file:.*[?#]/i.test(database))
    return 'a file: URL without parameters, which would be no part of its path'
  if (/^file:\/\/(?!\/|localhost\/)/i.test(database))
    return 'a file of this machine, such as file:///data/stepgate.db'
  const path = pathOf(database)
  if (path === undefined) return 'a file: URL whose percent signs are written %25'
  if (/\p{Cc}/u.test(path)) return 'a path, which holds no control characters'
  if (path.trim() === '') return 'a file: URL or a path'
  return path.endsWith('/') ? 'a file: it ends with a slash, as a folder does' : undefined
}

/** Undefined where a percent sign begins no character. */
function pathOf(database: string): string | undefined {
  const [, url, path = database] = /^file:(\/\/(?:localhost)?(?=\/))?(.*)$/is.exec(database) ?? []
  if (url === undefined) return path
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

/** Whether a setting asks for one of SQLite's databases without a file: no answer could wait for its log to be on disk. */
function isInMemory(database: string): boolean {
  return /^(file:)?:memory:($|\?)|^file:.*[?&]mode=memory($|&)/i.test(database)
}
