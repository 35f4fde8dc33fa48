/** One reader of a run's stream. @module */
import { type Execution, isExecutionOver } from '../../domain/execution/execution.js'
import type { StreamEventName } from '../../domain/execution/stream-event.js'

/** A run's whole state after something happened to it. */
export interface StreamFrame {
  readonly name: StreamEventName
  readonly execution: Execution
  /** Changes before this one that were not told by themselves: they happened together, or the reader was slow. */
  readonly coalesced: number
}

/** A stream as its reader sees it. */
export interface ExecutionStream {
  /** The next frame, when there is one; now and then that nothing happened; undefined at the end. */
  next(): Promise<StreamFrame | 'keepalive' | undefined>
  /** The reader has gone. */
  close(): void
}

/** What a subscriber belongs to. */
interface Source {
  /** There is something newer than what was offered. */
  readonly isStale: boolean
  /** Look again: somebody wants it now. */
  refresh(): void
}

/** Holds at most one frame that was not taken yet: the newest. */
export class Subscriber implements ExecutionStream {
  private box: StreamFrame | undefined
  private waiting: ((frame: StreamFrame | 'keepalive' | undefined) => void) | undefined
  /** Frames that were replaced before they were taken. */
  private missed = 0
  private state: 'open' | 'ending' | 'closed' = 'open'

  /**
   * @param onEnd told once, when it takes no more frames
   * @param seen number of the latest event that the reader knows of
   */
  constructor(
    private readonly source: Source,
    private readonly onEnd: () => void,
    private seen: number,
  ) {}

  /** It would take a frame now. */
  get isHungry(): boolean {
    return this.box === undefined && this.state === 'open'
  }

  offer(frame: StreamFrame): void {
    if (this.state !== 'open' || frame.execution.seq <= this.seen) return
    this.seen = frame.execution.seq
    const first = this.box?.name === 'status'
    if (this.box) this.drop(this.box)
    this.box = first ? { ...frame, name: 'status' } : frame
    if (isExecutionOver(frame.execution.status)) this.end()
    this.deliver()
  }

  next(): Promise<StreamFrame | 'keepalive' | undefined> {
    // The first frame keeps its name; a later one makes way for what happened since.
    if (this.box && this.box.name !== 'status' && this.state === 'open' && this.source.isStale) {
      this.drop(this.box)
      this.box = undefined
    }
    return new Promise((resolve) => {
      this.waiting = resolve
      this.deliver()
      this.source.refresh()
    })
  }

  /** A sign of life, where the reader waits for one. */
  keepAlive(): void {
    if (this.box === undefined) this.answer('keepalive')
  }

  /** No more frames after the one that is kept. */
  end(): void {
    if (this.state !== 'open') return
    this.state = 'ending'
    this.onEnd()
    this.deliver()
  }

  close(): void {
    this.end()
    this.state = 'closed'
    this.box = undefined
    this.deliver()
  }

  private drop(frame: StreamFrame): void {
    this.missed += frame.coalesced + 1
  }

  private deliver(): void {
    if (!this.waiting) return
    if (this.box) {
      const { box, missed } = this
      this.box = undefined
      this.missed = 0
      this.answer(missed === 0 ? box : { ...box, coalesced: box.coalesced + missed })
    } else if (this.state !== 'open') this.answer(undefined)
  }

  private answer(frame: StreamFrame | 'keepalive' | undefined): void {
    const { waiting } = this
    this.waiting = undefined
    waiting?.(frame)
  }
}
