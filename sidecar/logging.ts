/** One JSON object a line on standard output. Payloads are never passed to it. @module */
import { type Logger, pino } from 'pino'
import type { Settings } from './settings.js'

export type Log = Logger

export function openLog(level: Settings['log_level']): Log {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // Words rather than pino's numbers: people grep for them.
    formatters: { level: (label) => ({ level: label }) },
  })
}

/** Says the same failure once, then counts: a full disk must not fill the log as well. */
export function openRepeatedFault(log: Log, msg: string, everyMs: number, now: () => number = Date.now) {
  let last: { text: string; at: number; unsaid: number } | undefined
  return (error: unknown): void => {
    const text = error instanceof Error ? error.message : String(error)
    if (last?.text === text && now() - last.at < everyMs) {
      last.unsaid++
      return
    }
    log.error({ err: error, ...(last?.unsaid ? { unsaid: last.unsaid } : {}) }, msg)
    last = { text, at: now(), unsaid: 0 }
  }
}
