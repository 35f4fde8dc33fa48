/** What the answer of a test in Rego means, as OPA's runner would take it. @module */
import { isObject } from '../../domain/json.js'
import type { Answer } from '../engine/wasm-policy.js'
import type { TestRule } from '../toolchain/toolchain.js'
import type { PolicyTestResult } from './run-policy-test.js'

/** What a test told while it ran. */
export interface Told {
  /** Of a table test, the paths of the cases that it came to. */
  readonly cases: readonly (readonly string[])[]
  /** Lines of `print`. */
  readonly printed: readonly string[]
  /** Of built-ins that had no answer. It made the expression undefined, as it would at a gate. */
  readonly failures: readonly string[]
}

export type RegoTestOutcome = Pick<PolicyTestResult, 'outcome' | 'notes'>

/** A test passes when it is true; a table when all cases that it came to are. */
export function outcomeOf({ table }: TestRule, answer: Answer, told: Told): RegoTestOutcome {
  const printed = told.printed.map((line) => `printed: ${line}`)
  if (answer.kind === 'failed') return { outcome: 'error', notes: [answer.message, ...printed] }
  const value = answer.kind === 'value' ? answer.value : undefined
  const wrong = table ? wrongCases(value, told.cases) : value === true ? [] : ['the rule is not true']
  if (wrong.length === 0) return { outcome: 'pass', notes: printed }
  return { outcome: 'fail', notes: [...wrong, ...told.failures, ...printed] }
}

/** Cases that were come to and did not hold, and those that hold something else than `true`. */
function wrongCases(value: unknown, reached: Told['cases']): string[] {
  if (value === undefined) return ['the rule has no cases']
  const absent = reached.filter((path) => memberAt(value, path) === undefined)
  const names = [...absent, ...untrue(value)].map((path) => path.join('.'))
  return [...new Set(names)].sort().map((name) => `case ${name} failed`)
}

function memberAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined),
    value,
  )
}

function untrue(value: unknown): string[][] {
  if (!isObject(value)) return value === true ? [] : [[]]
  return Object.entries(value).flatMap(([name, each]) => untrue(each).map((path) => [name, ...path]))
}
