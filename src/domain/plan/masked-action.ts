/** What a step sends, without what its gate wants redacted. @module */
import { mask } from '../gate/record.js'
import type { JsonObject } from '../json.js'
import type { Action } from './step-input.js'

/**
 * @param redacted paths into the policy input, as the decision's record names them; those below `step_input` and
 * `tool_input` are parts of what is sent
 */
export function maskedAction<A extends Extract<Action, { kind: 'llm' | 'connector' }>>(
  action: A,
  redacted: readonly string[],
): A {
  if (redacted.length === 0) return action
  if (action.kind === 'llm') {
    const { step_input } = mask({ step_input: { prompt: action.prompt } }, redacted)
    return { ...action, prompt: step_input.prompt }
  }
  const { parameters } = action
  const { step_input } = mask({ step_input: { parameters } }, redacted)
  const { tool_input } = mask({ tool_input: step_input.parameters }, redacted)
  return { ...action, parameters: tool_input }
}

/** Parameters of the call that undoes a step, in the same way: the step's gate judged them as part of its input. */
export function maskedUndoing(parameters: JsonObject, redacted: readonly string[]): JsonObject {
  if (redacted.length === 0) return parameters
  return mask({ step_input: { compensation: { parameters } } }, redacted).step_input.compensation.parameters
}
