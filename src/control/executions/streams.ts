/** The streams of runs: one watch on the store for all of them. @module */
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import type { PastEvent } from '../../domain/event.js'
import { isExecutionOver } from '../../domain/execution/execution.js'
import type { Identity } from '../../domain/identity.js'
import type { Ports } from '../ports.js'
import { Channel, type Look } from './channel.js'
import { executionOf, findRun, latestOf } from './find-run.js'
import { type ExecutionStream, Subscriber } from './subscriber.js'

/** A run's state, and what it is found by when something happens to it. */
interface Seen extends Look {
  /** Number of the latest event in the store by then. */
  readonly upTo: number
  readonly keys: readonly (string | number)[]
}

/** A channel under the keys that events name: `plan:<id>`, and the row number of the workflow. */
interface Watched {
  readonly channel: Channel
  readonly keys: Set<string | number>
}

/** One for a gate. While nobody reads a stream it costs nothing. */
export class Streams {
  private readonly watched = new Map<string, Watched>()
  private readonly byKey = new Map<string | number, Channel>()
  private readonly ofTenant = new Map<string, number>()
  private unwatch: (() => void) | undefined
  private pulse: NodeJS.Timeout | undefined
  private reads = 0
  /** Heard while some state was being read: for a run whose keys were not known yet. */
  private recent: PastEvent[] = []
  private ended = false

  constructor(private readonly ports: Ports) {}

  /** How many are open, of all tenants. */
  get size(): number {
    return [...this.ofTenant.values()].reduce((sum, count) => sum + count, 0)
  }

  /** The store is being watched. */
  get isWatching(): boolean {
    return this.unwatch !== undefined
  }

  /**
   * Follow a run: its present state, then its state after every change until it is over (MAP contract §2.7).
   * @param known number of the latest event that the reader has seen: the present state is left out where nothing came after it
   * @returns `over` where the reader has seen the end already
   */
  async open(
    identity: Identity,
    id: string,
    known: number | undefined,
  ): Promise<ExecutionStream | Refusal | 'over'> {
    const limit = this.ports.settings.maxStreams
    const tenant = JSON.stringify([identity.org, identity.tenant])
    const count = this.ofTenant.get(tenant) ?? 0
    if (limit > 0 && count >= limit) return refuse('TOO_MANY_STREAMS', { limit })
    this.ofTenant.set(tenant, count + 1)
    this.watch()
    try {
      const seen = await this.read(identity, id)
      const over = !isRefusal(seen) && known === seen.execution.seq && isExecutionOver(seen.execution.status)
      if (!isRefusal(seen) && !over) return this.subscribe(identity, tenant, seen, known)
      this.release(tenant)
      return over ? 'over' : (seen as Refusal)
    } catch (error) {
      this.release(tenant)
      throw error
    }
  }

  /** End every stream; one that is opened from now on gives the present state and ends. */
  end(): void {
    this.ended = true
    for (const { channel } of [...this.watched.values()]) channel.end()
  }

  private subscribe(
    identity: Identity,
    tenant: string,
    seen: Seen,
    known: number | undefined,
  ): ExecutionStream {
    const { execution } = seen
    const { channel } = this.watched.get(execution.id) ?? this.watchRun(identity, execution.id)
    let left = false
    const subscriber: Subscriber = new Subscriber(
      {
        get isStale() {
          return channel.isStale
        },
        refresh: () => channel.refresh(),
        leave: () => {
          if (left) return
          left = true
          channel.leave(subscriber)
          this.release(tenant)
        },
      },
      known === execution.seq ? known : -1,
    )
    channel.subscribers.add(subscriber)
    this.learn(execution.id, seen)
    subscriber.offer({ name: 'status', execution, coalesced: 0 })
    if (this.ended) subscriber.end()
    return subscriber
  }

  private watchRun(identity: Identity, id: string): Watched {
    const read = async (): Promise<Look | undefined> => {
      const seen = await this.read(identity, id)
      if (isRefusal(seen)) return undefined
      this.learn(id, seen)
      return seen
    }
    const channel = new Channel(read, () => {
      if (channel.subscribers.size === 0) this.forget(id)
    })
    const watched = { channel, keys: new Set<string | number>() }
    this.watched.set(id, watched)
    return watched
  }

  /** Know the run by its keys; what was heard of a new key since the state was read has yet to be told. */
  private learn(id: string, { keys, upTo }: Seen): void {
    const watched = this.watched.get(id)
    if (!watched) return
    const fresh = keys.filter((key) => !watched.keys.has(key))
    for (const key of fresh) {
      watched.keys.add(key)
      this.byKey.set(key, watched.channel)
    }
    for (const event of this.recent) {
      if (event.seq > upTo && keysOf(event).some((key) => fresh.includes(key))) watched.channel.heard(event)
    }
    watched.channel.refresh()
  }

  private forget(id: string): void {
    for (const key of this.watched.get(id)?.keys ?? []) this.byKey.delete(key)
    this.watched.delete(id)
  }

  private async read(identity: Identity, id: string): Promise<Seen | Refusal> {
    this.reads++
    try {
      return await this.ports.store.transact((tx): Seen | Refusal => {
        const now = this.ports.now()
        const run = findRun(tx, identity, id, now)
        if (isRefusal(run)) return run
        const keys = [run.plan && `plan:${run.plan.id}`, run.workflow?.key].filter((key) => key !== undefined)
        return {
          execution: executionOf(tx, run, now),
          latest: latestOf(tx, run).type,
          upTo: tx.nextSeq() - 1,
          keys,
        }
      })
    } finally {
      this.reads--
      // Whoever awaits this read goes through what is recent first.
      if (this.reads === 0) setImmediate(() => this.reads === 0 && this.recent.splice(0))
    }
  }

  private heard(events: readonly PastEvent[]): void {
    if (this.reads > 0) this.recent.push(...events)
    const touched = new Set<Channel>()
    for (const event of events) {
      for (const channel of new Set(keysOf(event).flatMap((key) => this.byKey.get(key) ?? []))) {
        channel.heard(event)
        touched.add(channel)
      }
    }
    for (const channel of touched) channel.refresh()
  }

  private watch(): void {
    this.unwatch ??= this.ports.store.watch((events) => this.heard(events))
    this.pulse ??= setInterval(() => {
      for (const { channel } of this.watched.values()) {
        for (const subscriber of channel.subscribers) subscriber.keepAlive()
      }
    }, this.ports.settings.streamKeepAliveMs).unref()
  }

  private release(tenant: string): void {
    const count = (this.ofTenant.get(tenant) ?? 1) - 1
    if (count > 0) this.ofTenant.set(tenant, count)
    else this.ofTenant.delete(tenant)
    if (this.ofTenant.size > 0) return
    this.unwatch?.()
    this.unwatch = undefined
    clearInterval(this.pulse)
    this.pulse = undefined
  }
}

const keysOf = ({ subject, workflowKey }: PastEvent): (string | number)[] => [
  ...(subject === undefined ? [] : [subject]),
  ...(workflowKey === 0 ? [] : [workflowKey]),
]
