/** What waits for what: circles among the steps of a plan, and all that comes before a step. @module */
import type { PlanStep } from './step.js'

/** The places, from 0, of the steps that each step names in `dependsOn`; itself and unknown ones left out. */
export function dependencies(steps: readonly PlanStep[]): number[][] {
  const places = new Map(steps.map(({ id }, place) => [id, place]))
  return steps.map(({ dependsOn }, place) => {
    const found = new Set<number>()
    for (const id of dependsOn) {
      const other = places.get(id)
      if (other !== undefined && other !== place) found.add(other)
    }
    return [...found]
  })
}

/**
 * Steps that wait for one another, as places in the order of waiting: the first waits for the second, the last for the
 * first. Of circles that share a step, one is found.
 */
export function circles(waitsFor: readonly (readonly number[])[]): number[][] {
  const found: number[][] = []
  const state = new Uint8Array(waitsFor.length) // 0: not seen, 1: on the way, 2: done
  for (let start = 0; start < waitsFor.length; start++) {
    if (state[start] !== 0) continue
    const way: number[] = [start]
    const next: number[] = [0]
    state[start] = 1
    while (way.length > 0) {
      const here = way.at(-1)!
      const other = waitsFor[here]![next[next.length - 1]!++]
      if (other === undefined) {
        state[here] = 2
        way.pop()
        next.pop()
      } else if (state[other] === 1) {
        found.push(way.slice(way.indexOf(other)))
        // No step is told of twice, nor are those that only lead to the circle.
        for (const each of way) state[each] = 2
        way.length = 0
      } else if (state[other] === 0) {
        state[other] = 1
        way.push(other)
        next.push(0)
      }
    }
  }
  return found
}

/** Answers whether one step comes before another; only for steps without circles. */
export function comesBefore(
  waitsFor: readonly (readonly number[])[],
): (earlier: number, later: number) => boolean {
  const words = Math.ceil(waitsFor.length / 32)
  const before: (Uint32Array | undefined)[] = new Array(waitsFor.length)
  for (let start = 0; start < waitsFor.length; start++) {
    const way = [start]
    while (way.length > 0) {
      const here = way.at(-1)!
      const waiting = before[here] ? [] : waitsFor[here]!.filter((other) => before[other] === undefined)
      if (waiting.length > 0) {
        way.push(...waiting)
        continue
      }
      way.pop()
      if (before[here]) continue
      const mine = new Uint32Array(words)
      for (const other of waitsFor[here]!) {
        mine[other >> 5]! |= 1 << (other & 31)
        const theirs = before[other]!
        for (let word = 0; word < words; word++) mine[word]! |= theirs[word]!
      }
      before[here] = mine
    }
  }
  return (earlier, later) => (before[later]![earlier >> 5]! & (1 << (earlier & 31))) !== 0
}
