/** The write-ahead log, as a file to be synced. @module */
import { close, fdatasync, openSync } from 'node:fs'

export class LogFile {
  private handle: number | undefined

  constructor(private readonly path: string) {}

  /** In the thread pool: the event loop does not wait for the disk. */
  sync(done: (error: Error | null) => void): void {
    try {
      this.handle ??= openSync(this.path, 'r+')
    } catch (error) {
      done(error as Error)
      return
    }
    fdatasync(this.handle, done)
  }

  close(): void {
    if (this.handle !== undefined) close(this.handle)
  }
}
