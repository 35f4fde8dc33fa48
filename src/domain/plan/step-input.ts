/** What a step is given when its turn comes: its templates filled, as the gate sees it and as it is called. @module */
import type { ModelUse, Registry } from '../agent.js'
import type { GateRequest } from '../gate/request.js'
import type { JsonObject, JsonValue } from '../json.js'
import { conditionHolds } from './condition.js'
import { isLargerThan, mostInput, tooLarge } from './input-size.js'
import type { Plan } from './plan.js'
import type { ConnectorCall, PlanStep } from './step.js'
import { plainText, type Rendered, renderObject, renderText, renderValue } from './template.js'

/** What is to be done, with nothing left to fill in. */
export type Action =
  | { readonly kind: 'llm'; readonly llm: ModelUse; readonly prompt: string }
  | { readonly kind: 'connector'; readonly call: ConnectorCall; readonly parameters: JsonObject }
  | { readonly kind: 'person' }
  /** Done at once, by nobody outside. */
  | { readonly kind: 'condition'; readonly held: boolean }
  | { readonly kind: 'merge'; readonly text: string }

export interface StepInput {
  readonly request: GateRequest
  readonly action: Action
}

/** What the steps before brought, by step id: the output, or null where there is none. */
export type Outputs = ReadonlyMap<string, JsonValue>

/** The names that a step's templates read. */
export function templateScope(plan: Plan, outputs: Outputs): JsonObject {
  const steps: Record<string, JsonValue> = {}
  for (const step of plan.steps) {
    const output = outputs.get(step.id)
    if (output === undefined) continue
    steps[step.id] = { output }
    steps[step.name] = { output }
  }
  return {
    query: plan.query,
    domain: plan.domain,
    context: plan.metadata,
    plan: { id: plan.id, mode: plan.mode },
    steps,
  }
}

/**
 * Fill a step's templates. The gate judges exactly what will be sent; a step that can be undone is judged with the call
 * that would undo it, because that call cannot be gated any more when the workflow has ended.
 * @param registry tells HTTP connectors from MCP servers
 * @param idempotencyKey of the step's call; bound to its gate
 */
export function stepInput(
  plan: Plan,
  step: PlanStep,
  outputs: Outputs,
  registry: Registry,
  idempotencyKey: string,
): Rendered<StepInput> {
  const scope = templateScope(plan, outputs)
  const parameters = renderObject(step.parameters ?? {}, scope)
  if (!parameters.ok) return parameters
  const within = { ...scope, parameters: parameters.value }
  const action = actionOf(plan, step, within, parameters.value, outputs)
  if (!action.ok) return action
  const request = gateRequest(step, action.value, parameters.value, registry, within)
  if (request.ok && isLargerThan(request.value.stepInput, mostInput))
    return { ok: false, message: `its input is ${tooLarge}` }
  // A person completes a human task through the workflow's own door, and knows no key.
  const key = step.type === 'human-task' ? '' : idempotencyKey
  return request.ok
    ? { ok: true, value: { request: { ...request.value, idempotencyKey: key }, action: action.value } }
    : request
}

function actionOf(
  plan: Plan,
  step: PlanStep,
  scope: JsonObject,
  parameters: JsonObject,
  outputs: Outputs,
): Rendered<Action> {
  if (step.type === 'connector-call' && step.call)
    return { ok: true, value: { kind: 'connector', call: step.call, parameters } }
  if (step.type === 'human-task') return { ok: true, value: { kind: 'person' } }
  if (step.type === 'conditional') {
    const { condition } = step
    if (!condition) return { ok: false, message: 'the step has no condition' }
    const value = renderValue(condition.value, scope)
    const operand = renderValue(condition.operand ?? null, scope)
    if (!operand.ok) return operand
    // What is not there is an answer too: exists and not_exists ask for it.
    const held = conditionHolds(
      { operator: condition.operator, operand: operand.value },
      value.ok ? value.value : undefined,
    )
    return { ok: true, value: { kind: 'condition', held } }
  }
  if (step.type === 'synthesis' && !step.llm)
    return { ok: true, value: { kind: 'merge', text: merged(plan, step, outputs) } }
  if (!step.llm) return { ok: false, message: 'no language model is configured for it' }
  const llm = step.llm
  const prompt = renderText(step.prompt ?? '{{query}}', scope)
  return prompt.ok ? { ok: true, value: { kind: 'llm', llm, prompt: prompt.value } } : prompt
}

/** The outputs one after the other, under the names of their steps: what is left of a synthesis without a model. */
function merged(plan: Plan, synthesis: PlanStep, outputs: Outputs): string {
  return plan.steps
    .filter(({ id }) => synthesis.dependsOn.includes(id))
    .flatMap(({ id, name }) => {
      const output = outputs.get(id)
      return output === undefined || output === null ? [] : [`## ${name}\n\n${outputText(output)}`]
    })
    .join('\n\n')
}

/** The text a model or an HTTP answer brought, or whatever else as JSON. */
function outputText(output: JsonValue): string {
  if (typeof output !== 'object' || output === null || Array.isArray(output)) return plainText(output)
  const { text, body } = output as JsonObject
  return plainText(text ?? body ?? output)
}

function gateRequest(
  step: PlanStep,
  action: Action,
  parameters: JsonObject,
  registry: Registry,
  scope: JsonObject,
): Rendered<GateRequest> {
  const common = {
    stepName: step.name,
    retryPolicy: 'idempotent',
    idempotencyKey: '',
    includePriorOutput: false,
  } as const
  const given = Object.keys(parameters).length === 0 ? {} : { parameters }
  const undo = compensationInput(step, scope)
  if (!undo.ok) return undo
  switch (action.kind) {
    case 'llm': {
      const stepInput = { prompt: action.prompt, ...given, ...undo.value }
      const { provider, model } = action.llm
      return { ok: true, value: { ...common, stepType: 'llm_call', stepInput, provider, model } }
    }
    case 'connector': {
      const { connector, operation } = action.call
      const toolContext = {
        toolName: `${connector}.${operation}`,
        toolType: registry.connectors.get(connector)?.type === 'http' ? 'api' : 'mcp',
        toolInput: parameters,
      }
      const stepInput = { connector, operation, parameters, ...undo.value }
      return { ok: true, value: { ...common, stepType: 'connector_call', stepInput, toolContext } }
    }
    case 'person': {
      const prompt = renderText(step.prompt ?? step.description ?? step.name, scope)
      if (!prompt.ok) return prompt
      const stepInput = { prompt: prompt.value, ...given, ...undo.value }
      return { ok: true, value: { ...common, stepType: 'human_task', stepInput } }
    }
    case 'condition': {
      const stepInput = { condition: { ...step.condition }, held: action.held } as unknown as JsonObject
      return {
        ok: true,
        value: { ...common, stepType: 'tool_call', stepInput, toolContext: { toolName: 'conditional' } },
      }
    }
    case 'merge': {
      const stepInput = { text: action.text }
      return {
        ok: true,
        value: { ...common, stepType: 'tool_call', stepInput, toolContext: { toolName: step.name } },
      }
    }
  }
}

/** The undoing call as far as it is known before the step ran: what reads the step's own output stays a template. */
function compensationInput(step: PlanStep, scope: JsonObject): Rendered<JsonObject> {
  if (!step.compensation) return { ok: true, value: {} }
  const { connector, operation, parameters = {} } = step.compensation
  const known = renderObject(parameters, scope)
  return {
    ok: true,
    value: { compensation: { connector, operation, parameters: known.ok ? known.value : parameters } },
  }
}

/** The call that undoes a step which was done. */
export function undoingCall(
  plan: Plan,
  step: PlanStep,
  outputs: Outputs,
): Rendered<{ call: ConnectorCall; parameters: JsonObject }> {
  const { compensation } = step
  if (!compensation) return { ok: false, message: 'the step has no compensation' }
  const parameters = renderObject(compensation.parameters ?? {}, templateScope(plan, outputs))
  if (!parameters.ok) return parameters
  if (isLargerThan(parameters.value, mostInput))
    return { ok: false, message: `what would undo it is ${tooLarge}` }
  return { ok: true, value: { call: compensation, parameters: parameters.value } }
}
