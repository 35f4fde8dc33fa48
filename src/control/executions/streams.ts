/** The streams of runs: one watch on the store for all of them. @module */
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import type { PastEvent } from '../../domain/event.js'
import { isExecutionOver } from '../../domain/execution/execution.js'
import type { Identity } from '../../domain/identity.js'
import type { Ports } from '../ports.js'
import { Channel } from './channel.js'
import { type Look, lookAt, lookCost } from './look.js'
import { type ExecutionStream, Subscriber } from './subscriber.js'
import { Turns } from './turns.js'

/** One for a gate. While nobody reads a stream it costs nothing. */
export class Streams {
  private readonly channels = new Map<string, Channel>()
  private readonly byKey = new Map<string | number, Channel>()
  private readonly ofTenant = new Map<string, number>()
  private readonly turns = new Turns<Channel>((turn) => this.read(turn))
  private unwatch: (() => void) | undefined
  private pulse: NodeJS.Timeout | undefined
  /** Number of the latest event that the store told of. */
  private heardUpTo = 0
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
      const look = await this.ports.store.transact((tx) =>
        lookAt(tx, identity, id, this.ports.now(), undefined),
      )
      const { seq = 0, status = 'pending' } = isRefusal(look) ? {} : look.execution
      const over = known === seq && isExecutionOver(status)
      if (!isRefusal(look) && !over) return this.subscribe(identity, tenant, look, known)
      this.release(tenant)
      return over ? 'over' : (look as Refusal)
    } catch (error) {
      this.release(tenant)
      throw error
    }
  }

  /** End every stream; one that is opened from now on gives the present state and ends. */
  end(): void {
    this.ended = true
    for (const channel of [...this.channels.values()]) channel.end()
  }

  private subscribe(
    { org, tenant }: Identity,
    counted: string,
    look: Look,
    known: number | undefined,
  ): ExecutionStream {
    const { execution } = look
    const channel =
      this.channels.get(execution.id) ??
      new Channel({ org, tenant }, execution.id, (asking) => this.turns.ask(asking))
    this.channels.set(execution.id, channel)
    const subscriber: Subscriber = new Subscriber(
      channel,
      () => {
        channel.subscribers.delete(subscriber)
        if (channel.subscribers.size === 0) this.forget(channel)
        this.release(counted)
      },
      known === execution.seq ? known : -1,
    )
    channel.subscribers.add(subscriber)
    subscriber.offer({ name: 'status', execution, coalesced: 0 })
    this.learn(channel, look)
    if (this.ended) subscriber.end()
    return subscriber
  }

  /** Know the run by its keys. What the store told of since the run was looked at may have been about a key that is new. */
  private learn(channel: Channel, { keys, upTo, execution, memory }: Look): void {
    channel.size = execution.steps.length
    if (memory && memory.seq >= (channel.memory?.seq ?? 0)) channel.memory = memory
    const fresh = keys.filter((key) => !channel.keys.has(key))
    if (fresh.length === 0) return
    for (const key of fresh) {
      channel.keys.add(key)
      this.byKey.set(key, channel)
    }
    if (this.heardUpTo > upTo) channel.doubt(this.heardUpTo)
    channel.refresh()
  }

  private forget(channel: Channel): void {
    if (this.channels.get(channel.id) !== channel) return
    for (const key of channel.keys) this.byKey.delete(key)
    this.channels.delete(channel.id)
    this.turns.leave(channel)
  }

  /** @returns what it cost */
  private async read(turn: readonly Channel[]): Promise<number> {
    const wanted = turn.filter(({ subscribers }) => subscribers.size > 0)
    if (wanted.length === 0) return 0
    for (const channel of wanted) channel.begin()
    try {
      const looks = await this.ports.store.transact((tx) =>
        wanted.map(({ scope, id, memory }) => lookAt(tx, scope, id, this.ports.now(), memory)),
      )
      for (const [i, channel] of wanted.entries()) this.tell(channel, looks[i] as Look | Refusal)
      return looks.reduce((sum, look) => sum + (isRefusal(look) ? lookCost : look.cost), 0)
    } catch (error) {
      for (const channel of wanted) channel.fail()
      throw error
    }
  }

  private tell(channel: Channel, look: Look | Refusal): void {
    if (isRefusal(look)) {
      // Deleted from view.
      channel.end()
      return
    }
    if (channel.subscribers.size > 0) this.learn(channel, look)
    channel.tell(look)
  }

  private heard(events: readonly PastEvent[]): void {
    this.heardUpTo = events.at(-1)?.seq ?? this.heardUpTo
    const touched = new Set<Channel>()
    for (const event of events) {
      for (const channel of channelsOf(event, this.byKey)) {
        channel.heard(event)
        touched.add(channel)
      }
    }
    for (const channel of touched) channel.refresh()
  }

  private watch(): void {
    this.unwatch ??= this.ports.store.watch((events) => this.heard(events))
    this.pulse ??= setInterval(() => {
      for (const { subscribers } of this.channels.values())
        for (const subscriber of subscribers) subscriber.keepAlive()
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

/** By the workflow and by the plan that an event names; mostly they are the same run. */
function channelsOf(
  { subject, workflowKey }: PastEvent,
  byKey: ReadonlyMap<string | number, Channel>,
): Set<Channel> {
  const found = [byKey.get(workflowKey), subject === undefined ? undefined : byKey.get(subject)]
  return new Set(found.filter((channel) => channel !== undefined))
}
