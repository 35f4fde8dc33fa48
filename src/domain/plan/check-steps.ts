/** Whether the steps of a plan can be run at all, said before anything is. @module */

import { checkMembers } from './check-members.js'
import { checkTemplates } from './check-step-templates.js'
import { type KnownCalls, type Suggest, unknownCall, unknownProvider } from './known-calls.js'
import type { PlanStep } from './step.js'
import { circles, comesBefore, dependencies } from './step-order.js'
import type { StepProblem } from './step-problem.js'

/** Steps that a plan may have. */
export const mostSteps = 500
/** Problems that are told: nobody reads more. */
export const mostProblems = 100

/** What is said of too many steps; undefined where they are few enough. */
export const tooManySteps = (count: number): StepProblem | undefined =>
  count > mostSteps
    ? { path: [], message: `a plan has ${mostSteps} steps at most; this one has ${count}` }
    : undefined

/**
 * Finds what is wrong with the steps of a plan: ids and names that stand twice, references to steps that are not there,
 * circles, branches of steps that do not wait, members that do not fit the type, calls that nothing declares, and
 * templates that read what they may not. Pure; time grows with the number of references.
 * @param known connectors and providers that may be called; undefined: whether calls are declared is not asked
 * @param suggest goes after the name of something that is not there
 * @returns at most {@link mostProblems}, in order of the steps; none: the steps can be run
 */
export function checkSteps(
  steps: readonly PlanStep[],
  known: KnownCalls | undefined,
  suggest?: Suggest,
): readonly StepProblem[] {
  const tooMany = tooManySteps(steps.length)
  if (tooMany) return [tooMany]
  if (steps.length === 0) return [{ path: [], message: 'a plan has one step at least' }]
  const problems: StepProblem[] = [...checkNames(steps), ...checkReferences(steps, suggest)]
  const waitsFor = dependencies(steps)
  const found = circles(waitsFor)
  for (const circle of found) problems.push(circleProblem(steps, circle))
  const before = found.length === 0 ? comesBefore(waitsFor) : undefined
  const places = placesOf(steps)
  const around = { steps, placeOf: (idOrName: string) => places.get(idOrName), before }
  for (const [place, step] of steps.entries()) {
    if (problems.length >= mostProblems) break
    problems.push(...checkMembers(step, place))
    if (known) problems.push(...checkCalls(step, place, known, suggest))
    if (before) problems.push(...checkBranches(step, place, steps, places, before))
    problems.push(...checkTemplates(place, around))
  }
  return problems.sort(inOrder).slice(0, mostProblems)
}

const inOrder = (a: StepProblem, b: StepProblem): number => Number(a.path[0] ?? -1) - Number(b.path[0] ?? -1)

/** Places, from 0, by id and by name; an id goes before the name of another. */
const placesOf = (steps: readonly PlanStep[]): ReadonlyMap<string, number> =>
  new Map([
    ...steps.map(({ name }, place) => [name, place] as const),
    ...steps.map(({ id }, place) => [id, place] as const),
  ])

function checkNames(steps: readonly PlanStep[]): StepProblem[] {
  const problems: StepProblem[] = []
  const ids = new Map<string, number>()
  const names = new Map<string, number>()
  steps.forEach(({ id }, place) => {
    if (ids.has(id)) problems.push({ path: [place, 'id'], message: `the id "${id}" stands twice` })
    else ids.set(id, place)
  })
  steps.forEach(({ id, name }, place) => {
    if (names.has(name)) problems.push({ path: [place, 'name'], message: `the name "${name}" stands twice` })
    else if (name !== id && ids.has(name))
      problems.push({ path: [place, 'name'], message: `the name "${name}" is the id of another step` })
    names.set(name, place)
  })
  return problems
}

const references = [
  ['dependsOn', 'depends_on', 'depends on'],
  ['ifTrue', 'if_true', 'names'],
  ['ifFalse', 'if_false', 'names'],
] as const

function checkReferences(steps: readonly PlanStep[], suggest: Suggest | undefined): StepProblem[] {
  const ids = new Set(steps.map(({ id }) => id))
  const names = steps.flatMap(({ name, id }) => [name, id])
  const problems: StepProblem[] = []
  for (const [place, step] of steps.entries()) {
    for (const [member, wire, verb] of references) {
      for (const [i, id] of (step[member] ?? []).entries()) {
        if (id !== step.id && ids.has(id)) continue
        if (problems.length === mostProblems) return problems
        const named = id.slice(0, 100)
        const why =
          id === step.id
            ? `itself${verb === 'names' ? ` in ${wire}` : ''}`
            : `"${named}", which is no step of the plan${suggest?.(named, names) ?? ''}`
        problems.push({ path: [place, wire, i], message: `the step "${step.name}" ${verb} ${why}` })
      }
    }
  }
  return problems
}

/** Names of a circle that are told. */
const mostNamed = 30

function circleProblem(steps: readonly PlanStep[], circle: readonly number[]): StepProblem {
  const names = circle.map((place) => steps[place]!.name)
  const named = names.length > mostNamed ? [...names.slice(0, mostNamed), '…'] : names
  const message = `these steps wait for one another: ${[...named, names[0]].join(' -> ')}`
  return { path: [circle[0]!, 'depends_on'], message }
}

function checkBranches(
  step: PlanStep,
  place: number,
  steps: readonly PlanStep[],
  places: ReadonlyMap<string, number>,
  before: (earlier: number, later: number) => boolean,
): StepProblem[] {
  const { ifTrue = [], ifFalse = [] } = step
  const notWaiting = (ids: readonly string[], wire: string): StepProblem[] =>
    ids.flatMap((id, i) => {
      const at = places.get(id)
      if (at === undefined || at === place || before(place, at)) return []
      const { name } = steps[at]!
      const message = `the step "${name}" in ${wire} of "${step.name}" does not wait for it: add depends_on: [${step.name}] to "${name}"`
      return [{ path: [place, wire, i], message }]
    })
  const both = ifFalse.flatMap((id, i) => {
    if (!ifTrue.includes(id)) return []
    const message = `the step "${id}" stands in if_true and in if_false of "${step.name}"`
    return [{ path: [place, 'if_false', i], message }]
  })
  return [...notWaiting(ifTrue, 'if_true'), ...notWaiting(ifFalse, 'if_false'), ...both]
}

function checkCalls(
  { name, call, llm, compensation }: PlanStep,
  place: number,
  known: KnownCalls,
  suggest: Suggest | undefined,
): StepProblem[] {
  const problems: StepProblem[] = []
  const report = (message: string, ...path: string[]): void => {
    problems.push({ path: [place, ...path], message: `the step "${name}": ${message}` })
  }
  const called = call && unknownCall(call, known, suggest)
  if (called) report(called.message, called.member)
  const undoing = compensation && unknownCall(compensation, known, suggest)
  if (undoing) report(undoing.message, 'compensation', undoing.member)
  const provider = llm && unknownProvider(llm.provider, known, suggest)
  if (provider !== undefined) report(provider, 'provider')
  return problems
}

export type { StepProblem }
