/**
 * Policies that stand in one place of the index, and what is still to be asked of them.
 *
 * Most of what is left to ask in a large set are tests on a text, and most of those fail. So policies whose next
 * question is about a text stand together with the others on the same text, and are asked in one plain loop.
 * @module
 */
import { type BodySketch, bodyHolds } from '../text/body-sketch.js'
import { holdsBit } from '../text/sketch.js'
import type { TextTest } from '../text/text-test.js'
import type { TextView } from '../text/text-view.js'
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
  /** Of each test the trigram that the text must hold; {@link ANY_TEXT} where none is known. */
  readonly trigrams: number[]
  /** How many trigrams are known. */
  screens: number
  /** Of each test two positions in the body's sketch that must be held; {@link ANY_TEXT} where none is known. */
  readonly inBody: number[]
  /** Of how many tests such are known. */
  bodyScreens: number
  /** Some of the facts may be true of something that is no text. */
  otherwise: boolean
}

const ANY_TEXT = -1

/**
 * So many tests on one text are first screened by a trigram each: one look at a sketch, where a test is a regular
 * expression of its own, whose machine code a process with much else to do has to fetch from memory.
 */
const WORTH_SCREENING = 4

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
      group = {
        text: over.text,
        facts: [],
        tests: [],
        entries: [],
        trigrams: [],
        screens: 0,
        inBody: [],
        bodyScreens: 0,
        otherwise: false,
      }
      this.#overTexts.push(group)
    }
    group.facts.push(fact)
    group.tests.push(over.test)
    group.entries.push({ number, rest: others })
    group.trigrams.push(over.test.trigram ?? ANY_TEXT)
    if (over.test.trigram !== undefined) group.screens++
    const [one = ANY_TEXT, other = one] = over.test.inBody
    group.inBody.push(one, other)
    if (one !== ANY_TEXT) group.bodyScreens++
    group.otherwise ||= over.otherwise !== undefined
  }

  /** Adds the numbers of those whose conditions hold to `found`. */
  find(found: number[]): void {
    for (const { number, rest } of this.#plain) if (this.#every(rest)) found.push(number)
    for (const group of this.#overTexts) this.#findOver(group, found)
  }

  #findOver(group: OverText, found: number[]): void {
    const { texts } = this.#questions
    const body = this.#isScreenedByBody(group) ? texts.bodySketch() : undefined
    if (body) {
      this.#findInBody(group, body, found)
      return
    }
    const view = texts.view(group.text)
    if (!view) {
      if (group.otherwise) for (let i = 0; i < group.facts.length; i++) this.#findOtherwise(group, i, found)
    } else if (group.screens >= WORTH_SCREENING) this.#findScreened(group, view, found)
    else for (let i = 0; i < group.tests.length; i++) this.#findOne(group, i, view, found)
  }

  /** A sketch of the body costs less than putting together the whole text. */
  #isScreenedByBody({ text, bodyScreens }: OverText): boolean {
    const { texts } = this.#questions
    if (bodyScreens === 0 || !texts.isInBody(text)) return false
    return texts.hasBodySketch || texts.isWhole(text)
  }

  #findInBody(group: OverText, body: BodySketch, found: number[]): void {
    const { inBody } = group
    for (let i = 0; i < group.tests.length; i++) {
      const trigram = inBody[2 * i]!
      if (trigram !== ANY_TEXT && !(bodyHolds(body, trigram) && bodyHolds(body, inBody[2 * i + 1]!))) continue
      const view = this.#questions.texts.view(group.text)
      if (view) this.#findOne(group, i, view, found)
      else if (group.otherwise) this.#findOtherwise(group, i, found)
    }
  }

  /** Where there is no such text the facts may be true of a list. */
  #findOtherwise({ facts, entries }: OverText, i: number, found: number[]): void {
    const { number, rest } = entries[i]!
    if (this.#questions.facts.holds(facts[i]!) && this.#every(rest)) found.push(number)
  }

  #findScreened(group: OverText, view: TextView, found: number[]): void {
    const { trigrams } = group
    let bits = view.sketch.bits()
    for (let i = 0; i < trigrams.length; i++) {
      const trigram = trigrams[i]!
      if (trigram !== ANY_TEXT && !holdsBit(bits, trigram)) continue
      this.#findOne(group, i, view, found)
      // What else was asked may have sketched other texts.
      bits = view.sketch.bits()
    }
  }

  #findOne({ tests, facts, entries }: OverText, i: number, view: TextView, found: number[]): void {
    if (!tests[i]!.test(view)) return
    this.#questions.facts.note(facts[i]!, true)
    const { number, rest } = entries[i]!
    if (this.#every(rest)) found.push(number)
  }

  #every(nodes: readonly Node[]): boolean {
    const { conditions } = this.#questions
    for (let i = 0; i < nodes.length; i++) if (!conditions.holds(nodes[i]!)) return false
    return true
  }
}
