/** A plan in the midst of its transaction, and what it asks of the world. @module */
import type { Plan } from '../../domain/plan/plan.js'
import type { StepRun } from '../../domain/plan/run.js'
import type { Workflow } from '../../domain/workflow.js'
import type { OutboundCall } from '../../outbound/outbound.js'
import type { Transaction } from '../../store/store.js'
import type { Ports } from '../ports.js'

/** A plan in the midst of its transaction. */
export interface Running {
  readonly ports: Ports
  readonly tx: Transaction
  readonly plan: Plan
  readonly runs: readonly StepRun[]
  readonly workflow: Workflow
  readonly now: number
}

/** A call to be made outside. */
export interface Call {
  readonly planKey: number
  readonly position: number
  readonly kind: 'step' | 'undo'
  readonly attempt: number
  readonly call: OutboundCall
  readonly idempotencyKey: string
  readonly timeoutMs?: number
}
