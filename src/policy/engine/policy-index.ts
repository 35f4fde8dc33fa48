/**
 * Finds the policies that could match an input without looking at the others: each is filed under the values of the
 * field that tells it apart best, among many under the values of a further one, and its remaining conditions are asked
 * only where such values came in.
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

/** A policy on its way into the index. */
interface Filing extends Filed {
  /** What it is filed by already. */
  readonly filedBy: readonly Node[]
  /** In how many places it stands for that. */
  readonly copies: number
}

/** Estimates the share of inputs that meet one of the keys. */
type Share = (keys: readonly IndexKey[]) => number

interface Drawer {
  readonly slot: Slot
  readonly places: ReadonlyMap<unknown, Place>
}

/** The policies filed under one value: gone through, or where they are many filed again by what is left to ask. */
type Place = Shelf | Candidates

/** So many policies are gone through as quickly as they are looked up. */
const FEW_POLICIES = 6

/** A policy that names many values in several fields is not filed under all their combinations. */
const MOST_COPIES = 64

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
  readonly #all: Shelf

  constructor(fields: Fields, questions: Questions, policies: readonly Filed[]) {
    const share = shareMeeting(fields, questions.conditions, policies)
    const unfiled = policies.map((policy) => ({ ...policy, filedBy: [], copies: 1 }))
    this.#all = new Shelf(fields, questions, unfiled, share)
  }

  /** Adds the numbers of all policies whose conditions hold to `found`, in no order; one may come twice. */
  find(found: number[]): void {
    this.#all.find(found)
  }
}

class Shelf {
  readonly #fields: Fields
  readonly #drawers: readonly Drawer[]
  readonly #always: Candidates

  constructor(fields: Fields, questions: Questions, policies: readonly Filing[], share: Share) {
    this.#fields = fields
    this.#always = new Candidates(questions)
    const drawers = new Map<Slot, Map<unknown, Filing[]>>()
    for (const policy of policies) {
      const key = bestKey(policy, questions.conditions, share)
      if (key === undefined) this.#always.add(policy.number, policy.conjuncts)
      else file(policy, key, questions.conditions, drawers)
    }
    const place = (filed: readonly Filing[]): Place => {
      if (filed.length > FEW_POLICIES) return new Shelf(fields, questions, filed, share)
      const few = new Candidates(questions)
      for (const { number, conjuncts } of filed) few.add(number, conjuncts)
      return few
    }
    this.#drawers = [...drawers].map(([slot, values]) => ({
      slot,
      places: new Map([...values].map(([value, filed]) => [value, place(filed)])),
    }))
  }

  find(found: number[]): void {
    // First those who look at everything: what they work out about it others look at too.
    this.#always.find(found)
    for (const { slot, places } of this.#drawers) places.get(this.#fields.value(slot))?.find(found)
  }
}

/** The condition that the fewest inputs meet, of those that can be looked up. */
function bestKey(policy: Filing, conditions: Conditions, share: Share): Node | undefined {
  let best: Node | undefined
  let bestShare = 1
  for (const node of policy.conjuncts) {
    const keys = mayBeFiledBy(policy, node, conditions)
    const met = keys ? share(keys) : 1
    if (met >= bestShare) continue
    best = node
    bestShare = met
  }
  return best
}

function mayBeFiledBy(
  { filedBy, copies }: Filing,
  node: Node,
  conditions: Conditions,
): readonly IndexKey[] | undefined {
  const keys = conditions.keys(node)
  if (!keys || filedBy.length === 0) return keys
  return filedBy.includes(node) || copies * keys.length > MOST_COPIES ? undefined : keys
}

function file(
  policy: Filing,
  key: Node,
  conditions: Conditions,
  drawers: Map<Slot, Map<unknown, Filing[]>>,
): void {
  const { number, conjuncts, filedBy, copies } = policy
  const keys = conditions.keys(key)!
  // Only the alternatives of one field say no more than that the value came in.
  const rest = conditions.isEquality(key) ? conjuncts.filter((node) => node !== key) : conjuncts
  const filing = { number, conjuncts: rest, filedBy: [...filedBy, key], copies: copies * keys.length }
  for (const { slot, value } of keys) {
    const values = drawers.get(slot) ?? new Map<unknown, Filing[]>()
    drawers.set(slot, values)
    const filed = values.get(value)
    if (!filed) values.set(value, [filing])
    // One condition may name a value twice.
    else if (filed.at(-1) !== filing) filed.push(filing)
  }
}

/** Estimates the share of inputs that meet one of the keys: a field is taken to have as many values as policies name. */
function shareMeeting(fields: Fields, conditions: Conditions, policies: readonly Filed[]): Share {
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
