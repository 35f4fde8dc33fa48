/** One run that is watched, by however many. @module */
import type { PastEvent } from '../../domain/event.js'
import { changesNothing, streamEventName } from '../../domain/execution/stream-event.js'
import type { Scope } from '../../store/store.js'
import { knownCost, type Look, lookCost, type Memory } from './look.js'
import type { Subscriber } from './subscriber.js'

/** What happened since the state was last read. */
interface Pending {
  /** Of the latest. */
  readonly seq: number
  readonly count: number
}

/** Its state is read once for all its subscribers, when something happened to it and one of them would take it. */
export class Channel {
  readonly subscribers = new Set<Subscriber>()
  /** Keys of events that it is registered under. */
  readonly keys = new Set<string | number>()
  memory: Memory | undefined
  /** Steps it had when it was last looked at. */
  size = 0
  private pending: Pending | undefined
  /** What the read under way was asked for. */
  private asked: Pending | undefined
  /** Number of the latest event that was told. */
  private told = 0
  /** Changes that were in a frame already when they were heard of. */
  private untold = 0

  /** @param ask have the state read: `begin`, then `tell`, `fail` or `end` follows */
  constructor(
    readonly scope: Scope,
    readonly id: string,
    private readonly ask: (channel: Channel) => void,
  ) {}

  /** What the next look will probably cost, in steps' worth. */
  get cost(): number {
    return lookCost + this.size * knownCost + (this.pending?.count ?? 0)
  }

  /** Something happened that no subscriber has heard of yet. */
  get isStale(): boolean {
    return this.pending !== undefined
  }

  /** Note what happened; `refresh` acts on it. */
  heard({ seq, type }: PastEvent): void {
    if (!changesNothing(type)) this.pending = { seq, count: (this.pending?.count ?? 0) + 1 }
  }

  /** Something may have happened that nobody told us of. */
  doubt(seq: number): void {
    this.pending ??= { seq, count: 0 }
  }

  refresh(): void {
    if (!this.pending || this.asked) return
    if ([...this.subscribers].some(({ isHungry }) => isHungry)) this.ask(this)
  }

  begin(): void {
    this.asked = this.pending
    this.pending = undefined
  }

  tell({ execution, latest, goesOn }: Look): void {
    let count = this.asked?.count ?? 0
    this.asked = undefined
    // What happened while it was read is in it already.
    if (this.pending && this.pending.seq <= execution.seq) {
      count += this.pending.count
      this.pending = undefined
    }
    if (execution.seq <= this.told) {
      // Read before they were heard of, with a change that was: nothing new to tell, but they were not told by themselves.
      this.untold += count
    } else {
      const coalesced = Math.max(0, count - 1 + this.untold)
      this.told = execution.seq
      this.untold = 0
      const frame = { name: streamEventName(latest, execution.status, goesOn), execution, coalesced }
      for (const subscriber of [...this.subscribers]) subscriber.offer(frame)
    }
    this.refresh()
  }

  /** The state could not be read: ask again. */
  fail(): void {
    const count = (this.asked?.count ?? 0) + (this.pending?.count ?? 0)
    const seq = this.pending?.seq ?? this.asked?.seq ?? 0
    this.asked = undefined
    this.pending = { seq, count }
    this.refresh()
  }

  end(): void {
    this.asked = undefined
    for (const subscriber of [...this.subscribers]) subscriber.end()
  }
}
