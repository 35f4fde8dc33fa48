import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'

// What is read from a file is decided by these rooms, and by what they are built on.
const CODE = [
  '../language/',
  '../documents/',
  '../text/',
  '../policy.js',
  '../../domain/decision.js',
  '../../domain/agent.js',
  '../../domain/plan/step.js',
  '../../domain/plan/template.js',
]

/**
 * Digest of the code that reads policy files, hexadecimal. Taken of the code itself: a number that somebody has to
 * count up would be forgotten once, and policies would then be judged by what an older version made of them.
 */
export async function readerDigest(): Promise<string> {
  const hash = createHash('sha256')
  for (const place of CODE) {
    const url = new URL(place, import.meta.url)
    const names = place.endsWith('/') ? await readdir(url, { recursive: true }) : ['']
    for (const name of names.filter((each) => each === '' || each.endsWith('.js')).sort())
      hash.update(`${name}\n`).update(await readFile(new URL(name, url)))
  }
  return hash.digest('hex')
}
