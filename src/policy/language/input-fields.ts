/**
 * Which fields there are: reads the schema of the policy input along a path.
 * @module
 */
import type { FieldPath, Hook } from '../policy.js'
import { fieldText, hasAny, parseFieldPath } from './field-path.js'
import { type InputSchema, inputSchema } from './input-schema.js'
import { nearestOf, suggestion } from './nearest.js'

/** The JSON type a field is known to have; undefined where anything may stand. */
export type FieldType = 'string' | 'number' | 'boolean' | 'object' | 'array' | undefined

/** The types as messages name them. */
export const typeNames = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  object: 'a mapping',
  array: 'a list',
} as const

export type FieldLookup =
  | {
      readonly ok: true
      readonly type: FieldType
      /** Known to be there in every input of a step. */
      readonly always: boolean
    }
  | { readonly ok: false; readonly message: string }

/** Roots that only some hooks have; all the others are known to every hook. */
const rootsOfHooks: Readonly<Record<string, Hook>> = { plan: 'plan', output: 'completion', code: 'code' }

/** Always there when a step is judged. Others may be missing: they are optional on the wire, or free-form. */
const alwaysAtStep: ReadonlySet<string> = new Set([
  'workflow_id',
  'workflow_name',
  'source',
  'metadata',
  'step_id',
  'step_type',
  'step_index',
  'step_input',
  'tenant_id',
  'now',
  'request_type',
  'step',
  'workflow',
])

/** Names a field may start with, in policies of these hooks. */
export function fieldRoots(hooks: readonly Hook[]): string[] {
  return Object.keys(inputSchema().properties!).filter(
    (root) => root !== 'facts' && (rootsOfHooks[root] === undefined || hooks.includes(rootsOfHooks[root])),
  )
}

/** What is known of a field for policies of these hooks; a message with the nearest known name when there is none. */
export function lookUpField(path: FieldPath, hooks: readonly Hook[]): FieldLookup {
  const root = path[0]
  const hook = rootsOfHooks[String(root)]
  if (hook !== undefined && !hooks.includes(hook))
    return { ok: false, message: `${root} is there only for policies with applies_to: [${hook}]` }
  if (root === 'facts') return { ok: false, message: 'facts are not for policies to read' }
  let schema: InputSchema | undefined = inputSchema()
  let always = alwaysAtStep.has(String(root)) && hooks.every((each) => each === 'step')
  for (const [depth, element] of path.entries()) {
    if (schema === undefined) return { ok: true, type: undefined, always: false }
    const found = memberOf(schema, element)
    if (found === 'none') {
      const at = fieldText(path.slice(0, depth))
      return { ok: false, message: unknownMember(schema, at, element, hooks) }
    }
    if (depth > 0) always &&= typeof element === 'string' && (schema.required?.includes(element) ?? false)
    schema = found
  }
  return { ok: true, type: typeOf(schema), always }
}

/** A field that a setting names, and what is wrong with it. */
export interface NamedField {
  /** As fact names and records write it. */
  readonly text: string
  readonly problem?: { readonly message: string; readonly offset?: number }
}

/** Checks a field that a setting names; `one`: it must hold a single value. */
export function checkNamedField(field: string, hooks: readonly Hook[], one: boolean): NamedField {
  const parsed = parseFieldPath(field)
  if (!parsed.ok) return { text: field, problem: parsed }
  const text = fieldText(parsed.path)
  const found = lookUpField(parsed.path, hooks)
  if (!found.ok) return { text, problem: found }
  if (!one) return { text }
  if (hasAny(parsed.path)) return { text, problem: { message: 'one value is needed here: [*] names many' } }
  if (found.type !== 'object' && found.type !== 'array') return { text }
  return { text, problem: { message: `one value is needed here: ${text} is ${typeNames[found.type]}` } }
}

/** The schema below a name or position; undefined where anything may follow, `none` where nothing can. */
function memberOf(schema: InputSchema, element: FieldPath[number]): InputSchema | undefined | 'none' {
  if (schema.type === undefined) return undefined
  if (schema.type === 'array') return typeof element === 'string' ? 'none' : schema.items
  if (schema.type !== 'object' || typeof element === 'number') return 'none'
  if (typeof element === 'object') return schema.properties === undefined ? undefined : 'none'
  const own = schema.properties
  if (own !== undefined && Object.hasOwn(own, element)) return own[element]
  return schema.additionalProperties === true ? undefined : 'none'
}

function typeOf(schema: InputSchema | undefined): FieldType {
  return schema?.type === 'integer' ? 'number' : schema?.type
}

function unknownMember(
  schema: InputSchema,
  at: string,
  element: FieldPath[number],
  hooks: readonly Hook[],
): string {
  const name = typeof element === 'string' ? element : fieldText([element])
  if (schema.type === 'array') return `${at} is a list: write ${at}[*] or ${at}[0] for its elements`
  if (schema.type !== 'object') return `${at} is ${typeNames[typeOf(schema)!]} and has nothing below it`
  if (typeof element !== 'string') return `${at === '' ? 'the input' : at} is a mapping, not a list`
  if (at === '') return `unknown field "${name}"${suggestion(name, fieldRoots(hooks))}`
  const known = Object.keys(schema.properties ?? {})
  const near = nearestOf(name, known)
  const meant = near === undefined ? `; ${at} has ${known.join(', ')}` : `; did you mean "${at}.${near}"?`
  return `unknown field "${at}.${name}"${meant}`
}
