/** One file, one name: what the lock, the log and every connection of a database go by. @module */
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'

/**
 * The database file's own path. SQLite follows symbolic links and keeps its log beside the file that they lead to, so a log
 * looked for beside the link is not found, and a lock taken beside it keeps nobody out. A file that is not there yet gets
 * the path under which SQLite would make it.
 * @throws the system's error when the links lead nowhere; Error when the file has several names
 */
export function databaseFile(path: string): string {
  const file = followed(path)
  const found = statSync(file, { throwIfNoEntry: false })
  // Unlike symbolic links, hard links do not tell of each other, and SQLite would keep a log beside each.
  if (found?.isFile() && found.nlink > 1)
    throw new Error(
      `The database ${file} has several names (hard links), and the lock cannot tell them apart: ` +
        'another Stepgate could write it under another name. Leave it one name, or use a copy.',
    )
  return file
}

function followed(path: string): string {
  try {
    return realpathSync.native(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const folder = realpathSync.native(dirname(path))
  const file = `${folder}/${basename(path)}`
  if (!lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) return file
  const target = readlinkSync(file)
  // Not joined: that takes `..` for the folder that a path names, not for the one that its links lead to.
  return followed(target.startsWith('/') ? target : `${folder}/${target}`)
}
