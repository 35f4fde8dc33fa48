/** The files of an open database stay where they are. @module */
import { statSync } from 'node:fs'
import { StoreUnavailable } from './store.js'

/**
 * Remember which files an open database is made of.
 * @returns a look: it tells of the first one that was deleted, moved or replaced since; undefined while all are in place
 */
export function rememberFiles(path: string): () => StoreUnavailable | undefined {
  const files = [path, `${path}-wal`, `${path}-shm`].map((file) => ({ file, identity: identityOf(file) }))
  return () => {
    const lost = files.find(({ file, identity }) => identityOf(file) !== identity)
    return lost && new StoreUnavailable(`${lost.file} was deleted or replaced`)
  }
}

function identityOf(file: string): string | undefined {
  try {
    const { dev, ino } = statSync(file, { bigint: true })
    return `${dev} ${ino}`
  } catch {
    return undefined
  }
}
