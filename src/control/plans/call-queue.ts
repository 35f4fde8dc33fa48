/** The calls of all plans: so many at one time, the rest in their order. @module */
import type { OutboundResult } from '../../outbound/outbound.js'
import type { Ports } from '../ports.js'
import type { Call } from './running.js'

type Place = Pick<Call, 'planKey' | 'position' | 'kind'>

const nameOf = ({ planKey, position, kind }: Place): string => `${planKey}.${position}.${kind}`

export class CallQueue {
  private readonly waiting: Call[] = []
  private readonly underWay = new Map<string, AbortController>()
  private calling = 0
  private closed = false

  /** @param onResult told how each call ended, unless the queue was closed first */
  constructor(
    private readonly ports: Pick<Ports, 'outbound' | 'registry' | 'settings'>,
    private readonly onResult: (call: Call, result: OutboundResult) => void,
    private readonly onFault: (error: unknown) => void,
  ) {}

  add(calls: readonly Call[]): void {
    for (const call of calls) {
      this.underWay.set(nameOf(call), new AbortController())
      this.waiting.push(call)
    }
    this.next()
  }

  /** Waiting, being made, or ended and not yet settled. */
  has(place: Place): boolean {
    return this.underWay.has(nameOf(place))
  }

  /** What came of the call is written down. */
  settled(call: Call): void {
    this.underWay.delete(nameOf(call))
  }

  giveUp(place: Place): void {
    this.underWay.get(nameOf(place))?.abort()
  }

  /** Begin no more and give up those that are being made: the next process makes them again. */
  close(): void {
    this.closed = true
    for (const controller of this.underWay.values()) controller.abort()
  }

  private next(): void {
    while (this.calling < this.ports.settings.maxStepsAtOnce && !this.closed) {
      const call = this.waiting.shift()
      if (!call) return
      this.calling++
      this.perform(call).then((result) => {
        this.calling--
        if (!this.closed) this.onResult(call, result)
        this.next()
      })
    }
  }

  private async perform(queued: Call): Promise<OutboundResult> {
    const { call, idempotencyKey, timeoutMs } = queued
    const signal = this.underWay.get(nameOf(queued))?.signal
    try {
      return await this.ports.outbound.perform(call, {
        registry: this.ports.registry(),
        idempotencyKey,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(signal ? { signal } : {}),
      })
    } catch (error) {
      this.onFault(error)
      return { ok: false, error: 'The call failed by a defect', retryable: false, maybeDone: true }
    }
  }
}
