import { copyFileSync, existsSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'

/** The files as a process that is killed at this moment leaves them. @returns the folder of the copy, inside the other one */
export function killedCopy(folder: string): string {
  const copy = mkdtempSync(join(folder, 'copy-'))
  for (const name of ['gate.db', 'gate.db-wal'])
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copy, name))
  return copy
}
