/**
 * Facts of a gate: tests on text and history that are computed outside WASM, each at most once a gate and only when a
 * policy that could match asks for it. What each test means is written in `../language/fact.ts`.
 * @module
 */
import type { Fact, FactTest } from '../policy.js'
import type { TextTest } from '../text/text-test.js'
import type { Fields, Slot } from './fields.js'
import { textTestOf } from './text-tests.js'
import type { TextNumber, Texts } from './texts.js'
import { membershipTest, valueTest } from './value-test.js'

/** Number of a fact in a {@link Facts}. */
export type FactNumber = number

/** What the caller knows of the workflow's earlier steps. */
export interface HistoryFacts {
  /** Whether any earlier step satisfies the fact of this name. */
  holds(factName: string): boolean
  /** The earlier steps as a JSON list; asked at most once a gate, and only where a policy reads them. */
  stepsText?(): string
}

/** A fact over one text. */
export interface TextFact {
  readonly text: TextNumber
  readonly test: TextTest
  /** What else it may be true of where there is no such text: a list. */
  readonly otherwise: ((value: unknown) => boolean) | undefined
}

/** The facts that a policy set mentions, and what is known of them for the input at hand. */
export class Facts {
  readonly #fields: Fields
  readonly #texts: Texts
  readonly #numbers = new Map<string, FactNumber>()
  readonly #names: string[] = []
  readonly #jsonNames: string[] = []
  readonly #textFacts: (TextFact | undefined)[] = []
  readonly #computations: (() => boolean)[] = []
  readonly #values: boolean[] = []
  readonly #computed: number[] = []
  #turn = 0
  #history: HistoryFacts | undefined

  constructor(fields: Fields, texts: Texts) {
    this.#fields = fields
    this.#texts = texts
  }

  /** The number of the fact; facts of one name are one. */
  add(fact: Fact): FactNumber {
    const known = this.#numbers.get(fact.name)
    if (known !== undefined) return known
    const textFact = this.#textFactOf(fact)
    const number = this.#names.push(fact.name) - 1
    this.#numbers.set(fact.name, number)
    this.#jsonNames.push(`${JSON.stringify(fact.name)}:`)
    this.#textFacts.push(textFact)
    this.#computations.push(textFact ? this.#overText(fact, textFact) : this.#computationOf(fact))
    this.#values.push(false)
    this.#computed.push(0)
    return number
  }

  numberOf(name: string): FactNumber | undefined {
    return this.#numbers.get(name)
  }

  name(number: FactNumber): string {
    return this.#names[number]!
  }

  /** How the fact looks at one text, where it does. */
  textFact(number: FactNumber): TextFact | undefined {
    return this.#textFacts[number]
  }

  begin(history: HistoryFacts | undefined): void {
    this.#history = history
    this.#turn++
  }

  holds(number: FactNumber): boolean {
    if (this.#computed[number] === this.#turn) return this.#values[number]!
    const value = this.#computations[number]!()
    this.note(number, value)
    return value
  }

  /** Somebody else computed the fact. */
  note(number: FactNumber, value: boolean): void {
    this.#computed[number] = this.#turn
    this.#values[number] = value
  }

  /** One member of the `facts` object, as JSON text. */
  json(number: FactNumber): string {
    return this.#jsonNames[number]! + (this.holds(number) ? 'true' : 'false')
  }

  #textFactOf({ over, test }: Fact): TextFact | undefined {
    if (over.kind === 'history') return undefined
    const found = textTestOf(test)
    if (!found) return undefined
    if (over.kind === 'whole') return { text: this.#texts.whole(), test: found, otherwise: undefined }
    const slot = this.#fields.slot(over.path)
    if (this.#fields.isMany(slot)) return undefined
    const text = test.op === 'detects' ? this.#texts.ofAny(slot) : this.#texts.string(slot)
    return { text, test: found, otherwise: membershipTest(test) }
  }

  #overText({ over }: Fact, { text, test, otherwise }: TextFact): () => boolean {
    const slot = over.kind === 'field' ? this.#fields.slot(over.path) : undefined
    return () => {
      if (this.#texts.bodyRulesOut(text, test)) return false
      const view = this.#texts.view(text)
      if (view) return test.test(view)
      return otherwise !== undefined && slot !== undefined && otherwise(this.#fields.value(slot))
    }
  }

  #computationOf({ name, over, test }: Fact): () => boolean {
    switch (over.kind) {
      case 'history':
        return () => this.#history?.holds(name) ?? false
      // A test that no text satisfies.
      case 'whole':
        return () => false
      case 'field':
        return this.#overField(this.#fields.slot(over.path), test)
    }
  }

  #overField(slot: Slot, test: FactTest): () => boolean {
    const holds = valueTest(test)
    return () => this.#fields.values(slot).some(holds)
  }
}
