/**
 * A fact's test over one value, where each value is met once: elements of lists, and attributes of earlier steps.
 * @module
 */
import { textOf } from '../language/fact.js'
import type { FactTest } from '../policy.js'
import { TextView } from '../text/text-view.js'
import { textTestOf } from './text-tests.js'

/** The test over a value that is there and not null. */
export function valueTest(test: FactTest): (value: unknown) => boolean {
  switch (test.op) {
    case 'regex':
    case 'contains':
    case 'contains_any': {
      const text = textTestOf(test)
      const list = membershipTest(test)
      return (value) =>
        typeof value === 'string' ? (text?.test(new TextView(value)) ?? false) : (list?.(value) ?? false)
    }
    case 'detects': {
      const text = textTestOf(test)
      return (value) => text?.test(new TextView(textOf(value))) ?? false
    }
    case 'equals':
      return (value) => value === test.value
    case 'in': {
      const values = new Set<unknown>(test.value)
      return (value) => values.has(value)
    }
    case 'starts_with':
      return (value) => typeof value === 'string' && value.startsWith(test.value)
    case 'ends_with':
      return (value) => typeof value === 'string' && value.endsWith(test.value)
    case 'exists':
      return () => true
  }
}

/** What `contains` means for a list; undefined where the test means nothing there. */
export function membershipTest(test: FactTest): ((value: unknown) => boolean) | undefined {
  if (test.op !== 'contains' && test.op !== 'contains_any') return undefined
  const wanted = test.op === 'contains' ? [test.value] : test.value
  return (value) => Array.isArray(value) && wanted.some((each) => value.includes(each))
}
