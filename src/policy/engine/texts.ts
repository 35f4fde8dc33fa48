/**
 * The texts of the input that tests look at, each made at most once a gate.
 * @module
 */
import { textOf, wholeText } from '../language/fact.js'
import { type BodySketch, bodyHolds, sketchBody } from '../text/body-sketch.js'
import type { TextTest } from '../text/text-test.js'
import { TextView } from '../text/text-view.js'
import type { Fields, Slot } from './fields.js'

/** Number of a text in a {@link Texts}. */
export type TextNumber = number

/** Members of the input that are read from the request's body, whatever they hold. */
const membersOfBody: ReadonlySet<string> = new Set([
  'step_name',
  'step_type',
  'model',
  'provider',
  'tool_name',
  'tool_type',
  'step_input',
  'tool_input',
])

export class Texts {
  readonly #fields: Fields
  readonly #numbers = new Map<string, TextNumber>()
  readonly #readers: (() => string | undefined)[] = []
  readonly #views: (TextView | undefined)[] = []
  readonly #read: number[] = []
  readonly #inBody: boolean[] = []
  #turn = 0
  #whole: TextNumber | undefined
  #body: Uint8Array | undefined
  #sketch: BodySketch | undefined

  constructor(fields: Fields) {
    this.#fields = fields
  }

  /** @param body the request that the input was read from, as it came, where there is one */
  begin(body: Uint8Array | undefined): void {
    this.#turn++
    this.#body = body
    this.#sketch = undefined
  }

  /** Whether the text stands in the request's body, if there is one. */
  isInBody(number: TextNumber): boolean {
    return this.#inBody[number]!
  }

  /** Whether the text is that of `whole`. */
  isWhole(number: TextNumber): boolean {
    return number === this.#whole
  }

  /** Whether the body's sketch is there already. */
  get hasBodySketch(): boolean {
    return this.#sketch !== undefined
  }

  /** Whether the body is known not to hold what the test needs of this text, or of a list in its place. */
  bodyRulesOut(number: TextNumber, { inBody }: TextTest): boolean {
    const sketch = this.#sketch
    if (sketch === undefined || !this.#inBody[number]) return false
    for (let i = 0; i < inBody.length; i++) if (!bodyHolds(sketch, inBody[i]!)) return true
    return false
  }

  /** The sketch of the request's body; undefined where there is none to look at. */
  bodySketch(): BodySketch | undefined {
    if (this.#body !== undefined) {
      this.#sketch = sketchBody(this.#body)
      this.#body = undefined
    }
    return this.#sketch
  }

  /** The whole step_input and tool_input as text. */
  whole(): TextNumber {
    const stepInput = this.#fields.slot(['step_input'])
    const toolInput = this.#fields.slot(['tool_input'])
    this.#whole = this.#text('*', true, () =>
      wholeText({ step_input: this.#fields.value(stepInput), tool_input: this.#fields.value(toolInput) }),
    )
    return this.#whole
  }

  /** The string in a field; none where it is no string. */
  string(slot: Slot): TextNumber {
    return this.#text(`string ${slot}`, this.#isOfBody(slot), () => {
      const value = this.#fields.value(slot)
      return typeof value === 'string' ? value : undefined
    })
  }

  /** What is in a field, as text; none where nothing is. */
  ofAny(slot: Slot): TextNumber {
    return this.#text(`any ${slot}`, this.#isOfBody(slot), () => {
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

  #isOfBody(slot: Slot): boolean {
    const [member] = this.#fields.path(slot)
    return typeof member === 'string' && membersOfBody.has(member)
  }

  #text(key: string, inBody: boolean, read: () => string | undefined): TextNumber {
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.#readers.push(read) - 1
    this.#numbers.set(key, number)
    this.#inBody.push(inBody)
    this.#views.push(undefined)
    this.#read.push(0)
    return number
  }
}
