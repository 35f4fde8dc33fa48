/**
 * Necessary conditions as the engine asks them: equal parts of different policies are one node, and each node is asked
 * at most once a gate. May say yes where a policy does not match, never no where it does.
 * @module
 */
import { affixed } from '../language/condition.js'
import type { Condition, FieldPath } from '../policy.js'
import { conditionKey } from './condition-key.js'
import type { FactNumber, Facts } from './facts.js'
import type { Fields, Slot } from './fields.js'

/** Number of a condition in a {@link Conditions}. */
export type Node = number

export const ALWAYS: Node = 0
export const NEVER: Node = 1

/** What a node asks, and about how dear the question is; the cheapest of a conjunction goes first. */
interface Question {
  readonly cost: number
  readonly ask: () => boolean
  /** The equalities of which one must hold, where the node is made of equalities alone: what an index can look up. */
  readonly keys?: readonly IndexKey[]
  /** Of a conjunction: its parts. */
  readonly parts?: readonly Node[]
  /** The question is whether this fact holds. */
  readonly fact?: FactNumber
  /** The question is whether the one value at a path is among the keys. */
  readonly equality?: boolean
}

/** `value` at `slot`, compared as `===` does. */
export interface IndexKey {
  readonly slot: Slot
  readonly value: unknown
}

const COST_FIELD = 1
const COST_FACT = 10
const COST_MANY = 20

export class Conditions {
  readonly #fields: Fields
  readonly #facts: Facts
  readonly #numbers = new Map<string, Node>()
  readonly #questions: Question[] = [
    { cost: 0, ask: () => true },
    { cost: 0, ask: () => false },
  ]
  // The turn a node was asked in, negative where the answer was no.
  #answered: number[] = [0, 0]
  #turn = 0

  constructor(fields: Fields, facts: Facts) {
    this.#fields = fields
    this.#facts = facts
  }

  begin(): void {
    this.#turn++
  }

  holds(node: Node): boolean {
    const answered = this.#answered[node]!
    if (answered === this.#turn) return true
    if (answered === -this.#turn) return false
    const answer = this.#questions[node]!.ask()
    this.#answered[node] = answer ? this.#turn : -this.#turn
    return answer
  }

  cost(node: Node): number {
    return this.#questions[node]!.cost
  }

  keys(node: Node): readonly IndexKey[] | undefined {
    return this.#questions[node]!.keys
  }

  /** Whether the node says no more than that one of its keys is met. */
  isEquality(node: Node): boolean {
    return this.#questions[node]!.equality ?? false
  }

  /** The fact whose holding the node asks for. */
  factThatHolds(node: Node): FactNumber | undefined {
    return this.#questions[node]!.fact
  }

  /** The nodes that must all hold, cheapest first; empty: nothing must. */
  conjuncts(node: Node): readonly Node[] {
    if (node === ALWAYS) return []
    return this.#questions[node]!.parts ?? [node]
  }

  add(condition: Condition): Node {
    const key = conditionKey(condition)
    let node = this.#numbers.get(key)
    if (node === undefined) {
      node = this.#nodeOf(condition)
      this.#numbers.set(key, node)
    }
    return node
  }

  #push(question: Question): Node {
    this.#answered.push(0)
    return this.#questions.push(question) - 1
  }

  #nodeOf(condition: Condition): Node {
    switch (condition.kind) {
      case 'always':
        return ALWAYS
      case 'never':
        return NEVER
      case 'all':
        return this.#all(condition.of.map((each) => this.add(each)))
      case 'any':
        return this.#any(condition.of.map((each) => this.add(each)))
      case 'fact': {
        const fact = this.#facts.numberOf(condition.name)
        if (fact === undefined) return ALWAYS
        const { holds } = condition
        return this.#push({
          cost: COST_FACT,
          ask: () => this.#facts.holds(fact) === holds,
          ...(holds ? { fact } : {}),
        })
      }
      default:
        if (isGivenLater(condition.path)) return ALWAYS
        return this.#push(this.#fieldQuestion(condition))
    }
  }

  #all(nodes: readonly Node[]): Node {
    if (nodes.includes(NEVER)) return NEVER
    const flat = nodes.flatMap((node) => this.conjuncts(node))
    const parts = [...new Set(flat)].sort((a, b) => this.cost(a) - this.cost(b) || a - b)
    if (parts.length <= 1) return parts[0] ?? ALWAYS
    const cost = parts.reduce((sum, part) => sum + this.cost(part), 0)
    return this.#push({ cost, parts, ask: () => this.#every(parts) })
  }

  #every(parts: readonly Node[]): boolean {
    for (let i = 0; i < parts.length; i++) if (!this.holds(parts[i]!)) return false
    return true
  }

  #any(nodes: readonly Node[]): Node {
    if (nodes.includes(ALWAYS)) return ALWAYS
    const possible = [...new Set(nodes)].filter((node) => node !== NEVER)
    if (possible.length <= 1) return possible[0] ?? NEVER
    possible.sort((a, b) => this.cost(a) - this.cost(b) || a - b)
    const cost = possible.reduce((sum, part) => sum + this.cost(part), 0)
    const ask = (): boolean => {
      for (let i = 0; i < possible.length; i++) if (this.holds(possible[i]!)) return true
      return false
    }
    const keys = possible.map((node) => this.#bestKeys(node))
    const all = keys.every((each) => each !== undefined) ? { keys: keys.flat() as IndexKey[] } : {}
    return this.#push({ cost, ask, ...all })
  }

  /** Keys of which one holds whenever the node does: of a conjunction, those of the part that has the fewest. */
  #bestKeys(node: Node): readonly IndexKey[] | undefined {
    const { keys, parts } = this.#questions[node]!
    if (keys || !parts) return keys
    const options = parts.flatMap((part) => (this.keys(part) ? [this.keys(part)!] : []))
    return options.sort((a, b) => a.length - b.length)[0]
  }

  #fieldQuestion(
    condition: Exclude<Condition, { kind: 'always' | 'never' | 'all' | 'any' | 'fact' }>,
  ): Question {
    const fields = this.#fields
    const slot = fields.slot(condition.path)
    const many = fields.isMany(slot)
    switch (condition.kind) {
      case 'in': {
        const { values } = condition
        const set = new Set<unknown>(values)
        if (many) return { cost: COST_MANY, ask: () => fields.values(slot).some((value) => set.has(value)) }
        const keys = values.map((value) => ({ slot, value }))
        const [only] = values
        const ask = set.size === 1 ? () => fields.value(slot) === only : () => set.has(fields.value(slot))
        return { cost: COST_FIELD, ask, keys, equality: true }
      }
      case 'not_in': {
        const set = new Set<unknown>(condition.values)
        if (many) return { cost: COST_MANY, ask: () => !fields.values(slot).some((value) => set.has(value)) }
        return { cost: COST_FIELD, ask: () => !set.has(fields.value(slot)) }
      }
      case 'present':
        if (many) return { cost: COST_MANY, ask: () => fields.values(slot).length > 0 }
        return { cost: COST_FIELD, ask: () => isPresent(fields.value(slot)) }
      case 'absent':
        if (many) return { cost: COST_MANY, ask: () => fields.values(slot).length === 0 }
        return { cost: COST_FIELD, ask: () => !isPresent(fields.value(slot)) }
      case 'starts_with':
      case 'ends_with': {
        if (many)
          return {
            cost: COST_MANY,
            ask: () => fields.values(slot).some((value) => affixed(value, condition)),
          }
        return { cost: COST_FIELD, ask: () => affixed(fields.value(slot), condition) }
      }
      case 'compare': {
        const { op, value: limit } = condition
        if (many)
          return {
            cost: COST_MANY,
            ask: () => fields.values(slot).some((value) => compares(value, op, limit)),
          }
        return { cost: COST_FIELD, ask: () => compares(fields.value(slot), op, limit) }
      }
    }
  }
}

/** Documents that are added to the text for WASM only, so that JavaScript cannot say anything about them. */
const isGivenLater = ([first, second]: FieldPath): boolean =>
  first === 'facts' ||
  typeof first === 'object' ||
  (first === 'workflow' && (second === 'steps' || typeof second === 'object'))

const isPresent = (value: unknown): boolean => value !== undefined && value !== null

/** Rego orders values of different types too, so anything but a number may compare either way. */
function compares(value: unknown, op: '<' | '<=' | '>' | '>=', limit: number): boolean {
  if (typeof value !== 'number') return value !== undefined
  switch (op) {
    case '<':
      return value < limit
    case '<=':
      return value <= limit
    case '>':
      return value > limit
    case '>=':
      return value >= limit
  }
}
