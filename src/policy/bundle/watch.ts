/**
 * Tells when a policy folder may have changed: directories are watched by the system, and looked at now and then where
 * the system says nothing (network file systems, links further up).
 * @module
 */
import { type FSWatcher, watch } from 'node:fs'
import { policyFile, type WatchedPlace } from './source-folder.js'

export interface FolderWatch {
  /** Watches these places from now on, and no others. */
  follow(places: readonly WatchedPlace[]): void
  close(): void
}

export interface WatchOptions {
  /** Asked before each rest: how many milliseconds until the next look without being told; 0: there is none. */
  readonly restMs: () => number
  /** Something may have changed. */
  readonly onChange: () => void
}

/** A burst of writes (a checkout, an editor's rename) is one change: told when it paused for so long, in milliseconds, */
const QUIET_MS = 50
/** or has gone on for so long. */
const LONGEST_BURST_MS = 250

/** Looks without being told take no more of the time than one part in so many. */
const RESTS_FOR_A_LOOK = 50

/**
 * How long to rest between looks without being told: as often as wanted, but where there are thousands of files, or the
 * process has much else to do, each look takes long, and nearly all of them find nothing.
 * @param pollMs how long to rest at least; 0: for good
 * @param lookMs how long the last look took
 */
export const restAfterLook = (pollMs: number, lookMs: number): number =>
  pollMs === 0 ? 0 : Math.max(pollMs, RESTS_FOR_A_LOOK * lookMs)

/** Starts watching. Neither the watches nor the timers keep the process alive. */
export function watchFolder({ restMs, onChange }: WatchOptions): FolderWatch {
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
  const unwatch = (key: string): void => {
    watches.get(key)?.close()
    watches.delete(key)
  }
  const start = (key: string, { directory, entry }: WatchedPlace): void => {
    try {
      const watcher = watch(directory, { persistent: false }, (event, name) => {
        if (concerns(event, name, entry)) noticed()
      })
      watcher.on('error', () => unwatch(key))
      watches.set(key, watcher)
    } catch {
      // Not there any more, or no more watches to be had: it is looked at now and then.
    }
  }
  let poll: NodeJS.Timeout | undefined
  const rest = (): void => {
    const ms = restMs()
    if (ms === 0) return
    poll = setTimeout(() => {
      tell()
      rest()
    }, ms).unref()
  }
  rest()

  return {
    follow(places) {
      if (closed) return
      const wanted = new Map(places.map((place) => [JSON.stringify(place), place]))
      for (const key of [...watches.keys()]) if (!wanted.has(key)) unwatch(key)
      const fresh = [...wanted].filter(([key]) => !watches.has(key))
      for (const [key, place] of fresh) start(key, place)
      // What changed between reading a directory and watching it.
      if (fresh.length > 0) noticed()
    },
    close() {
      closed = true
      clearTimeout(pause)
      clearTimeout(poll)
      for (const key of [...watches.keys()]) unwatch(key)
    },
  }
}

/** A database or a log may be written beside the policies all the time: only its coming and going is of interest. */
function concerns(event: string, name: string | null, entry: string | undefined): boolean {
  if (name === null) return true
  if (entry !== undefined) return name === entry
  return event === 'rename' || policyFile.test(name)
}
