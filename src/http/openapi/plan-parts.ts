/** What several shapes of plans have in common. @module */
import { anyObject, count, list, object, oneOf, type Schema, text } from './parts.js'

const version: Schema = { type: 'integer', minimum: 1 }

/** Place of a step. */
export const place: Schema = { ...version, description: 'From 1, as in the id of a step.' }

/** How a plan runs. */
export const planMode = oneOf('auto', 'sequential', 'parallel', 'balanced', 'confirm', 'step')

/** Steps as callers send them. */
export const planSteps: Schema = {
  ...list(anyObject),
  description: 'With the keys of a plan file; 500 at most. Null counts as absent.',
}

/** The steps of a run as tasks. */
export const planTasks = object({
  tasks_executed: count,
  execution_mode: planMode,
  execution_time_ms: count,
  tasks: list(object({ name: text, status: text, time_ms: count })),
})
