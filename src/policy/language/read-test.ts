import type { FactTest, Hook } from '../policy.js'
import { MOST_LISTED, namedFact } from './fact.js'
import type { Findings } from './findings.js'
import { readOperand, typeMismatch } from './read-operand.js'
import { readSubject, type Subject } from './read-subject.js'
import { type FieldTest, type Operator, operators, type When } from './when.js'
import type { ValuePath } from './yaml-documents.js'

type Value = string | number | boolean

const comparisons = {
  greater_than: '>',
  greater_or_equal: '>=',
  less_than: '<',
  less_or_equal: '<=',
} as const

/** Operators that mean `not` around another. */
const negated: Partial<Record<Operator, Operator>> = {
  not_equals: 'equals',
  not_in: 'in',
  not_contains: 'contains',
  not_exists: 'exists',
}

const overWhole: readonly Operator[] = ['regex', 'contains', 'not_contains', 'contains_any', 'detects']

/** Reads `{ field, operator, value }`; undefined when something is wrong with it, which is then reported. */
export function readTest(
  raw: Readonly<Record<string, unknown>>,
  at: ValuePath,
  hooks: readonly Hook[],
  findings: Findings,
): When | undefined {
  const { field, operator, value } = raw
  if (field === undefined) findings.error(at, 'field is missing')
  if (operator === undefined) findings.error(at, 'operator is missing')
  const subject =
    typeof field === 'string' ? readSubject(field, [...at, 'field'], hooks, findings) : undefined
  if (!isOperator(operator)) return undefined
  const operand = readOperand(operator, value)
  if (!operand.ok) {
    const { message, index, offset } = operand
    const place = value === undefined ? 'operator' : 'value'
    if (message !== '')
      findings.error(
        [...at, place, ...(index === undefined ? [] : [index])],
        message,
        offset === undefined ? {} : { offset },
      )
  }
  if (subject === undefined) return undefined
  const misfit = misfitOf(operator, subject, operand.ok ? operand.values : [])
  if (misfit !== undefined) findings.error([...at, 'operator'], misfit)
  if (!operand.ok || misfit !== undefined) return undefined
  const test: When = { kind: 'test', test: testOf(negated[operator] ?? operator, subject, operand.values) }
  return negated[operator] === undefined ? test : { kind: 'not', of: test }
}

const isOperator = (value: unknown): value is Operator => (operators as readonly unknown[]).includes(value)

function misfitOf(
  operator: Operator,
  { over, type, text }: Subject,
  values: readonly Value[],
): string | undefined {
  if (over.kind === 'whole') {
    if (!overWhole.includes(operator)) return `"*" is one long text: only ${overWhole.join(', ')} can test it`
    const stranger = values.find((value) => typeof value !== 'string')
    return stranger === undefined
      ? undefined
      : `"*" is one long text and holds no ${typeof stranger} ${stranger}: write it in quotes`
  }
  if (over.kind === 'history' && (operator in comparisons || operator === 'cidr'))
    return `${operator} cannot test earlier steps`
  return typeMismatch(operator, type, text, values)
}

/** The test as Rego or a fact will make it. */
function testOf(operator: Operator, subject: Subject, values: readonly Value[]): FieldTest {
  const fact = factTest(operator, values)
  const outside = subject.over.kind !== 'field' || alwaysFacts.has(operator) || values.length > MOST_LISTED
  if (fact !== undefined && outside)
    return { op: 'fact', fact: namedFact({ over: subject.over, test: fact }) }
  const { path } = subject
  switch (operator) {
    case 'starts_with':
    case 'ends_with':
      return { op: operator, path, value: String(values[0]) }
    case 'greater_than':
    case 'greater_or_equal':
    case 'less_than':
    case 'less_or_equal':
      return { op: 'compare', path, by: comparisons[operator], value: values[0] as number | string }
    case 'exists':
      return { op: 'exists', path }
    case 'cidr':
      return { op: 'cidr', path, ranges: values.map(String) }
    default:
      return { op: 'in', path, values }
  }
}

/** Regular expressions and case folding are 10 to 100 times faster outside WASM. */
const alwaysFacts: ReadonlySet<Operator> = new Set(['regex', 'detects', 'contains', 'contains_any'])

function factTest(operator: Operator, values: readonly Value[]): FactTest | undefined {
  const [first] = values
  switch (operator) {
    case 'regex':
    case 'detects':
    case 'starts_with':
    case 'ends_with':
      return { op: operator, value: String(first) }
    case 'contains':
    case 'equals':
      return { op: operator, value: first! }
    case 'contains_any':
    case 'in':
      return { op: operator, value: values }
    case 'exists':
      return { op: 'exists' }
    default:
      return undefined
  }
}
