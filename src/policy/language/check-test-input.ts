/**
 * Checks the input of a test against the published schema: what the gate can never bring would let the test pass or fail
 * for the wrong reason.
 * @module
 */
import { isObject } from '../../domain/json.js'
import type { FieldPath, Hook } from '../policy.js'
import type { Findings } from './findings.js'
import { everyHook, lookUpField } from './input-fields.js'
import { type InputSchema, inputSchema } from './input-schema.js'
import { suggestion } from './nearest.js'
import { kindOf, typeName } from './schema-problems.js'
import type { ValuePath } from './yaml-documents.js'

type Input = Readonly<Record<string, unknown>>

/** @param at where the input stands in the document */
export function checkTestInput(input: Input, at: ValuePath, findings: Findings): void {
  const hooks: readonly Hook[] = isObject(input.plan) && input.plan.steps ? ['plan'] : everyHook
  check(input, inputSchema(), [])

  function check(value: unknown, schema: InputSchema, path: FieldPath & ValuePath): void {
    if (!isOfType(value, schema.type))
      findings.error([...at, ...path], `expected ${typeName(schema.type!)}, found ${kindOf(value)}`)
    else if (schema.enum && !schema.enum.includes(value as string))
      findings.error([...at, ...path], `unknown value "${value}"${suggestion(value as string, schema.enum)}`)
    else if (schema.type === 'array' && schema.items)
      for (const [i, element] of (value as unknown[]).entries()) check(element, schema.items, [...path, i])
    else if (schema.properties)
      for (const [name, member] of Object.entries(value as Input)) {
        const found = lookUpField([...path, name], hooks)
        if (found.ok) check(member, schema.properties[name]!, [...path, name])
        else findings.error([...at, ...path, name], found.message, { key: true })
      }
  }
}

function isOfType(value: unknown, type: InputSchema['type']): boolean {
  switch (type) {
    case undefined:
      return true
    case 'object':
      return isObject(value)
    case 'array':
      return Array.isArray(value)
    case 'integer':
      return Number.isSafeInteger(value)
    case 'number':
      return Number.isFinite(value)
    default:
      return typeof value === type
  }
}
