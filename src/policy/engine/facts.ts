/**
 * Facts of a gate: tests on text and history that are computed outside WASM, each at most once a gate and only when a
 * policy that could match asks for it. What each test means is written in `../language/fact.ts`.
 * @module
 */
import { textOf } from '../language/fact.js'
import type { Fact, FactTest } from '../policy.js'
import { TextView } from '../text/text-view.js'
import type { Fields, Slot } from './fields.js'
import { textTestOf } from './text-tests.js'

/** Number of a fact in a {@link Facts}. */
export type FactNumber = number

/** What the caller knows of the workflow's earlier steps. */
export interface HistoryFacts {
  /** Whether any earlier step satisfies the fact of this name. */
  holds(factName: string): boolean
  /** The earlier steps as a JSON list; asked at most once a gate, and only where a policy reads them. */
  stepsText?(): string
}

type Computation = () => boolean

/** The facts that a policy set mentions, and what is known of them for the input at hand. */
export class Facts {
  readonly #fields: Fields
  readonly #numbers = new Map<string, FactNumber>()
  readonly #names: string[] = []
  readonly #jsonNames: string[] = []
  readonly #computations: Computation[] = []
  readonly #texts = new Map<string, { computed: number; view: TextView | undefined }>()
  #values: boolean[] = []
  #computed: number[] = []
  #turn = 0
  #history: HistoryFacts | undefined

  constructor(fields: Fields) {
    this.#fields = fields
  }

  /** The number of the fact; facts of one name are one. */
  add(fact: Fact): FactNumber {
    const known = this.#numbers.get(fact.name)
    if (known !== undefined) return known
    const number = this.#names.length
    this.#numbers.set(fact.name, number)
    this.#names.push(fact.name)
    this.#jsonNames.push(`${JSON.stringify(fact.name)}:`)
    this.#computations.push(this.#computationOf(fact))
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

  begin(history: HistoryFacts | undefined): void {
    this.#history = history
    this.#turn++
  }

  holds(number: FactNumber): boolean {
    if (this.#computed[number] === this.#turn) return this.#values[number]!
    const value = this.#computations[number]!()
    this.#computed[number] = this.#turn
    this.#values[number] = value
    return value
  }

  /** One member of the `facts` object, as JSON text. */
  json(number: FactNumber): string {
    return this.#jsonNames[number]! + (this.holds(number) ? 'true' : 'false')
  }

  #computationOf({ name, over, test }: Fact): Computation {
    switch (over.kind) {
      case 'history':
        return () => this.#history?.holds(name) ?? false
      case 'whole':
        return this.#overWhole(test)
      case 'field':
        return this.#overField(this.#fields.slot(over.path), test)
    }
  }

  #overWhole(test: FactTest): Computation {
    const stepInput = this.#fields.slot(['step_input'])
    const toolInput = this.#fields.slot(['tool_input'])
    const view = this.#memoisedText('*', () =>
      textOf([this.#fields.value(stepInput), this.#fields.value(toolInput)]),
    )
    const text = textTestOf(test)
    return () => text?.test(view()!) ?? false
  }

  #overField(slot: Slot, test: FactTest): Computation {
    if (this.#fields.isMany(slot)) {
      const holds = valueTest(test)
      return () => this.#fields.values(slot).some(holds)
    }
    const text = textTestOf(test)
    const list = membershipTest(test)
    if (text || list) {
      const ofAnyType = test.op === 'detects'
      const view = this.#memoisedText(`${ofAnyType ? 'text of ' : ''}${slot}`, () => {
        const value = this.#fields.value(slot)
        if (typeof value === 'string') return value
        return ofAnyType && value !== undefined && value !== null ? textOf(value) : undefined
      })
      return () => {
        const seen = view()
        if (seen !== undefined) return text?.test(seen) ?? false
        return list?.(this.#fields.value(slot)) ?? false
      }
    }
    const holds = valueTest(test)
    return () => {
      const value = this.#fields.value(slot)
      return value !== undefined && value !== null && holds(value)
    }
  }

  /** One view a gate for all tests over the same text. */
  #memoisedText(key: string, read: () => string | undefined): () => TextView | undefined {
    const known = this.#texts.get(key)
    const memo = known ?? { computed: 0, view: undefined }
    if (!known) this.#texts.set(key, memo)
    return () => {
      if (memo.computed !== this.#turn) {
        const text = read()
        memo.computed = this.#turn
        memo.view = text === undefined ? undefined : new TextView(text)
      }
      return memo.view
    }
  }
}

/** What `contains` means for a list. */
function membershipTest(test: FactTest): ((value: unknown) => boolean) | undefined {
  if (test.op !== 'contains' && test.op !== 'contains_any') return undefined
  const wanted = test.op === 'contains' ? [test.value] : test.value
  return (value) => Array.isArray(value) && wanted.some((each) => value.includes(each))
}

/** The test over one value that is there and not null. */
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
