/** SIGTERM and SIGINT: the first asks, the second insists. @module */
import { performance } from 'node:perf_hooks'
import { exitCodes } from './exit-codes.js'
import type { Log } from './logging.js'

export interface StopSignals {
  /** Resolves with the name of the first signal. */
  readonly asked: Promise<string>
  /** Gives the signals back to Node. */
  release(): void
}

/** A terminal signals a whole process group and npm passes the signal on: within this time, in ms, twice is once. */
const ECHO_TIME = 500

export function awaitStopSignals(log: Log): StopSignals {
  let first: { readonly signal: string; readonly at: number } | undefined
  let resolve: (signal: string) => void = () => {}
  const promise = new Promise<string>((done) => {
    resolve = done
  })
  const onSignal = (signal: NodeJS.Signals) => {
    if (first !== undefined) {
      if (signal === first.signal && performance.now() - first.at < ECHO_TIME) return
      log.warn({ signal }, 'stopped at once: asked a second time')
      process.exit(exitCodes.failure.code)
    }
    first = { signal, at: performance.now() }
    resolve(signal)
  }
  const signals = ['SIGTERM', 'SIGINT'] as const
  for (const signal of signals) process.on(signal, onSignal)
  return {
    asked: promise,
    release: () => {
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}
