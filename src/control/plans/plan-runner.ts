/** Runs every executing plan: makes the calls its steps need, and looks again when something happened. @module */
import type { PastEvent } from '../../domain/event.js'
import { isAtRest } from '../../domain/plan/moves.js'
import { isOver, type Plan } from '../../domain/plan/plan.js'
import type { StepRun } from '../../domain/plan/run.js'
import type { OutboundResult } from '../../outbound/outbound.js'
import { StoreUnavailable, type Transaction } from '../../store/store.js'
import type { Ports } from '../ports.js'
import { type Advanced, advancePlan } from './advance-plan.js'
import { CallQueue } from './call-queue.js'
import { Pace } from './pace.js'
import { recordResult } from './record-result.js'
import type { Call } from './running.js'
import { wakingEvents } from './waking-events.js'

/** Milliseconds before a look that came to nothing is tried again: because the store refused it, or by a defect. */
const storeRetryMs = 500
const defectRetryMs = 30_000
/** Longest wait that a timer can hold; a plan that waits longer is looked at in between. */
const longestTimerMs = 2 ** 31 - 1

interface Watched {
  timer?: NodeJS.Timeout
  /** A human task of it waits for its completion. */
  person?: boolean
  /** Told when the plan is over or waits for a person. */
  readonly waiters: Set<() => void>
}

/** One per store. State is in the store alone: what is remembered here can be lost at any instant. */
export class PlanRunner {
  private readonly watched = new Map<number, Watched>()
  private readonly byWorkflow = new Map<number, number>()
  private readonly waiting = new Map<number, { resumes: number; results: Map<Call, OutboundResult> }>()
  private readonly calls: CallQueue
  private readonly busy = new Set<number>()
  private readonly pace: Pace
  private looking = 0
  private scheduled = false
  private resting: NodeJS.Timeout | undefined
  private closed = false
  private released = false
  private readonly unwatch: () => void
  private readonly idle = new Set<() => void>()

  constructor(
    private readonly ports: Ports,
    private readonly onFault: (error: unknown) => void,
  ) {
    this.pace = new Pace(
      () => ports.store.asked(),
      () => performance.now(),
    )
    this.calls = new CallQueue(ports, (call, result) => this.record(call, result), onFault)
    this.unwatch = ports.store.watch((events) => this.heard(events))
  }

  /** Take up what was executing when the process ended. */
  async start(): Promise<void> {
    const plans = await this.ports.store.transact((tx) =>
      tx.plans.executing().map((key) => tx.plans.byKey(key)),
    )
    for (const plan of plans) this.follow(plan)
  }

  /** A plan was executed: see to it from now on. */
  follow(plan: Plan): void {
    if (this.closed || plan.workflowKey === undefined) return
    if (!this.watched.has(plan.key)) this.watched.set(plan.key, { waiters: new Set() })
    this.byWorkflow.set(plan.workflowKey, plan.key)
    this.look(plan.key)
  }

  /** Let one step begin in a plan that waits for resumes. */
  resume(plan: Plan): void {
    this.follow(plan)
    this.look(plan.key, 1)
  }

  /** Resolves when the plan is over or waits for a person; at once where it is at rest already, or the process ends. */
  atRest(plan: Plan): Promise<void> {
    return new Promise((resolve) => {
      this.follow(plan)
      const watched = this.watched.get(plan.key)
      if (watched && !this.released) watched.waiters.add(resolve)
      else resolve()
    })
  }

  /** Let nobody wait any more: the process is about to end, and what runs goes on in the next one. */
  release(): void {
    this.released = true
    for (const { waiters } of this.watched.values()) {
      for (const tell of waiters) tell()
      waiters.clear()
    }
  }

  /** Make no more calls, give up those under way, and wait until nothing is being written. */
  async close(): Promise<void> {
    this.closed = true
    this.unwatch()
    clearTimeout(this.resting)
    this.release()
    for (const { timer } of this.watched.values()) clearTimeout(timer)
    this.calls.close()
    if (this.looking > 0) await new Promise<void>((resolve) => this.idle.add(resolve))
  }

  private heard(events: readonly PastEvent[]): void {
    if (this.watched.size === 0) return
    for (const { workflowKey, type } of events) {
      const key = workflowKey === 0 || !wakingEvents.has(type) ? undefined : this.byWorkflow.get(workflowKey)
      if (key === undefined) continue
      // Completions are mostly the runner's own.
      if (type !== 'step_completed' || this.watched.get(key)?.person) this.look(key)
    }
  }

  private look(key: number, resumes = 0): void {
    if (this.closed) return
    const known = this.waiting.get(key)
    if (known) known.resumes += resumes
    else {
      this.waiting.set(key, { resumes, results: new Map() })
      this.schedule()
    }
  }

  private record(call: Call, result: OutboundResult): void {
    const known = this.waiting.get(call.planKey)
    if (known) known.results.set(call, result)
    else {
      this.waiting.set(call.planKey, { resumes: 0, results: new Map([[call, result]]) })
      this.schedule()
    }
  }

  private schedule(): void {
    if (this.scheduled || this.closed) return
    this.scheduled = true
    const rest = this.pace.rest()
    const pump = () => {
      this.scheduled = false
      if (!this.closed) this.pump()
    }
    if (rest > 0) this.resting = setTimeout(pump, rest)
    else setImmediate(pump)
  }

  /** A few plans at a time, so that gates that arrive meanwhile are in the same group and not behind all of them. */
  private pump(): void {
    for (const [key, work] of this.waiting) {
      if (this.looking >= this.pace.atOnce() || this.pace.rest() > 0) break
      // Two at once would both begin what can begin now.
      if (this.busy.has(key)) continue
      this.waiting.delete(key)
      this.busy.add(key)
      this.looking++
      this.advance(key, work).finally(() => {
        this.looking--
        this.busy.delete(key)
        if (this.waiting.size > 0) this.schedule()
        if (this.looking === 0) for (const resolve of this.idle) resolve()
      })
    }
    if (this.waiting.size > 0 && this.looking === 0) this.schedule()
  }

  private async advance(
    key: number,
    work: { readonly resumes: number; readonly results: ReadonlyMap<Call, OutboundResult> },
  ): Promise<void> {
    const ended = [...work.results.keys()]
    const underWay = ({ position }: StepRun): boolean =>
      (['step', 'undo'] as const).some(
        (kind) =>
          this.calls.has({ planKey: key, position, kind }) &&
          !ended.some((call) => call.position === position && call.kind === kind),
      )
    let workMs = 0
    const verb = (tx: Transaction): Advanced => {
      const begun = performance.now()
      for (const [call, result] of work.results) recordResult(this.ports, tx, call, result)
      const advanced = advancePlan(this.ports, tx, key, { underWay, resumes: work.resumes })
      workMs = performance.now() - begun
      return advanced
    }
    this.pace.began()
    try {
      const advanced = await this.ports.store.transact(verb)
      this.pace.worked(workMs, advanced.calls.length)
      for (const call of ended) this.calls.settled(call)
      this.carryOn(advanced)
    } catch (error) {
      // Nothing of it was written. The results are kept in memory until they can be.
      const refused = error instanceof StoreUnavailable
      if (!refused) this.onFault(error)
      if (this.closed) return
      const again = () => {
        this.look(key, work.resumes)
        for (const [call, result] of work.results) this.record(call, result)
      }
      setTimeout(again, refused ? storeRetryMs : defectRetryMs).unref()
    }
  }

  private carryOn({ plan, runs, calls, nextLook }: Advanced): void {
    const watched = this.watched.get(plan.key)
    clearTimeout(watched?.timer)
    this.giveUpStale(plan, runs)
    const over = isOver(plan.status)
    if (over) {
      this.watched.delete(plan.key)
      if (plan.workflowKey !== undefined) this.byWorkflow.delete(plan.workflowKey)
    } else if (watched) {
      const person = runs.some(({ state }) => state === 'person')
      // The report may have come before anybody here listened for it.
      if (person && !watched.person) this.look(plan.key)
      watched.person = person
    }
    if (watched && !over && nextLook !== undefined) {
      const wait = Math.min(Math.max(0, nextLook - this.ports.now()), longestTimerMs)
      watched.timer = setTimeout(() => this.look(plan.key), wait)
      watched.timer.unref()
    }
    this.calls.add(calls)
    // A look that is still to come may be for what they wait for: a resume.
    if (!watched || !(over || (isAtRest(plan, runs) && !this.waiting.has(plan.key)))) return
    for (const tell of watched.waiters) tell()
    watched.waiters.clear()
  }

  /** Calls whose step was cancelled meanwhile, or whose plan is over. */
  private giveUpStale({ key: planKey, status }: Plan, runs: readonly StepRun[]): void {
    for (const { position, state } of runs) {
      if (isOver(status)) this.calls.giveUp({ planKey, position, kind: 'undo' })
      if (isOver(status) || state === 'cancelled') this.calls.giveUp({ planKey, position, kind: 'step' })
    }
  }
}
