/** Keeps the write-ahead log short without stopping the gate. @module */
import type { LogFolder } from './database.js'

/**
 * Fold once the log has grown by this much: a fraction of a second of full load. Pages are looked for in the log first, and a
 * short one stays in the processor's caches; with four times as much a gate takes some five percent longer.
 */
const foldAtBytes = 8 * 1024 * 1024
/** What a group writes at least, whole pages as they are: callers who come one by one make a long log of few words. */
const leastOfAGroup = 16 * 1024
/** A rest of this many frames is folded in a millisecond or two. */
const shortRest = 150

export interface LogKeeping {
  readonly folder: LogFolder
  /** Keep new groups waiting while this runs. */
  hold<T>(work: () => Promise<T>): Promise<T>
  /** Folding failed; the log grows until it succeeds. */
  onFault(error: unknown): void
}

/**
 * Watches the bytes written and folds the log into the database on another thread while verbs go on. The log can only
 * start anew when all of it is folded, so once the rest is short, new groups wait the few milliseconds that takes.
 */
export class LogKeeper {
  private grown = 0
  private folding: Promise<void> | undefined

  constructor(private readonly keeping: LogKeeping) {}

  /** Tell how many bytes of text a group has written. Pages make of that about twice as much log. */
  wrote(bytes: number): void {
    this.grown += leastOfAGroup + bytes * 2
    if (this.grown >= foldAtBytes && !this.folding) this.folding = this.fold()
  }

  /** At the end. @param finish what is done with the little that is left after the fold */
  async foldAll(finish: () => unknown): Promise<void> {
    await this.folding
    try {
      await this.keeping.folder.fold()
      finish()
    } catch (error) {
      this.keeping.onFault(error)
    }
  }

  private async fold(): Promise<void> {
    this.grown = 0
    try {
      let rest = Number.POSITIVE_INFINITY
      for (let round = 0, before = 0; round < 8 && rest > shortRest; round++) {
        const { frames } = await this.keeping.folder.fold()
        rest = frames - before
        before = frames
      }
      await this.keeping.hold(() => this.keeping.folder.fold())
    } catch (error) {
      this.keeping.onFault(error)
    } finally {
      this.folding = undefined
    }
  }
}
