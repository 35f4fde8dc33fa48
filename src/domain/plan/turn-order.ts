/** In which order a plan's steps come where they go one by one. @module */
import type { PlanStep } from './step.js'

const known = new WeakMap<readonly PlanStep[], readonly number[]>()

/**
 * Places of the steps, from 0: as the plan lists them, except that a step comes after all it depends on. A plan may list
 * them in any order.
 */
export function turnOrder(steps: readonly PlanStep[]): readonly number[] {
  const before = known.get(steps)
  if (before) return before
  const order: number[] = []
  const ids = new Set(steps.map(({ id }) => id))
  const placed = new Set<string>()
  const open = new Set(steps.keys())
  const free = (place: number): boolean =>
    (steps[place] as PlanStep).dependsOn.every((id) => placed.has(id) || !ids.has(id))
  while (open.size > 0) {
    // Steps in a circle are refused when a plan is made; here they would only have to end.
    let next = open.values().next().value as number
    for (const place of open) {
      if (!free(place)) continue
      next = place
      break
    }
    open.delete(next)
    placed.add((steps[next] as PlanStep).id)
    order.push(next)
  }
  known.set(steps, order)
  return order
}
