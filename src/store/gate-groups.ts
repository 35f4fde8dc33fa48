/**
 * First gates of one commit, kept together in one row. A row of `gate_groups` costs what one event does, and a gate in it
 * little more than its bytes: no parameter, no statement and no cell of a page is its own.
 * @module
 */
import type { Event } from '../domain/event.js'
import type { Step } from '../domain/step.js'
import type { SqlValue } from './database.js'
import { told } from './gate-group-rows.js'
import type { Statements } from './statements.js'

/** A row that is this long takes no further gate: who reads one of them has all of them read. */
const longEnoughBytes = 128 * 1024

/** A first gate that needs nothing but its step's row and its event, and the event's number is the step's checkpoint. */
export interface PlainGate {
  readonly step: Step
  readonly event: Event
}

/**
 * Whether a first gate can be kept in a group. Not where a person has to decide: holds are searched by what their rows and
 * records say. Nor where the record is masked: the step's digest is told by nothing else.
 */
export function isPlain(step: Step, events: readonly Event[]): boolean {
  const [event, another] = events
  return (
    step.version === 1 &&
    step.approval === undefined &&
    step.contentDigest === undefined &&
    another === undefined &&
    event?.type === 'step_gated' &&
    event.seq === step.checkpoint &&
    event.subject === undefined &&
    !lostInJson.test(step.stepId) &&
    !lostInJson.test(step.idempotencyKey)
  )
}

/** SQLite ends a JSON string where this says NUL, and makes of half a surrogate pair what is no text. */
const lostInJson = /[\0\p{Surrogate}]/u

/** Gates on their way into rows. */
export class GateGroups {
  private waiting: PlainGate[] = []
  /** Where contents are put together. */
  private content = Buffer.allocUnsafe(longEnoughBytes * 2)

  constructor(private readonly sql: Pick<Statements, 'insertGateGroup'>) {}

  add(gate: PlainGate): void {
    this.waiting.push(gate)
  }

  /**
   * Write them all.
   * @param written told of them
   * @returns bytes of text
   */
  write(written: (gates: readonly PlainGate[]) => void): number {
    const { waiting } = this
    if (waiting.length === 0) return 0
    this.waiting = []
    let bytes = 0
    let length = 0
    let gates: SqlValue[][] = []
    for (const [i, { step, event }] of waiting.entries()) {
      const start = length
      const bodyEnd = start + this.put(event.body, start)
      length = bodyEnd + this.put(event.asked, bodyEnd)
      gates.push(told(step, start, bodyEnd - start, length - bodyEnd))
      const follows = waiting[i + 1]?.step.checkpoint === step.checkpoint + 1
      if (follows && length < longEnoughBytes) continue
      const firstSeq = step.checkpoint + 1 - gates.length
      const text = JSON.stringify(gates)
      this.sql.insertGateGroup.get([firstSeq, text, this.content.subarray(0, length)])
      bytes += length + text.length
      length = 0
      gates = []
    }
    written(waiting)
    if (this.content.length > longEnoughBytes * 8) this.content = Buffer.allocUnsafe(longEnoughBytes * 2)
    return bytes
  }

  /** Puts bytes into the content. @returns how many */
  private put(part: string | Uint8Array | undefined, at: number): number {
    if (part === undefined) return 0
    // A UTF-16 unit takes three bytes at most.
    const room = typeof part === 'string' ? part.length * 3 : part.length
    if (at + room > this.content.length) {
      const larger = Buffer.allocUnsafe((at + room) * 2)
      this.content.copy(larger, 0, 0, at)
      this.content = larger
    }
    if (typeof part === 'string') return this.content.write(part, at, 'utf8')
    this.content.set(part, at)
    return part.length
  }
}
