/** What the verbs are given: the world enters here, so that the domain needs none of it. @module */
import { randomBytes } from 'node:crypto'
import type { Registry } from '../domain/agent.js'
import type { RandomHex } from '../domain/ids.js'
import type { Outbound } from '../outbound/outbound.js'
import type { PolicyEngine } from '../policy/engine/engine.js'
import type { Store } from '../store/store.js'
import type { Histories } from './histories.js'

export interface Settings {
  /** Milliseconds a hold may wait where its policy does not say. */
  readonly approvalTtlMs: number
  /** Workflows in progress a tenant may have; 0: no limit. */
  readonly maxConcurrentExecutions: number
  /** Who plans where the request does not say; default `rules`. */
  readonly planner?: 'rules' | 'llm'
  /** Milliseconds a plan may wait for its execution. */
  readonly planTtlMs: number
  /** Steps of all plans that run at one time. */
  readonly maxStepsAtOnce: number
  /** Streams of executions that a tenant may have open; 0: no limit. */
  readonly maxStreams: number
  /** Milliseconds between signs of life on a stream where nothing happens. */
  readonly streamKeepAliveMs: number
}

export interface Ports {
  readonly store: Store
  /** The engine of the live revision; asked anew by each verb, so a verb never sees two. */
  readonly engine: () => PolicyEngine
  readonly histories: Histories
  /** Agents, providers and connectors of the live revision. */
  readonly registry: () => Registry
  readonly outbound: Outbound
  /** Unix milliseconds. */
  readonly now: () => number
  readonly randomHex: RandomHex
  readonly settings: Settings
}

/** Random hex digits from the system, drawn a page at a time. */
export function systemRandom(): RandomHex {
  let page = ''
  let next = 0
  return () => {
    if (next + 32 > page.length) {
      page = randomBytes(4096).toString('hex')
      next = 0
    }
    next += 32
    return page.slice(next - 32, next)
  }
}
