/**
 * Which fields there are: reads the schema of the policy input along a path.
 * @module
 */
import type { FieldPath, Hook } from '../policy.js'
import { fieldText, hasAny, parseFieldPath } from './field-path.js'
import { type InputSchema, inputSchema } from './input-schema.js'
import { nearestOf, suggestion } from './nearest.js'

/** The JSON type a field is known to have; undefined where anything may stand. */
export type FieldType = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'texts' | undefined

/** The types as messages name them. */
export const typeNames = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  object: 'a mapping',
  array: 'a list',
  texts: 'a list of texts',
} as const

export type FieldLookup =
  | {
      readonly ok: true
      readonly type: FieldType
      /** Known to be there in every input of the policy's moments. */
      readonly always: boolean
    }
  | { readonly ok: false; readonly message: string }

/** Always there when a step or a plan is judged. Others may be missing: they are optional on the wire, or free-form. */
const always: ReadonlySet<string> = new Set([
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
const alwaysAtPlan: ReadonlySet<string> = new Set([...always, 'org_id', 'client_id', 'user', 'plan'])

/** All moments at which policies may be asked. */
export const everyHook: readonly Hook[] = ['step', 'plan', 'completion', 'code']

/** Names a field may start with, in policies of these hooks. */
export function fieldRoots(hooks: readonly Hook[]): string[] {
  return Object.keys(inputSchema().properties!).filter(
    (root) => root !== 'facts' && isThere(inputSchema().properties![root]!, hooks),
  )
}

/** What is known of a field for policies of these hooks; a message with the nearest known name when there is none. */
export function lookUpField(path: FieldPath, hooks: readonly Hook[]): FieldLookup {
  const root = String(path[0])
  if (root === 'facts') return { ok: false, message: 'facts are not for policies to read' }
  let schema: InputSchema | undefined = inputSchema()
  let known = hooks.every((hook) =>
    (hook === 'plan' ? alwaysAtPlan : hook === 'step' ? always : none).has(root),
  )
  for (const [depth, element] of path.entries()) {
    if (schema === undefined) return { ok: true, type: undefined, always: false }
    const found = memberOf(schema, element)
    if (found === 'none') {
      const at = fieldText(path.slice(0, depth))
      return { ok: false, message: unknownMember(schema, at, element, hooks) }
    }
    if (found && !isThere(found, hooks)) return { ok: false, message: elsewhere(path, depth, found, hooks) }
    if (depth > 0)
      known &&= (schema.required?.includes(String(element)) ?? false) || isThereAlways(found, hooks)
    schema = found
  }
  return { ok: true, type: typeOf(schema), always: known }
}

const none: ReadonlySet<string> = new Set()

const isThere = (schema: InputSchema, hooks: readonly Hook[]): boolean =>
  schema['x-hooks']?.some((hook) => hooks.includes(hook)) ?? true

/** Members that belong to a moment are left out at the others only. */
const isThereAlways = (schema: InputSchema | undefined, hooks: readonly Hook[]): boolean =>
  hooks.every((hook) => schema?.['x-hooks']?.includes(hook))

/** What a step's field is called in the steps of a plan. */
const inPlan: Readonly<Record<string, string>> = {
  step_id: 'id',
  step_name: 'name',
  step_type: 'type',
  tool_name: 'tool_name',
  tool_input: 'parameters',
  provider: 'provider',
  model: 'model',
}

function elsewhere(
  path: FieldPath,
  depth: number,
  { 'x-hooks': there = [] }: InputSchema,
  hooks: readonly Hook[],
): string {
  const field = fieldText(path.slice(0, depth + 1))
  const message = `${field} is there only for policies with applies_to: [${there[0]}]`
  const name = hooks.includes('plan') && depth === 0 ? inPlan[field] : undefined
  if (name !== undefined) return `${message}; of a plan: plan.steps[*].${name}`
  return field === 'cost_usd' && hooks.includes('plan')
    ? `${message}; of a plan: plan.estimated_cost_usd`
    : message
}

/** The field that chooses the share of a rollout where the policy names none. */
export const rolloutField = (hooks: readonly Hook[]): string =>
  hooks.every((hook) => hook === 'plan') ? 'plan.id' : 'workflow_id'

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
  if (found.type !== 'object' && found.type !== 'array' && found.type !== 'texts') return { text }
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
  if (schema?.type === 'array' && schema.items?.type === 'string') return 'texts'
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
  const known = Object.entries(schema.properties ?? {}).flatMap(([each, found]) =>
    isThere(found, hooks) ? [each] : [],
  )
  const near = nearestOf(name, known)
  const meant = near === undefined ? `; ${at} has ${known.join(', ')}` : `; did you mean "${at}.${near}"?`
  return `unknown field "${at}.${name}"${meant}`
}
