/** SIGTERM and SIGINT: the first asks, the second insists. @module */
import { exitCodes } from './exit-codes.js'
import type { Log } from './logging.js'

export interface StopSignals {
  /** Resolves with the name of the first signal. */
  readonly asked: Promise<string>
  /** Gives the signals back to Node. */
  release(): void
}

export function awaitStopSignals(log: Log): StopSignals {
  let asked = false
  let resolve: (signal: string) => void = () => {}
  const promise = new Promise<string>((done) => {
    resolve = done
  })
  const onSignal = (signal: NodeJS.Signals) => {
    if (asked) {
      log.warn({ signal }, 'stopped at once: asked a second time')
      process.exit(exitCodes.failure.code)
    }
    asked = true
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
