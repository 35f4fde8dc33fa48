/** The shapes on the wire, as JSON Schema. @module */
import { approvalSchemas } from './approval-schemas.js'
import { gateSchemas } from './gate-schemas.js'
import { ref, type Schema } from './parts.js'

/** Every named shape. */
export const schemas = { ...gateSchemas, ...approvalSchemas }

/** A reference to one of them. */
export const shape = (name: keyof typeof schemas): Schema => ref(name)
