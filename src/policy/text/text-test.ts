import { containsAny } from './contains.js'
import { detector } from './detectors/registry.js'
import { rarestTrigram } from './needs.js'
import { compilePattern } from './pattern.js'
import { searchFor } from './search.js'
import type { TextView } from './text-view.js'

/** A yes-or-no question about a text, answered in time linear in the text. */
export interface TextTest {
  /** What is asked, for explanations: `regex ^gpt-4`, `detects pii.ssn`, `contains payroll`. */
  readonly name: string
  /** A trigram that each text holds of which the answer is yes, as a position in a sketch; undefined: none is known. */
  readonly trigram: number | undefined
  /** What the request's body holds where the text is of it and the answer is yes, as positions in a body's sketch. */
  readonly inBody: readonly number[]
  test(view: TextView): boolean
}

export type CompiledTextTest =
  | { readonly ok: true; readonly test: TextTest }
  | { readonly ok: false; readonly message: string; readonly offset: number }

/**
 * Asks whether a pattern of RE2 syntax matches anywhere in the text.
 *
 * @returns not ok when the pattern is refused, with the place in it (offset in UTF-16 units)
 */
export function regexTest(source: string): CompiledTextTest {
  const compiled = compilePattern(source)
  if (!compiled.ok) return compiled
  const { pattern } = compiled
  const trigram = rarestTrigram(pattern.needs)
  return {
    ok: true,
    test: { name: `regex ${source}`, trigram, inBody: pattern.inBody, test: searchFor(pattern) },
  }
}

/**
 * Asks whether a named detector, or any of a group named by its prefix (`pii`), finds something in the text.
 *
 * @returns not ok when there is no detector of that name
 */
export function detectorTest(name: string): CompiledTextTest {
  const found = detector(name)
  if (found === undefined) return { ok: false, message: `there is no detector named ${name}`, offset: 0 }
  return {
    ok: true,
    test: { name: `detects ${name}`, trigram: undefined, inBody: [], test: (view) => found.test(view) },
  }
}

/** Asks whether the text contains another, letter case aside (both in Unicode's lower case). */
export function containsTest(needle: string): TextTest {
  return { name: `contains ${needle}`, ...containsAny([needle]) }
}

/** Asks whether the text contains one of several others, letter case aside. */
export function containsAnyTest(needles: readonly string[]): TextTest {
  return { name: `contains_any ${needles.join(', ')}`, ...containsAny(needles) }
}
