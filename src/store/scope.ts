/** Whose rows, and how they are handed out. @module */
import type { DecisionRecord } from '../domain/gate/record.js'
import type { Step } from '../domain/step.js'
import type { Workflow } from '../domain/workflow.js'

/** Whose rows may be seen: both parts come from the authenticated identity and are in every query. */
export interface Scope {
  readonly org: string
  readonly tenant: string
}

/** A page of rows and how many there are in all. */
export interface Page<T> {
  readonly rows: readonly T[]
  readonly total: number
}

/** A step that waits for a person, with its workflow and the record of its decision. */
export interface PendingStep {
  readonly workflow: Workflow
  readonly step: Step
  /** The record of its decision. */
  readonly record: DecisionRecord
}
