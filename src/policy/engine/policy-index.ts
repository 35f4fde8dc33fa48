/**
 * Finds the policies that could match an input without looking at the others: each is filed under the values of the
 * field that tells it apart best, and its remaining conditions are asked only where such a value came in.
 * @module
 */
import type { Conditions, IndexKey, Node } from './conditions.js'
import type { Fields, Slot } from './fields.js'

/** What the index needs to know of one policy. */
export interface Filed {
  /** Its place in the policy set. */
  readonly number: number
  /** All must hold. */
  readonly conjuncts: readonly Node[]
}

interface Entry {
  readonly number: number
  /** What is still to be asked. */
  readonly rest: readonly Node[]
}

interface Drawer {
  readonly slot: Slot
  readonly entries: Map<unknown, Entry[]>
}

// Fields with few values whatever the policies say; elsewhere one policy's value is taken for one of many.
const FEW_VALUES = 4
const MANY_VALUES = 16
const fewValued = [
  ['step_type'],
  ['tool_type'],
  ['source'],
  ['provider'],
  ['request_type'],
  ['user', 'role'],
  ['metadata', 'environment'],
  ['metadata', 'env'],
]

export class PolicyIndex {
  readonly #fields: Fields
  readonly #conditions: Conditions
  readonly #drawers: Drawer[] = []
  readonly #always: Entry[] = []

  constructor(fields: Fields, conditions: Conditions, policies: readonly Filed[]) {
    this.#fields = fields
    this.#conditions = conditions
    const spread = spreadOf(fields, conditions, policies)
    for (const policy of policies) this.#file(policy, spread)
  }

  /** Adds the numbers of all policies whose conditions hold to `found`, in no order; one may come twice. */
  find(found: number[]): void {
    for (const { slot, entries } of this.#drawers) {
      const filed = entries.get(this.#fields.value(slot))
      if (filed) this.#ask(filed, found)
    }
    this.#ask(this.#always, found)
  }

  #ask(entries: readonly Entry[], found: number[]): void {
    const conditions = this.#conditions
    for (let i = 0; i < entries.length; i++) {
      const { rest, number } = entries[i]!
      let holds = true
      for (let j = 0; j < rest.length; j++) {
        if (!conditions.holds(rest[j]!)) {
          holds = false
          break
        }
      }
      if (holds) found.push(number)
    }
  }

  #file({ number, conjuncts }: Filed, spread: (keys: readonly IndexKey[]) => number): void {
    let best: Node | undefined
    let bestShare = 1
    for (const node of conjuncts) {
      const keys = this.#conditions.keys(node)
      if (!keys) continue
      const share = spread(keys)
      if (share < bestShare) {
        best = node
        bestShare = share
      }
    }
    if (best === undefined) {
      this.#always.push({ number, rest: conjuncts })
      return
    }
    const entry = { number, rest: conjuncts.filter((node) => node !== best) }
    for (const { slot, value } of this.#conditions.keys(best)!) {
      let drawer = this.#drawers.find((each) => each.slot === slot)
      if (!drawer) {
        drawer = { slot, entries: new Map() }
        this.#drawers.push(drawer)
      }
      const filed = drawer.entries.get(value)
      if (!filed) drawer.entries.set(value, [entry])
      else if (!filed.includes(entry)) filed.push(entry)
    }
  }
}

/** Estimates the share of inputs that meet one of the keys: a field is taken to have as many values as policies name. */
function spreadOf(
  fields: Fields,
  conditions: Conditions,
  policies: readonly Filed[],
): (keys: readonly IndexKey[]) => number {
  const values = new Map<Slot, Set<unknown>>()
  for (const { conjuncts } of policies) {
    for (const node of conjuncts) {
      for (const { slot, value } of conditions.keys(node) ?? []) {
        const seen = values.get(slot)
        if (seen) seen.add(value)
        else values.set(slot, new Set([value]))
      }
    }
  }
  const few = new Set(fewValued.map((path) => fields.slot(path)))
  return (keys) =>
    keys.reduce((share, { slot }) => {
      const least = few.has(slot) ? FEW_VALUES : MANY_VALUES
      return share + 1 / Math.max(least, (values.get(slot)?.size ?? 0) + 1)
    }, 0)
}
