/**
 * Policies that stand in one place of the index, and what is still to be asked of them.
 *
 * Most of what is left to ask in a large set are tests on a text, and most of those fail. So policies whose next
 * question is about a text stand together with the others on the same text, and are asked in one plain loop.
 * @module
 */
import type { TextTest } from '../text/text-test.js'
import type { Conditions, Node } from './conditions.js'
import type { FactNumber, Facts } from './facts.js'
import type { TextNumber, Texts } from './texts.js'

interface Entry {
  readonly number: number
  /** What is still to be asked, cheapest first. */
  readonly rest: readonly Node[]
}

interface OverText {
  readonly text: TextNumber
  readonly facts: FactNumber[]
  readonly tests: TextTest[]
  readonly entries: Entry[]
  /** Some of the facts may be true of something that is no text. */
  otherwise: boolean
}

/** What candidates ask. */
export interface Questions {
  readonly conditions: Conditions
  readonly facts: Facts
  readonly texts: Texts
}

export class Candidates {
  readonly #questions: Questions
  readonly #plain: Entry[] = []
  readonly #overTexts: OverText[] = []

  constructor(questions: Questions) {
    this.#questions = questions
  }

  add(number: number, rest: readonly Node[]): void {
    const { conditions, facts } = this.#questions
    const [first, ...others] = rest
    const fact = first === undefined ? undefined : conditions.factThatHolds(first)
    const over = fact === undefined ? undefined : facts.textFact(fact)
    if (fact === undefined || !over) {
      this.#plain.push({ number, rest })
      return
    }
    let group = this.#overTexts.find(({ text }) => text === over.text)
    if (!group) {
      group = { text: over.text, facts: [], tests: [], entries: [], otherwise: false }
      this.#overTexts.push(group)
    }
    group.facts.push(fact)
    group.tests.push(over.test)
    group.entries.push({ number, rest: others })
    group.otherwise ||= over.otherwise !== undefined
  }

  /** Adds the numbers of those whose conditions hold to `found`. */
  find(found: number[]): void {
    for (const { number, rest } of this.#plain) if (this.#every(rest)) found.push(number)
    for (const group of this.#overTexts) this.#findOver(group, found)
  }

  #findOver({ text, facts, tests, entries, otherwise }: OverText, found: number[]): void {
    const view = this.#questions.texts.view(text)
    if (view) {
      for (let i = 0; i < tests.length; i++) {
        if (!tests[i]!.test(view)) continue
        this.#questions.facts.note(facts[i]!, true)
        const { number, rest } = entries[i]!
        if (this.#every(rest)) found.push(number)
      }
    } else if (otherwise) {
      for (let i = 0; i < facts.length; i++) {
        const { number, rest } = entries[i]!
        if (this.#questions.facts.holds(facts[i]!) && this.#every(rest)) found.push(number)
      }
    }
  }

  #every(nodes: readonly Node[]): boolean {
    const { conditions } = this.#questions
    for (let i = 0; i < nodes.length; i++) if (!conditions.holds(nodes[i]!)) return false
    return true
  }
}
