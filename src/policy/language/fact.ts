/**
 * Facts: the tests of YAML policies that are computed in JavaScript and handed to Rego as `input.facts[name]`.
 *
 * What each test means, and `computeFact` is the reference for it:
 *
 * - The values tested are those at the path. `[*]` stands for every element of a list or member of an object, `*` for
 *   the one text of the whole step_input and tool_input, a history attribute for that attribute of each earlier step.
 *   The fact is true when **any** value satisfies the test. Missing and null values satisfy none.
 * - `regex`: the value is a string and the RE2 pattern is found anywhere in it.
 * - `detects`: the detector finds something in the text of the value (see `textOf`), whatever its type.
 * - `contains`: in a string, the string is found whatever the case of its letters (both sides `toLowerCase`); in a
 *   list, one element is equal, type and case included. Nothing else contains anything.
 * - `contains_any`: `contains` holds for one of the values.
 * - `equals`, `in`: equal to the value, or to one of them, type and case included.
 * - `starts_with`, `ends_with`: the value is a string and does so, case included.
 * - `exists`: there is a value and it is not null.
 * @module
 */
import { createHash } from 'node:crypto'
import type { Fact, FactTest, Scalar } from '../policy.js'
import { detector } from '../text/detectors/registry.js'
import { compilePattern } from '../text/pattern.js'
import { TextView } from '../text/text-view.js'
import { fieldText, valuesAt } from './field-path.js'

/** The name of a fact: what it tests, readable, and equal only for equal meanings. */
export function factName({ over, test }: Pick<Fact, 'over' | 'test'>): string {
  const field =
    over.kind === 'whole'
      ? '*'
      : over.kind === 'history'
        ? `workflow.steps[*].${over.attribute}`
        : fieldText(over.path)
  return 'value' in test ? `${field} ${test.op} ${valueText(test.value)}` : `${field} ${test.op}`
}

/** A list with more values is a fact also where Rego could test it: OPA's compiler takes a stack frame for each. */
export const MOST_LISTED = 100

/** A string stands as it is unless it could be mistaken for JSON, or would not be seen for what it is. */
function valueText(value: Scalar | readonly Scalar[]): string {
  if (Array.isArray(value) && value.length > MOST_LISTED) return `${value.length} values (${digestOf(value)})`
  if (typeof value !== 'string') return JSON.stringify(value)
  const plain = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]+(?: [\p{L}\p{M}\p{N}\p{P}\p{S}]+)*$/u.test(value)
  return plain && !isJson(value) ? value : JSON.stringify(value)
}

const digestOf = (values: readonly Scalar[]): string =>
  `sha256 ${createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 32)}`

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** A fact with its name. */
export const namedFact = (fact: Pick<Fact, 'over' | 'test'>): Fact => ({ name: factName(fact), ...fact })

/** The reference implementation: slow, and right by definition. `input` is a policy input (see `inputSchema`). */
export function computeFact(fact: Fact, input: Readonly<Record<string, unknown>>): boolean {
  return factValues(fact, input).some((value) => value !== null && holds(fact.test, value))
}

function factValues({ over }: Fact, input: Readonly<Record<string, unknown>>): unknown[] {
  switch (over.kind) {
    case 'field':
      return valuesAt(input, over.path)
    case 'whole':
      return [wholeText(input)]
    case 'history':
      return valuesAt(input, ['workflow', 'steps', { any: true }, over.attribute])
  }
}

function holds(test: FactTest, value: unknown): boolean {
  switch (test.op) {
    case 'regex':
      return typeof value === 'string' && matches(test.value, value)
    case 'detects':
      return detects(test.value, textOf(value))
    case 'contains':
      return contains(value, test.value)
    case 'contains_any':
      return test.value.some((each) => contains(value, each))
    case 'equals':
      return value === test.value
    case 'in':
      return test.value.some((each) => value === each)
    case 'starts_with':
      return typeof value === 'string' && value.startsWith(test.value)
    case 'ends_with':
      return typeof value === 'string' && value.endsWith(test.value)
    case 'exists':
      return true
  }
}

function matches(source: string, text: string): boolean {
  const compiled = compilePattern(source)
  if (!compiled.ok) throw new Error(`the pattern of a fact was refused: ${compiled.message}`)
  return compiled.pattern.test(text)
}

function detects(name: string, text: string): boolean {
  const found = detector(name)
  if (found === undefined) throw new Error(`there is no detector ${name}`)
  return found.test(new TextView(text))
}

function contains(value: unknown, wanted: Scalar): boolean {
  if (Array.isArray(value)) return value.includes(wanted)
  if (typeof value !== 'string' || typeof wanted !== 'string') return false
  return value.toLowerCase().includes(wanted.toLowerCase())
}

/** The text of `field: "*"`: of step_input, then of tool_input. */
export function wholeText(input: Readonly<Record<string, unknown>>): string {
  return textOf([input.step_input, input.tool_input])
}

/**
 * The text of a value: a string as it is; a number as JSON writes it; of lists and objects the names and the text of
 * all that is in them, in order, a line each. Booleans and null have none.
 */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  let text = ''
  let first = true
  // A stack instead of recursion: nesting is as deep as the sender likes.
  const rest: unknown[] = [value]
  while (rest.length > 0) {
    const next = rest.pop()
    if (typeof next === 'string' || typeof next === 'number') {
      text += first ? next : `\n${next}`
      first = false
    } else if (Array.isArray(next)) {
      for (let i = next.length - 1; i >= 0; i--) rest.push(next[i])
    } else if (typeof next === 'object' && next !== null) {
      const names = Object.keys(next)
      for (let i = names.length - 1; i >= 0; i--) {
        const name = names[i] as string
        rest.push((next as Record<string, unknown>)[name], name)
      }
    }
  }
  return text
}
