/**
 * Reads the files of a policy folder.
 *
 * Symbolic links are followed, so that a folder mounted by Kubernetes reads like any other: there `policy.yaml` links to
 * `..data/policy.yaml`, and `..data` to the folder of the moment. Names that start with a dot are passed over.
 * @module
 */
import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { lstat, open, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { PolicyFile, PolicyProblem } from '../policy.js'

/** A file and the digest of its bytes. */
export interface SourceFile extends PolicyFile {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly digest: string
}

/** A directory whose entries matter. */
export interface WatchedPlace {
  readonly directory: string
  /** Another one when another directory stands there under the same name. */
  readonly identity: string
  /** Only the entry of this name matters; left out: all do. */
  readonly entry?: string
}

/** What stands in a folder. */
export interface FolderReading {
  /** In path order. */
  readonly files: readonly SourceFile[]
  /** What to watch to hear of changes. */
  readonly places: readonly WatchedPlace[]
  /** All errors: what could not be read, or is more than the limits. */
  readonly problems: readonly PolicyProblem[]
}

const MAX_FILE_BYTES = 1024 * 1024
const MAX_TOTAL_BYTES = 64 * 1024 * 1024
const MAX_FILES = 20_000
const MAX_DEPTH = 32
/** Names of files that are read. */
export const policyFile = /\.(?:ya?ml|json|rego)$/
const AT_A_TIME = 16
// Clocks of file systems tick in milliseconds: a file that was changed just before it was read may have been changed
// again without showing it.
const SETTLED_MS = 1_000

interface Kept {
  readonly file: SourceFile
  readonly mark: string
  readonly readAt: number
  readonly changedAt: number
}

interface Found {
  readonly path: string
  readonly full: string
  readonly stats: Stats
}

/** Reads one folder again and again, opening only the files that changed since the last time. */
export class SourceFolder {
  readonly #root: string
  #kept = new Map<string, Kept>()

  constructor(root: string) {
    this.#root = root
  }

  /** Never throws: what went wrong is in `problems`. */
  async read(): Promise<FolderReading> {
    const walk = new Walk()
    await walk.directory(this.#root, '', [])
    const places = [...walk.places, ...(await aroundRoot(this.#root))]
    const found = walk.distinctFiles()
    const problems = [...walk.problems]
    const total = found.reduce((sum, { stats }) => sum + stats.size, 0)
    if (found.length > MAX_FILES) problems.push(problem('', `more than ${MAX_FILES} files`))
    if (total > MAX_TOTAL_BYTES)
      problems.push(problem('', `the files are larger than ${MAX_TOTAL_BYTES} bytes`))
    if (problems.length > 0) return { files: [], places, problems }
    const files: SourceFile[] = []
    const kept = new Map<string, Kept>()
    await inTurns(found, async (each) => {
      try {
        const read = await this.#read(each)
        kept.set(each.path, read)
        files.push(read.file)
      } catch (cause) {
        problems.push(problem(each.path, (cause as Error).message))
      }
    })
    this.#kept = kept
    files.sort((a, b) => (a.path < b.path ? -1 : 1))
    return { files, places, problems }
  }

  async #read({ path, full, stats }: Found): Promise<Kept> {
    const mark = `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`
    const known = this.#kept.get(path)
    if (known?.mark === mark && known.changedAt < known.readAt - SETTLED_MS) return known
    const readAt = Date.now()
    const bytes = await readLimited(full)
    const digest = createHash('sha256').update(bytes).digest('hex')
    const file = known?.file.digest === digest ? known.file : { path, bytes, digest }
    return { file, mark, readAt, changedAt: Math.max(stats.mtimeMs, stats.ctimeMs) }
  }
}

class Walk {
  readonly places: WatchedPlace[] = []
  readonly problems: PolicyProblem[] = []
  readonly #files: (Found & { readonly real: string })[] = []

  /** @param above the real paths of the directories it stands in: a link back to one of them is not followed */
  async directory(full: string, path: string, above: readonly string[]): Promise<void> {
    try {
      const real = await realpath(full)
      if (above.includes(real)) return
      if (above.length === MAX_DEPTH) throw new Error(`folders are nested deeper than ${MAX_DEPTH}`)
      const entries = await readdir(full, { withFileTypes: true })
      const { dev, ino } = await stat(full)
      this.places.push({ directory: full, identity: `${dev} ${ino}` })
      const visible = entries.filter((entry) => !entry.name.startsWith('.'))
      await inTurns(visible, async (entry) => {
        if (entry.isFile() && !policyFile.test(entry.name)) return
        const at = join(full, entry.name)
        const below = path === '' ? entry.name : `${path}/${entry.name}`
        if (entry.isDirectory()) await this.directory(at, below, [...above, real])
        else await this.#entry(at, below, [...above, real], entry.isSymbolicLink())
      })
    } catch (cause) {
      this.problems.push(problem(path, (cause as Error).message))
    }
  }

  async #entry(full: string, path: string, above: readonly string[], isLink: boolean): Promise<void> {
    let stats: Stats
    try {
      stats = await stat(full)
    } catch (cause) {
      // A file that went away since the folder was listed, or a link into nothing that is no policy.
      if (!isLink || !policyFile.test(path)) return
      this.problems.push(problem(path, (cause as Error).message))
      return
    }
    if (stats.isDirectory()) await this.directory(full, path, above)
    else if (stats.isFile() && policyFile.test(path)) {
      if (stats.size > MAX_FILE_BYTES) this.problems.push(problem(path, tooLarge(stats.size)))
      this.#files.push({
        path,
        full,
        stats,
        real: isLink ? await realpath(full) : join(above.at(-1)!, basename(full)),
      })
    }
  }

  /** Of several names of one file the first counts, so that a link beside its target is not a second policy. */
  distinctFiles(): Found[] {
    this.#files.sort((a, b) => (a.path < b.path ? -1 : 1))
    const seen = new Set<string>()
    return this.#files.filter(({ real }) => !seen.has(real) && seen.add(real))
  }
}

/**
 * The directory that the folder stands in, where its own entries do not tell the whole story: while it is not there, and
 * where it is a link that may be set to another folder. Elsewhere there may be much going on that is no concern of ours.
 */
async function aroundRoot(root: string): Promise<WatchedPlace[]> {
  const found = await lstat(root).catch(() => undefined)
  if (found && !found.isSymbolicLink()) return []
  const directory = dirname(root)
  const around = await stat(directory).catch(() => undefined)
  return around ? [{ directory, identity: `${around.dev} ${around.ino}`, entry: basename(root) }] : []
}

const problem = (file: string, message: string): PolicyProblem => ({ file, message, severity: 'error' })

const tooLarge = (size: number): string => `the file has ${size} bytes, and ${MAX_FILE_BYTES} are allowed`

/** Reads a file that may be growing, up to the limit. */
async function readLimited(full: string): Promise<Uint8Array> {
  const handle = await open(full)
  try {
    const { size } = await handle.stat()
    if (size > MAX_FILE_BYTES) throw new Error(tooLarge(size))
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

async function inTurns<T>(items: readonly T[], each: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const turn = async (): Promise<void> => {
    while (next < items.length) await each(items[next++]!)
  }
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, items.length) }, turn))
}
