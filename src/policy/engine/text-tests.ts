/**
 * The text tests behind facts, each compiled once a process: a reload makes a new engine over mostly the same facts.
 * @module
 */
import type { FactTest } from '../policy.js'
import {
  type CompiledTextTest,
  containsAnyTest,
  containsTest,
  detectorTest,
  regexTest,
  type TextTest,
} from '../text/text-test.js'

// Readings of files that did not change keep their objects, so the tests live as long as somebody uses them.
const compiled = new WeakMap<FactTest, TextTest>()

/**
 * The test of a text; undefined where no text satisfies it.
 * @throws Error when a pattern or detector is refused, which reading the policy should have found
 */
export function textTestOf(test: FactTest): TextTest | undefined {
  let found = compiled.get(test)
  if (!found) {
    found = compile(test)
    if (found) compiled.set(test, found)
  }
  return found
}

function compile(test: FactTest): TextTest | undefined {
  switch (test.op) {
    case 'regex':
      return accepted(regexTest(test.value))
    case 'detects':
      return accepted(detectorTest(test.value))
    case 'contains':
      return typeof test.value === 'string' ? containsTest(test.value) : undefined
    case 'contains_any': {
      const texts = test.value.filter((value) => typeof value === 'string')
      if (texts.length === 0) return undefined
      const found = containsAnyTest(texts)
      // A list may hold one of the values that are no text, which the body says in digits, or in a word.
      return texts.length === test.value.length ? found : { ...found, inBody: [] }
    }
    default:
      return undefined
  }
}

function accepted(test: CompiledTextTest): TextTest {
  if (!test.ok) throw new Error(test.message)
  return test.test
}
