/** What the wire's shapes are made of, as JSON Schema. @module */

export type Schema = Record<string, unknown>

export const text: Schema = { type: 'string' }
export const count: Schema = { type: 'integer', minimum: 0 }
export const amount: Schema = { type: 'number', minimum: 0 }
/** Of a request. */
export const givenAmount: Schema = { ...amount, maximum: Number.MAX_SAFE_INTEGER }
export const flag: Schema = { type: 'boolean' }
export const instant: Schema = { type: 'string', format: 'date-time' }
export const anyObject: Schema = { type: 'object', additionalProperties: true }
export const list = (items: Schema): Schema => ({ type: 'array', items })
export const oneOf = (...values: string[]): Schema => ({ type: 'string', enum: values })
export const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] })
/** A reference to a named shape. */
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })

/** An object with required and optional members; others may come. */
export function object(
  required: Record<string, Schema>,
  optional: Record<string, Schema> = {},
  more: Schema = {},
): Schema {
  return {
    type: 'object',
    required: Object.keys(required),
    properties: { ...required, ...optional },
    ...more,
  }
}
