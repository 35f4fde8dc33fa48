/** The failure of a store, while it lasts. @module */
import type { StoreHealth } from './store.js'

/** How long after a failure the store tries to write by itself. */
const probeAfterMs = 1000

export class Faults {
  private fault: string | undefined
  private probing: NodeJS.Timeout | undefined
  private ended = false

  /**
   * @param tell told of every failure
   * @param probe writes something: traffic that follows readiness would never write again
   */
  constructor(
    private readonly tell: (error: unknown) => void,
    private readonly probe: () => void,
  ) {}

  health(): StoreHealth {
    return this.fault === undefined ? { writable: true } : { writable: false, fault: this.fault }
  }

  /** @returns the error, to be thrown or told */
  failed<E>(error: E): E {
    this.fault = error instanceof Error ? error.message : String(error)
    this.tell(error)
    if (!this.ended)
      this.probing ??= setTimeout(() => {
        this.probing = undefined
        if (this.fault !== undefined) this.probe()
      }, probeAfterMs).unref()
    return error
  }

  /** Something was written. */
  over(): void {
    this.fault = undefined
  }

  /** Try no more. */
  end(): void {
    this.ended = true
    clearTimeout(this.probing)
  }
}
