/** The text tests behind facts. @module */
import type { FactTest } from '../policy.js'
import { compilePattern } from '../text/pattern.js'

export class TextView {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export interface TextTest {
  test(view: TextView): boolean
}

/** The tests of which one must hold for the fact to hold over a text. */
export function textTestsOf(test: FactTest): readonly TextTest[] {
  switch (test.op) {
    case 'regex': {
      const compiled = compilePattern(test.value)
      if (!compiled.ok) throw new Error(`the pattern of a fact was refused: ${compiled.message}`)
      return [{ test: (view) => compiled.pattern.test(view.text) }]
    }
    case 'contains':
    case 'contains_any': {
      const values = test.op === 'contains' ? [test.value] : test.value
      return values
        .filter((value) => typeof value === 'string')
        .map((value) => {
          const lower = value.toLowerCase()
          return { test: (view: TextView) => view.text.toLowerCase().includes(lower) }
        })
    }
    default:
      return []
  }
}
