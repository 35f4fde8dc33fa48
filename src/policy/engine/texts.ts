/**
 * The texts of the input that tests look at, each made at most once a gate.
 * @module
 */
import { textOf, wholeText } from '../language/fact.js'
import { TextView } from '../text/text-view.js'
import type { Fields, Slot } from './fields.js'

/** Number of a text in a {@link Texts}. */
export type TextNumber = number

export class Texts {
  readonly #fields: Fields
  readonly #numbers = new Map<string, TextNumber>()
  readonly #readers: (() => string | undefined)[] = []
  readonly #views: (TextView | undefined)[] = []
  readonly #read: number[] = []
  #turn = 0

  constructor(fields: Fields) {
    this.#fields = fields
  }

  begin(): void {
    this.#turn++
  }

  /** The whole step_input and tool_input as text. */
  whole(): TextNumber {
    const stepInput = this.#fields.slot(['step_input'])
    const toolInput = this.#fields.slot(['tool_input'])
    return this.#text('*', () =>
      wholeText({ step_input: this.#fields.value(stepInput), tool_input: this.#fields.value(toolInput) }),
    )
  }

  /** The string in a field; none where it is no string. */
  string(slot: Slot): TextNumber {
    return this.#text(`string ${slot}`, () => {
      const value = this.#fields.value(slot)
      return typeof value === 'string' ? value : undefined
    })
  }

  /** What is in a field, as text; none where nothing is. */
  ofAny(slot: Slot): TextNumber {
    return this.#text(`any ${slot}`, () => {
      const value = this.#fields.value(slot)
      return value === undefined || value === null ? undefined : textOf(value)
    })
  }

  /** The text, for all tests to share what they work out about it. */
  view(number: TextNumber): TextView | undefined {
    if (this.#read[number] === this.#turn) return this.#views[number]
    this.#read[number] = this.#turn
    const text = this.#readers[number]!()
    const view = text === undefined ? undefined : new TextView(text)
    this.#views[number] = view
    return view
  }

  #text(key: string, read: () => string | undefined): TextNumber {
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.#readers.push(read) - 1
    this.#numbers.set(key, number)
    this.#views.push(undefined)
    this.#read.push(0)
    return number
  }
}
