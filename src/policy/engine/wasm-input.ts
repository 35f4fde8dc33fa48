/**
 * What JavaScript adds to the input's JSON text for WASM.
 * @module
 */
import type { FactNumber, Facts, HistoryFacts } from './facts.js'
import type { PolicyInput } from './policy-input.js'

export function withFacts(text: string, numbers: readonly FactNumber[], facts: Facts): string {
  if (numbers.length === 0) return text
  let members = ''
  for (let i = 0; i < numbers.length; i++) members += (i === 0 ? '' : ',') + facts.json(numbers[i]!)
  return withMember(text, `"facts":{${members}}`)
}

/** Of a name that stands twice, OPA takes the later value: `workflow` again, with the steps in it. */
export function withSteps(text: string, input: PolicyInput, history: HistoryFacts | undefined): string {
  const workflow = JSON.stringify(input.workflow ?? {})
  const steps = history?.stepsText?.() ?? '[]'
  return withMember(text, `"workflow":${withMember(workflow, `"steps":${steps}`)}`)
}

const withMember = (text: string, member: string): string =>
  `${text.slice(0, -1)}${text.length > 2 ? ',' : ''}${member}}`
