/** Events to rows. @module */
import type { Event } from '../domain/event.js'
import { Rows } from './rows.js'
import type { Inserts } from './statements.js'

const eventParameters = 8

/** Write events that have their numbers. @returns bytes of text */
export function writeEvents(insert: Inserts, events: readonly Event[]): number {
  const rows = new Rows(insert, eventParameters)
  let bytes = 0
  for (const { seq, workflowKey, stepId, type, at, body, asked, subject } of events) {
    rows.add([seq as number, workflowKey, stepId ?? null, type, at, body, asked ?? null, subject ?? null])
    bytes += body.length + (asked?.length ?? 0)
  }
  rows.finish()
  return bytes
}
