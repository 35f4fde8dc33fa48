/**
 * Checks that `value` is what its operator and its field call for.
 * @module
 */
import ipaddr from 'ipaddr.js'
import type { Scalar } from '../policy.js'
import { detectorNames } from '../text/detectors/registry.js'
import { compilePattern } from '../text/pattern.js'
import { type FieldType, typeNames } from './input-fields.js'
import { suggestion } from './nearest.js'
import { kindOf } from './schema-problems.js'
import type { Operator } from './when.js'

type Kind = 'scalar' | 'scalars' | 'text' | 'limit' | 'nothing' | 'ranges' | 'pattern' | 'detector'

const kinds: Readonly<Record<Operator, Kind>> = {
  equals: 'scalar',
  not_equals: 'scalar',
  in: 'scalars',
  not_in: 'scalars',
  contains: 'scalar',
  not_contains: 'scalar',
  contains_any: 'scalars',
  starts_with: 'text',
  ends_with: 'text',
  regex: 'pattern',
  greater_than: 'limit',
  greater_or_equal: 'limit',
  less_than: 'limit',
  less_or_equal: 'limit',
  exists: 'nothing',
  not_exists: 'nothing',
  cidr: 'ranges',
  detects: 'detector',
}

/** A checked value: none, one, or several. */
export type Operand =
  | { readonly ok: true; readonly values: readonly (string | number | boolean)[] }
  | RefusedOperand

/** `index` names the element of a list; `offset` the place inside a text; an empty message is for what was said already. */
interface RefusedOperand {
  readonly ok: false
  readonly message: string
  readonly index?: number
  readonly offset?: number
}

const refuse = (message: string, place: { offset?: number } = {}): RefusedOperand => ({
  ok: false,
  message,
  ...place,
})

/** Checks the value of an operator. Lists come without repetitions. */
export function readOperand(operator: Operator, value: unknown): Operand {
  const kind = kinds[operator]
  if (kind === 'nothing') {
    return value === undefined ? { ok: true, values: [] } : refuse(`${operator} takes no value`)
  }
  if (value === undefined) return refuse(`${operator} needs a value`)
  const plural = kind === 'scalars' || kind === 'ranges'
  if (Array.isArray(value) && !plural)
    return refuse(`${operator} takes one value, not a list${pluralOf(operator)}`)
  if (!Array.isArray(value) && kind === 'scalars')
    return refuse(`${operator} takes a list: [${String(value)}]`)
  const list: unknown[] = Array.isArray(value) ? value : [value]
  for (const [i, each] of list.entries()) {
    const wrong = checkOne(operator, kind, each)
    if (wrong !== undefined) return Array.isArray(value) ? { ...wrong, index: i } : wrong
  }
  return { ok: true, values: [...new Set(list as (string | number | boolean)[])] }
}

function pluralOf(operator: Operator): string {
  const plural = { equals: 'in', not_equals: 'not_in', contains: 'contains_any' }[operator as string]
  return plural === undefined ? '' : `: for several use ${plural}`
}

function checkOne(operator: Operator, kind: Kind, value: unknown): RefusedOperand | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    return refuse('this number is too large to be compared exactly')
  // What is no scalar the form has refused already, saying so.
  if (typeof value === 'object') return refuse('')
  if (kind === 'scalar' || kind === 'scalars') return undefined
  if (kind === 'limit') {
    return typeof value === 'number' || typeof value === 'string'
      ? undefined
      : refuse(`${operator} compares with a number or a text, not with ${kindOf(value)}`)
  }
  if (typeof value !== 'string') return refuse(`${operator} takes text, not ${kindOf(value)}`)
  if (value === '') return refuse(`${operator} takes a text that is not empty`)
  switch (kind) {
    case 'pattern': {
      const compiled = compilePattern(value)
      return compiled.ok ? undefined : refuse(compiled.message, { offset: compiled.offset })
    }
    case 'detector':
      return detectorNames().includes(value)
        ? undefined
        : refuse(`unknown detector "${value}"${suggestion(value, detectorNames())}`)
    case 'ranges':
      return isRange(value)
        ? undefined
        : refuse(
            `"${value}" is no range of addresses: write 10.0.0.0/8, 2001:db8::/32, or 192.0.2.7/32 for one`,
          )
    default:
      return undefined
  }
}

/** `ipaddr.js` also takes `10/8` for 0.0.0.10, octal numbers, and zones, of which the gate knows nothing. */
function isRange(text: string): boolean {
  const [address = ''] = text.split('/')
  const strict = address.includes(':') ? !address.includes('%') : ipaddr.IPv4.isValidFourPartDecimal(address)
  return strict && ipaddr.isValidCIDR(text)
}

const textOperators: ReadonlySet<Operator> = new Set([
  'contains',
  'not_contains',
  'contains_any',
  'starts_with',
  'ends_with',
  'regex',
  'cidr',
  'detects',
])

/** Why the operator can say nothing about a field of this type; undefined when it can, or the type is not known. */
const membership: ReadonlySet<Operator> = new Set(['contains', 'not_contains', 'contains_any'])

export function typeMismatch(
  operator: Operator,
  type: FieldType,
  field: string,
  values: readonly Scalar[],
): string | undefined {
  if (type === undefined || operator === 'exists' || operator === 'not_exists') return undefined
  if (type === 'object' || type === 'array' || type === 'texts') {
    if (operator === 'detects') return undefined
    if (type === 'texts' && !membership.has(operator))
      return `${field} is a list: test ${field}[*], or the list with contains or contains_any`
    if (type === 'texts') return typeMismatch(operator, 'string', field, values)
    return `${field} is ${typeNames[type]}, not one value: name a member of it, or test all text with field: "*"`
  }
  if (textOperators.has(operator) && type !== 'string')
    return `${field} is ${typeNames[type]}, and ${operator} tests text`
  const stranger = values.find((value) => typeof value !== type)
  if (stranger === undefined) return undefined
  return `${field} is ${typeNames[type]}, never ${JSON.stringify(stranger)}${hint(stranger, type)}`
}

function hint(value: Scalar, type: FieldType): string {
  if (type === 'number' && typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
    return ': write it without quotes'
  return type === 'string' && typeof value !== 'string' ? ': write it in quotes' : ''
}
