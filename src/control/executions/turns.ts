/** Whose state is read next. @module */

/** Something whose state has to be read. */
export interface Asking {
  /** What reading it will probably cost. */
  readonly cost: number
}

/** As much is read in one piece, in steps' worth: reading a step takes about 20 µs. */
const pieceCost = 100
/** Milliseconds of rest for a step's worth: four to five times as long as it takes. */
const restOfStep = 0.1
/** Milliseconds until states that could not be read are asked for again. */
const retryMs = 1000

/**
 * One read at a time, of several runs together, and after it a rest as long as a few of them: however many streams are open on
 * however large runs, the gate keeps most of the process to itself. Who asks meanwhile hears of all that happened by then.
 */
export class Turns<T extends Asking> {
  private readonly waiting = new Set<T>()
  private busy = false
  private debt = 0

  /** @param read reads and tells, and answers with what it cost; it rejects where nothing could be read */
  constructor(private readonly read: (turn: readonly T[]) => Promise<number>) {}

  ask(asking: T): void {
    this.waiting.add(asking)
    // Everything that one group of events touched goes together.
    queueMicrotask(() => this.next())
  }

  leave(asking: T): void {
    this.waiting.delete(asking)
  }

  private next(): void {
    if (this.busy || this.waiting.size === 0) return
    this.busy = true
    const turn: T[] = []
    let cost = 0
    for (const asking of this.waiting) {
      this.waiting.delete(asking)
      turn.push(asking)
      cost += asking.cost
      if (cost >= pieceCost) break
    }
    this.read(turn).then(
      (spent) => this.rest(spent),
      () => this.after(retryMs),
    )
  }

  private rest(cost: number): void {
    this.debt += cost * restOfStep
    const ms = this.debt < 1 ? 0 : this.debt
    this.debt -= ms
    this.after(ms)
  }

  private after(ms: number): void {
    const go = () => {
      this.busy = false
      this.next()
    }
    if (ms === 0) go()
    else setTimeout(go, ms).unref()
  }
}
