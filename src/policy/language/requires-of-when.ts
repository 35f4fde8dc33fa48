import type { Condition } from '../policy.js'
import { affix, allOf, always, anyOf } from './condition.js'
import { hasAny } from './field-path.js'
import type { FieldTest, When } from './when.js'

/** What must hold for the condition to have any chance, as exactly as `Condition` can say it. */
export const requiresOfWhen = (when: When): Condition => necessary(when, true)

/** Necessary for `when` to come out as `wanted`. Negation is pushed down to the tests. */
function necessary(when: When, wanted: boolean): Condition {
  switch (when.kind) {
    case 'all':
    case 'any': {
      const of = when.of.map((each) => necessary(each, wanted))
      return (when.kind === 'all') === wanted ? allOf(of) : anyOf(of)
    }
    case 'not':
      return necessary(when.of, !wanted)
    case 'test':
      return wanted ? ofTest(when.test) : ofFailedTest(when.test)
  }
}

function ofTest(test: FieldTest): Condition {
  switch (test.op) {
    case 'in':
      return { kind: 'in', path: test.path, values: test.values }
    case 'compare':
      return typeof test.value === 'number'
        ? { kind: 'compare', path: test.path, op: test.by, value: test.value }
        : { kind: 'present', path: test.path }
    case 'starts_with':
    case 'ends_with':
      return affix(test.op, test.path, test.value)
    case 'fact':
      return { kind: 'fact', name: test.fact.name, holds: true }
    default:
      return { kind: 'present', path: test.path }
  }
}

function ofFailedTest(test: FieldTest): Condition {
  if (test.op === 'fact') return { kind: 'fact', name: test.fact.name, holds: false }
  // "No element is ..." would have to look at every element: too dear for an index.
  if (hasAny(test.path)) return always
  if (test.op === 'in') return { kind: 'not_in', path: test.path, values: test.values }
  if (test.op === 'exists') return { kind: 'absent', path: test.path }
  return always
}
