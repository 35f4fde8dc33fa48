/**
 * Keeps what was read from each file by the digest of path and bytes, so that a restart over the same files neither
 * parses them again nor starts the toolchain for those in Rego.
 *
 * On disk it is one log: a line for each file, its own SHA-256 in front. Lines that are damaged or unknown are passed
 * over; a log that cannot be read or written costs time and nothing else.
 * @module
 */
import { createHash } from 'node:crypto'
import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileReading } from '../language/file-reading.js'
import { readerDigest } from './reader-identity.js'
import type { SourceFile } from './source-folder.js'

const FILE = 'readings.jsonl'
const DIGEST_LENGTH = 64
/** The log is written anew when so many of its lines were of no use. */
const MAX_USELESS_LINES = 2_000

/** Readings of files by what stands in them. */
export class ReadingCache {
  readonly #path: string | undefined
  readonly #directory: string | undefined
  readonly #reader: () => Promise<string>
  #version: string | undefined
  #known: Map<string, FileReading> | undefined
  #lines = 0
  #saving: Promise<void> = Promise.resolve()

  /**
   * @param directory made when first needed; left out: nothing is kept on disk
   * @param reader digest of the code that reads: readings of another one are not used
   */
  constructor(directory: string | undefined, reader: () => Promise<string> = readerDigest) {
    this.#directory = directory
    this.#path = directory === undefined ? undefined : join(directory, FILE)
    this.#reader = reader
  }

  /**
   * The readings of the files, in their order. Never throws on behalf of the cache.
   * @param read reads the files that are not known; its answer is in their order
   */
  async readings(
    files: readonly SourceFile[],
    read: (unknown: readonly SourceFile[]) => Promise<readonly FileReading[]>,
  ): Promise<FileReading[]> {
    // Without a directory nothing outlives the code.
    this.#version ??= this.#path === undefined ? '' : await this.#reader()
    const known = await this.#load(files)
    const unknown = files.filter((file) => !known.has(this.#key(file)))
    const fresh = new Map<string, FileReading>()
    if (unknown.length > 0) {
      const readings = await read(unknown)
      unknown.forEach((file, i) => {
        fresh.set(this.#key(file), readings[i]!)
      })
    }
    const all = files.map((file) => {
      const key = this.#key(file)
      return [key, (known.get(key) ?? fresh.get(key))!] as const
    })
    // Only what the folder holds now is kept: the rest can be read again.
    this.#known = new Map(all.filter(isKept))
    this.#saving = this.#saving.then(() => this.#save([...fresh].filter(isKept)))
    return all.map(([, reading]) => reading)
  }

  /** Resolves when all readings are kept. */
  async kept(): Promise<void> {
    await this.#saving
  }

  #key({ path, digest }: SourceFile): string {
    return createHash('sha256')
      .update(JSON.stringify([this.#version, path, digest]))
      .digest('hex')
  }

  async #load(files: readonly SourceFile[]): Promise<Map<string, FileReading>> {
    if (this.#known) return this.#known
    const known = new Map<string, FileReading>()
    const wanted = new Set(files.map((file) => this.#key(file)))
    const log =
      this.#path === undefined ? undefined : await readFile(this.#path, 'utf8').catch(() => undefined)
    for (const line of log?.split('\n') ?? []) {
      this.#lines++
      const key = line.slice(DIGEST_LENGTH + 1, 2 * DIGEST_LENGTH + 1)
      const content = line.slice(DIGEST_LENGTH + 1)
      if (!wanted.has(key) || lineDigest(content) !== line.slice(0, DIGEST_LENGTH)) continue
      known.set(key, JSON.parse(content.slice(DIGEST_LENGTH + 1)) as FileReading)
    }
    return known
  }

  async #save(fresh: readonly Entry[]): Promise<void> {
    if (this.#path === undefined || fresh.length === 0) return
    try {
      await mkdir(this.#directory!, { recursive: true })
      this.#lines += fresh.length
      if (this.#lines - this.#known!.size <= MAX_USELESS_LINES) {
        await appendFile(this.#path, `\n${fresh.map(lineOf).join('\n')}\n`)
        return
      }
      const unfinished = `${this.#path}.${process.pid}`
      await writeFile(unfinished, `${[...this.#known!].map(lineOf).join('\n')}\n`)
      await rename(unfinished, this.#path).catch(() => rm(unfinished, { force: true }))
      this.#lines = this.#known!.size
    } catch {
      // Read-only or full: the next start reads the files themselves.
    }
  }
}

type Entry = readonly [key: string, reading: FileReading]

const isKept = ([, { unread }]: Entry): boolean => unread !== true

function lineOf([key, reading]: Entry): string {
  const content = `${key} ${JSON.stringify(reading)}`
  return `${lineDigest(content)} ${content}`
}

const lineDigest = (content: string): string => createHash('sha256').update(content).digest('hex')
