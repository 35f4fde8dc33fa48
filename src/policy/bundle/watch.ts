/**
 * Tells when a policy folder may have changed: directories are watched by the system, and looked at now and then where
 * the system says nothing (network file systems, mounts that are replaced).
 * @module
 */
import { type FSWatcher, watch } from 'node:fs'
import { dirname } from 'node:path'

export interface FolderWatch {
  /** Watches these directories from now on, and the one that the folder stands in, for when it comes and goes. */
  follow(directories: readonly string[]): void
  close(): void
}

export interface WatchOptions {
  readonly folder: string
  /** Milliseconds between looks without being told; 0: never. */
  readonly pollMs: number
  /** Something may have changed; asked again at most every few tens of milliseconds. */
  readonly onChange: () => void
}

/** A burst of writes (a checkout, an editor's rename) is one change: told when it paused for so long, in milliseconds, */
const QUIET_MS = 50
/** or has gone on for so long. */
const LONGEST_BURST_MS = 250

/** Starts watching. Neither the watches nor the timers keep the process alive. */
export function watchFolder({ folder, pollMs, onChange }: WatchOptions): FolderWatch {
  const watches = new Map<string, FSWatcher>()
  let pause: NodeJS.Timeout | undefined
  let burstStart = 0
  let closed = false

  const tell = (): void => {
    pause = undefined
    if (!closed) onChange()
  }
  const noticed = (): void => {
    const now = performance.now()
    if (pause) clearTimeout(pause)
    else burstStart = now
    pause = setTimeout(tell, Math.min(QUIET_MS, burstStart + LONGEST_BURST_MS - now)).unref()
  }
  const unwatch = (directory: string): void => {
    watches.get(directory)?.close()
    watches.delete(directory)
  }
  const start = (directory: string): void => {
    try {
      const watcher = watch(directory, { persistent: false }, noticed)
      // A directory that is gone takes its watch with it.
      watcher.on('error', () => unwatch(directory))
      watches.set(directory, watcher)
    } catch {
      // Not there, or no more watches to be had: it is looked at now and then.
    }
  }
  const poll = pollMs > 0 ? setInterval(tell, pollMs).unref() : undefined

  return {
    follow(directories) {
      if (closed) return
      const wanted = new Set([dirname(folder), ...directories])
      for (const directory of watches.keys()) if (!wanted.has(directory)) unwatch(directory)
      for (const directory of wanted) if (!watches.has(directory)) start(directory)
    },
    close() {
      closed = true
      clearTimeout(pause)
      clearInterval(poll)
      for (const directory of [...watches.keys()]) unwatch(directory)
    },
  }
}
