/** One run that is watched, by however many. @module */
import type { EventType, PastEvent } from '../../domain/event.js'
import type { Execution } from '../../domain/execution/execution.js'
import { changesNothing, streamEventName } from '../../domain/execution/stream-event.js'
import type { Subscriber } from './subscriber.js'

/** Milliseconds until a state that could not be read is asked for again. */
const retryMs = 1000
/** Runs with fewer steps are told of without a rest. */
const smallRun = 200

/** A run's state, and what happened to it last. */
export interface Look {
  readonly execution: Execution
  readonly latest: EventType
}

interface Pending {
  /** Of the latest. */
  readonly seq: number
  readonly count: number
}

/**
 * Reads the run's state once for all its subscribers, when something happened to it and one of them would take it. After a large
 * run was read it rests for a twentieth of a millisecond a step, so that a run of ten thousand steps cannot keep the gate busy.
 */
export class Channel {
  readonly subscribers = new Set<Subscriber>()
  private pending: Pending | undefined
  private busy = false
  /** Number of the latest event that was told. */
  private told = 0
  /** Changes that were in a frame already when they were heard of. */
  private untold = 0
  private rest: NodeJS.Timeout | undefined

  /**
   * @param read the present state, or undefined where it is not to be seen any more
   * @param onEmpty told when the last subscriber has left
   */
  constructor(
    private readonly read: () => Promise<Look | undefined>,
    private readonly onLeave: () => void,
  ) {}

  get isStale(): boolean {
    return this.pending !== undefined
  }

  /** Note what happened; `refresh` acts on it. */
  heard({ seq, type }: PastEvent): void {
    if (!changesNothing(type)) this.pending = { seq, count: (this.pending?.count ?? 0) + 1 }
  }

  refresh(): void {
    const { pending } = this
    if (!pending || this.busy || ![...this.subscribers].some(({ isHungry }) => isHungry)) return
    this.pending = undefined
    this.busy = true
    this.read().then(
      (look) => {
        if (look) this.tell(look, pending.count)
        else this.end()
        const steps = look?.execution.steps.length ?? 0
        this.rested(steps >= smallRun ? steps / 20 : 0)
      },
      () => {
        this.pending = {
          seq: this.pending?.seq ?? pending.seq,
          count: pending.count + (this.pending?.count ?? 0),
        }
        this.rested(retryMs)
      },
    )
  }

  leave(subscriber: Subscriber): void {
    if (!this.subscribers.delete(subscriber)) return
    if (this.subscribers.size === 0) clearTimeout(this.rest)
    this.onLeave()
  }

  end(): void {
    for (const subscriber of [...this.subscribers]) subscriber.end()
  }

  private tell({ execution, latest }: Look, changes: number): void {
    let count = changes
    // What happened while it was read is in it already.
    if (this.pending && this.pending.seq <= execution.seq) {
      count += this.pending.count
      this.pending = undefined
    }
    if (execution.seq <= this.told) {
      // Read before they were heard of, with a change that was: nothing new to tell, but they were not told by themselves.
      this.untold += count
      return
    }
    const name = streamEventName(latest, execution.status)
    const frame = { name, execution, coalesced: count - 1 + this.untold }
    this.told = execution.seq
    this.untold = 0
    for (const subscriber of [...this.subscribers]) subscriber.offer(frame)
  }

  private rested(ms: number): void {
    const next = () => {
      this.busy = false
      this.refresh()
    }
    if (ms < 1) next()
    else this.rest = setTimeout(next, ms).unref()
  }
}
