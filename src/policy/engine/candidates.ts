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

/** Tests of one text that are ruled out together: where these positions of a sketch are not held none of them holds. */
interface Screen {
  readonly at: readonly number[]
  /** Places in the lists of {@link OverText}. */
  readonly tests: number[]
}

class Screens {
  readonly all: Screen[] = []
  readonly #byNeeds = new Map<string, Screen>()
  /** Some test may be ruled out. */
  mayRuleOut = false

  /** Files a test under what it needs. */
  add(at: readonly number[], test: number): void {
    const key = at.join()
    let screen = this.#byNeeds.get(key)
    if (!screen) {
      screen = { at, tests: [] }
      this.#byNeeds.set(key, screen)
      this.all.push(screen)
    }
    screen.tests.push(test)
    this.mayRuleOut ||= at.length > 0
  }
}

interface OverText {
  readonly text: TextNumber
  readonly facts: FactNumber[]
  readonly tests: TextTest[]
  readonly entries: Entry[]
  /** By what the text's sketch must hold. */
  readonly screens: Screens
  /** By what the body's sketch must hold. */
  readonly bodyScreens: Screens
  /** Some of the facts may be true of something that is no text. */
  otherwise: boolean
}

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
        screens: new Screens(),
        bodyScreens: new Screens(),
        otherwise: false,
      }
      // What is worked out about everything serves the others.
      if (this.#questions.texts.isWhole(over.text)) this.#overTexts.unshift(group)
      else this.#overTexts.push(group)
    }
    const { test, otherwise } = over
    const place = group.tests.push(test) - 1
    group.facts.push(fact)
    group.entries.push({ number, rest: others })
    group.screens.add(test.trigram === undefined ? [] : [test.trigram], place)
    group.bodyScreens.add(test.inBody, place)
    group.otherwise ||= otherwise !== undefined
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
    } else if (group.tests.length >= WORTH_SCREENING) this.#findScreened(group, view, found)
    else for (let i = 0; i < group.tests.length; i++) this.#findOne(group, i, view, found)
  }

  /** A sketch of the body costs less than putting together the whole text. */
  #isScreenedByBody({ text, bodyScreens }: OverText): boolean {
    const { texts } = this.#questions
    if (!bodyScreens.mayRuleOut || !texts.isInBody(text)) return false
    return texts.hasBodySketch || texts.isWhole(text)
  }

  #findInBody(group: OverText, body: BodySketch, found: number[]): void {
    const screens = group.bodyScreens.all
    for (let i = 0; i < screens.length; i++) {
      const { at, tests } = screens[i]!
      if (!bodyHoldsAll(body, at)) continue
      const view = this.#questions.texts.view(group.text)
      for (let j = 0; j < tests.length; j++) {
        if (view) this.#findOne(group, tests[j]!, view, found)
        else if (group.otherwise) this.#findOtherwise(group, tests[j]!, found)
      }
    }
  }

  /** Where there is no such text the facts may be true of a list. */
  #findOtherwise({ facts, entries }: OverText, i: number, found: number[]): void {
    const { number, rest } = entries[i]!
    if (this.#questions.facts.holds(facts[i]!) && this.#every(rest)) found.push(number)
  }

  #findScreened(group: OverText, view: TextView, found: number[]): void {
    const screens = group.screens.all
    for (let i = 0; i < screens.length; i++) {
      const { at, tests } = screens[i]!
      // Asked anew each time: what else is asked may sketch other texts.
      if (at.length > 0 && !holdsBit(view.sketch.bits(), at[0]!)) continue
      for (let j = 0; j < tests.length; j++) this.#findOne(group, tests[j]!, view, found)
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

function bodyHoldsAll(body: BodySketch, at: readonly number[]): boolean {
  for (let i = 0; i < at.length; i++) if (!bodyHolds(body, at[i]!)) return false
  return true
}
