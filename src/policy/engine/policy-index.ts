/**
 * Finds the policies that could match an input without looking at the others: each is filed under the values of the
 * field that tells it apart best, and its remaining conditions are asked only where such a value came in.
 * @module
 */
import { Candidates, type Questions } from './candidates.js'
import type { Conditions, IndexKey, Node } from './conditions.js'
import type { Fields, Slot } from './fields.js'

/** What the index needs to know of one policy. */
export interface Filed {
  /** Its place in the policy set. */
  readonly number: number
  /** All must hold. */
  readonly conjuncts: readonly Node[]
}

interface Drawer {
  readonly slot: Slot
  readonly candidates: Map<unknown, Candidates>
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
  readonly #questions: Questions
  readonly #drawers: Drawer[] = []
  readonly #always: Candidates

  constructor(fields: Fields, questions: Questions, policies: readonly Filed[]) {
    this.#fields = fields
    this.#questions = questions
    this.#always = new Candidates(questions)
    const share = shareMeeting(fields, questions.conditions, policies)
    for (const policy of policies) this.#file(policy, share)
  }

  /** Adds the numbers of all policies whose conditions hold to `found`, in no order; one may come twice. */
  find(found: number[]): void {
    for (const { slot, candidates } of this.#drawers) {
      candidates.get(this.#fields.value(slot))?.find(found)
    }
    this.#always.find(found)
  }

  #file({ number, conjuncts }: Filed, share: (keys: readonly IndexKey[]) => number): void {
    const { conditions } = this.#questions
    let best: Node | undefined
    let bestShare = 1
    for (const node of conjuncts) {
      const keys = conditions.keys(node)
      const met = keys ? share(keys) : 1
      if (met >= bestShare) continue
      best = node
      bestShare = met
    }
    if (best === undefined) {
      this.#always.add(number, conjuncts)
      return
    }
    const keys = conditions.keys(best)!
    // Only the alternatives of one field say no more than that the value came in.
    const known = conditions.isEquality(best)
    const rest = known ? conjuncts.filter((node) => node !== best) : conjuncts
    const places = new Set(keys.map(({ slot, value }) => this.#place(slot, value)))
    for (const place of places) place.add(number, rest)
  }

  #place(slot: Slot, value: unknown): Candidates {
    let drawer = this.#drawers.find((each) => each.slot === slot)
    if (!drawer) {
      drawer = { slot, candidates: new Map() }
      this.#drawers.push(drawer)
    }
    let place = drawer.candidates.get(value)
    if (!place) {
      place = new Candidates(this.#questions)
      drawer.candidates.set(value, place)
    }
    return place
  }
}

/** Estimates the share of inputs that meet one of the keys: a field is taken to have as many values as policies name. */
function shareMeeting(
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
