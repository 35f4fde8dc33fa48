/** What wakes a plan. @module */
import type { EventType } from '../../domain/event.js'

/** Events of a workflow after which its plan may go on. Those that the runner writes itself are not among them. */
export const wakingEvents: ReadonlySet<EventType> = new Set([
  'step_completed',
  'approval_approved',
  'approval_rejected',
  'approval_expired',
  'workflow_aborted',
  'workflow_failed',
  'workflow_completed',
  'plan_cancelled',
])
