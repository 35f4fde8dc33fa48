/**
 * Keeps compiled modules by the digest of what they were made from: in memory those of the last policy sets, on disk
 * those of any. A cache that is missing, full, read-only or damaged costs time and nothing else.
 * @module
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const CONTENT_DIGEST_BYTES = 32
const SUFFIX = '.policy.wasm'
const MAX_FILES = 1_024

/** Files of compiled modules, each its content's SHA-256 followed by the content. */
export class ModuleCache {
  readonly #directory: string | undefined

  /** @param directory made when first needed; left out: nothing is kept on disk */
  constructor(directory: string | undefined) {
    this.#directory = directory
  }

  /** The module made from sources of this digest; undefined when it is not there or not whole. Never throws. */
  async get(digest: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const path = this.#path(digest)
    if (path === undefined) return undefined
    try {
      const bytes = new Uint8Array(await readFile(path))
      const content = bytes.subarray(CONTENT_DIGEST_BYTES)
      if (!contentDigest(content).equals(bytes.subarray(0, CONTENT_DIGEST_BYTES))) return undefined
      // What is in use is young, so that the oldest can go.
      await utimes(path, new Date(), new Date()).catch(() => {})
      return content
    } catch {
      return undefined
    }
  }

  /** Keeps a module. Never throws. */
  async put(digest: string, wasm: Uint8Array): Promise<void> {
    const path = this.#path(digest)
    if (path === undefined) return
    const unfinished = `${path}.${randomUUID()}`
    try {
      await mkdir(this.#directory!, { recursive: true })
      // Read by other processes, and perhaps after a crash in the middle of writing: whole or not at all.
      await writeFile(unfinished, Buffer.concat([contentDigest(wasm), wasm]))
      await rename(unfinished, path)
    } catch {
      await rm(unfinished, { force: true }).catch(() => {})
    }
  }

  /** Removes the files that were not used for longest, beyond a thousand. Never throws. */
  async prune(): Promise<void> {
    if (this.#directory === undefined) return
    try {
      const names = (await readdir(this.#directory)).filter((name) => name.includes(SUFFIX))
      if (names.length <= MAX_FILES) return
      const aged = await Promise.all(
        names.map(async (name) => {
          const path = join(this.#directory!, name)
          return { path, usedAt: (await stat(path)).mtimeMs }
        }),
      )
      aged.sort((a, b) => b.usedAt - a.usedAt)
      for (const { path } of aged.slice(MAX_FILES / 2)) await rm(path, { force: true })
    } catch {
      // Another process may be doing the same.
    }
  }

  #path(digest: string): string | undefined {
    return this.#directory === undefined ? undefined : join(this.#directory, `${digest}${SUFFIX}`)
  }
}

const contentDigest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()
