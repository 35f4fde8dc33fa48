/** How much of the process plans may take: all of it while nobody else asks, a small share while gates are asked. @module */

/** Plans looked at in one turn of the event loop while nobody else asks. */
const looksAtOnce = 8
/** Verbs of others in a second above which the process counts as asked. */
const askedFrom = 200
/** How often that is looked at, in milliseconds. */
const lookEveryMs = 25
/**
 * While others ask, plans rest so many times as long as they worked. Gates lose about twice that work, whose rows make
 * their groups longer and whose calls empty their caches: a fifth of the process is what plans take.
 */
const restPerWork = 11
/** Milliseconds that making one call and reading its answer takes, about. */
const callMs = 0.5

/** Times are milliseconds of a clock that never goes back. */
export class Pace {
  private own = 0
  private seenOthers = 0
  private seenAt: number
  private others = false
  private restsUntil = 0

  /** @param asked how many verbs the store was asked for so far, those of the plans included */
  constructor(
    private readonly asked: () => number,
    private readonly clock: () => number,
  ) {
    this.seenAt = clock()
  }

  /** A verb of the plans themselves. */
  began(): void {
    this.own++
  }

  /** @param workMs it took in the transaction @param calls it led to */
  worked(workMs: number, calls: number): void {
    if (this.isAsked()) this.restsUntil = this.clock() + (workMs + calls * callMs) * restPerWork
  }

  /** How many plans may be looked at at one time now. */
  atOnce(): number {
    return this.isAsked() ? 1 : looksAtOnce
  }

  /** Milliseconds until the next look; 0: now. */
  rest(): number {
    return this.isAsked() ? Math.max(0, this.restsUntil - this.clock()) : 0
  }

  private isAsked(): boolean {
    const now = this.clock()
    const elapsed = now - this.seenAt
    if (elapsed < lookEveryMs) return this.others
    const others = this.asked() - this.own
    this.others = others - this.seenOthers > (askedFrom * elapsed) / 1000
    this.seenOthers = others
    this.seenAt = now
    return this.others
  }
}
