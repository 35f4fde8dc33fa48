/**
 * What has happened so far in one workflow, as facts over `workflow.steps[*]`: counted up with each step instead of
 * looked through at each gate. Pure.
 * @module
 */
import type { Fact, HistoryAttribute, Scalar } from '../policy.js'
import { valueTest } from './value-test.js'

/** An earlier step as policies see it: `workflow.steps[*]`. */
export type PastStep = { readonly [attribute in HistoryAttribute]?: Scalar }

/** Facts over the steps of one workflow. */
export interface History {
  /** Notes that a step came (`before` is undefined) or changed. Costs one test a fact. */
  add(before: PastStep | undefined, after: PastStep): void
  /** Whether any step satisfies the fact of this name; false for names that are not among the facts. */
  holds(factName: string): boolean
}

interface Counted {
  readonly attribute: HistoryAttribute
  readonly test: (value: unknown) => boolean
}

interface Plan {
  readonly places: ReadonlyMap<string, number>
  readonly counted: readonly Counted[]
}

// Every workflow asks the same facts: patterns are compiled once for all of them.
const plans = new WeakMap<readonly Fact[], Plan>()

/**
 * An empty history.
 * @param facts an engine's `historyFacts`; facts that are not over history are passed over
 */
export function createHistory(facts: readonly Fact[]): History {
  const { places, counted } = planOf(facts)
  const counts = new Uint32Array(counted.length)
  const satisfies = (step: PastStep, { attribute, test }: Counted): boolean => {
    const value = step[attribute]
    return value !== undefined && value !== null && test(value)
  }
  return {
    add(before, after) {
      counted.forEach((each, i) => {
        counts[i]! += Number(satisfies(after, each)) - Number(before !== undefined && satisfies(before, each))
      })
    },
    holds(factName) {
      const place = places.get(factName)
      return place !== undefined && counts[place]! > 0
    },
  }
}

function planOf(facts: readonly Fact[]): Plan {
  const known = plans.get(facts)
  if (known) return known
  const places = new Map<string, number>()
  const counted: Counted[] = []
  for (const { name, over, test } of facts) {
    if (over.kind !== 'history') continue
    places.set(name, counted.push({ attribute: over.attribute, test: valueTest(test) }) - 1)
  }
  const plan = { places, counted }
  plans.set(facts, plan)
  return plan
}
