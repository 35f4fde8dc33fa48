/** Whether a step has what its type needs, and nothing that its type cannot use. @module */

import type { PlanStep, PlanStepType } from './step.js'
import type { StepProblem } from './step-problem.js'

/** Members that only some types can use, by their names on the wire. */
const members: readonly (readonly [
  wire: string,
  types: readonly PlanStepType[],
  has: (step: PlanStep) => boolean,
])[] = [
  ['prompt', ['llm-call', 'synthesis', 'human-task'], ({ prompt }) => prompt !== undefined],
  ['provider', ['llm-call', 'synthesis'], ({ llm }) => llm !== undefined],
  ['connector', ['connector-call'], ({ call }) => call !== undefined],
  ['condition', ['conditional'], ({ condition }) => condition !== undefined],
  ['if_true', ['conditional'], ({ ifTrue = [] }) => ifTrue.length > 0],
  ['if_false', ['conditional'], ({ ifFalse = [] }) => ifFalse.length > 0],
  [
    'compensation',
    ['llm-call', 'connector-call', 'human-task'],
    ({ compensation }) => compensation !== undefined,
  ],
]

/** What a type cannot do without. */
const needed: Readonly<Partial<Record<PlanStepType, readonly [wire: string, what: string]>>> = {
  'llm-call': ['prompt', 'prompt'],
  'connector-call': ['connector', 'connector and operation'],
  conditional: ['condition', 'condition'],
}

/** @param place of the step in the plan, from 0 */
export function checkMembers(step: PlanStep, place: number): StepProblem[] {
  const { name, type } = step
  const problems: StepProblem[] = []
  const present = new Set(members.filter(([, , has]) => has(step)).map(([wire]) => wire))
  const need = needed[type]
  if (need && !present.has(need[0]))
    problems.push({ path: [place], message: `the step "${name}" is of type ${type} and needs ${need[1]}` })
  for (const [wire, types] of members) {
    if (present.has(wire) && !types.includes(type))
      problems.push({
        path: [place, wire],
        message: `the step "${name}" is of type ${type}: ${wire} goes only with ${types.join(', ')}`,
      })
  }
  return problems
}
