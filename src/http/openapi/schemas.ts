/** The shapes on the wire, as JSON Schema. @module */
import { agentSchemas } from './agent-schemas.js'
import { approvalSchemas } from './approval-schemas.js'
import { errorSchemas } from './error-schemas.js'
import { executionSchemas } from './execution-schemas.js'
import { gateSchemas } from './gate-schemas.js'
import { ref, type Schema } from './parts.js'
import { planRunSchemas } from './plan-run-schemas.js'
import { planSchemas } from './plan-schemas.js'
import { reviewSchemas } from './review-schemas.js'

/** Every named shape. */
export const schemas = {
  ...gateSchemas,
  ...approvalSchemas,
  ...errorSchemas,
  ...agentSchemas,
  ...planSchemas,
  ...planRunSchemas,
  ...reviewSchemas,
  ...executionSchemas,
}

/** A reference to one of them. */
export const shape = (name: keyof typeof schemas): Schema => ref(name)
