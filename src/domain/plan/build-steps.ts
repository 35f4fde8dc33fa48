/** Tasks that agents have taken, as the steps of a plan. @module */
import type { Agent, AgentResource, ModelUse, Provider, RoutingRule } from '../agent.js'
import type { JsonObject, JsonValue } from '../json.js'
import type { RouteChoice } from './plan.js'
import type { PlanStep } from './step.js'
import { pathsIn } from './template.js'

/** A task and who takes it. */
export interface AssignedTask {
  readonly task: string
  readonly resource: AgentResource
  readonly agent: Agent
  /** The rule that chose the agent, where one did. */
  readonly rule?: RoutingRule
  /** Places in the list of the tasks that have to be over before. */
  readonly dependsOn: readonly number[]
}

/** The steps, the closing one included, and why each is there. */
export interface BuiltSteps {
  readonly steps: readonly PlanStep[]
  readonly choices: readonly RouteChoice[]
}

/** The name of the closing step. */
const synthesis = 'synthesize-results'

/**
 * One step a task, and one that closes the plan. In an agent's templates `{{query}}` is its task: the text is put in here,
 * so that policies which judge the plan see what will be asked.
 */
export function buildSteps(
  tasks: readonly AssignedTask[],
  providers: ReadonlyMap<string, Provider>,
): BuiltSteps {
  const names = stepNames(tasks.map(({ agent }) => agent.name))
  const ids = names.map((name, i) => `step_${i + 1}_${name}`)
  const sources = names.map((name, i) => ({ id: ids[i] as string, name }))
  const fallback = firstModel(providers)
  const steps = tasks.map(({ task, agent, rule, dependsOn }, i): PlanStep => {
    const common = {
      id: ids[i] as string,
      name: names[i] as string,
      ...(agent.description === undefined ? {} : { description: agent.description }),
      agent: agent.name,
      dependsOn: dependsOn.map((place) => ids[place] as string),
    }
    return agent.type === 'llm-call'
      ? {
          ...common,
          ...modelStep(
            agent,
            task,
            dependsOn.map((place) => sources[place] as Source),
            fallback,
          ),
        }
      : { ...common, ...connectorStep(agent, rule, task) }
  })
  const choices = tasks.map(({ task, agent, resource, rule }, i) => ({
    stepId: ids[i] as string,
    agent: agent.name,
    config: resource.id,
    configVersion: resource.version,
    task,
    ...(rule ? { pattern: rule.pattern, priority: rule.priority } : {}),
  }))
  const closing = closingStep(tasks, steps, providers)
  return { steps: closing ? [...steps, closing] : steps, choices }
}

/** An agent that has several tasks gives its steps numbers from the second on, so that templates can tell them apart. */
function stepNames(agents: readonly string[]): string[] {
  const taken = new Map<string, number>()
  return agents.map((agent) => {
    const count = (taken.get(agent) ?? 0) + 1
    taken.set(agent, count)
    return count === 1 ? agent : `${agent}-${count}`
  })
}

/** A step whose output another one is given. */
type Source = Pick<PlanStep, 'id' | 'name'>

function modelStep(
  agent: Agent,
  task: string,
  before: readonly Source[],
  fallback: ModelUse | undefined,
): Omit<PlanStep, keyof Common> {
  const llm = agent.llm ?? fallback
  return {
    type: 'llm-call',
    prompt: withResults(withTask(agent.promptTemplate ?? '{{query}}', task), before),
    ...(llm ? { llm } : {}),
    ...(agent.parameters ? { parameters: withTaskDeep(agent.parameters, task) as JsonObject } : {}),
  }
}

type Common = Pick<PlanStep, 'id' | 'name' | 'dependsOn' | 'agent' | 'description'>

function connectorStep(
  agent: Agent,
  rule: RoutingRule | undefined,
  task: string,
): Omit<PlanStep, keyof Common> {
  const { name, operation } = agent.connector ?? { name: '', operation: '' }
  return {
    type: 'connector-call',
    call: { connector: rule?.connector ?? name, operation },
    parameters: withTaskDeep(agent.parameters ?? { query: '{{query}}' }, task) as JsonObject,
  }
}

/** The step that makes one answer of all; none where every configuration of the plan's agents switches it off. */
function closingStep(
  tasks: readonly AssignedTask[],
  steps: readonly PlanStep[],
  providers: ReadonlyMap<string, Provider>,
): PlanStep | undefined {
  const configs = [...new Map(tasks.map(({ resource }) => [resource.id, resource.config])).values()]
  const asked = configs.filter((config) => config.synthesis.enabled)
  if (configs.length > 0 && asked.length === 0) return undefined
  const promptTemplate = asked.find((config) => config.synthesis.promptTemplate)?.synthesis.promptTemplate
  const llm = closingModel(
    configs.flatMap(({ agents }) => agents),
    providers,
  )
  return {
    id: `step_${steps.length + 1}_${synthesis}`,
    name: synthesis,
    type: 'synthesis',
    description: llm
      ? `Written by ${llm.provider}/${llm.model} from the outputs of all steps`
      : 'No provider is declared: the outputs of all steps are merged by a template, and no model writes this',
    dependsOn: steps.map(({ id }) => id),
    ...(llm ? { llm } : {}),
    ...(llm ? { prompt: withResults(promptTemplate ?? closingPrompt, steps) } : {}),
  }
}

const closingPrompt =
  'Answer the request from the results below, and from nothing else.\n\nRequest: {{query}}\n\n{{results}}'

const resultsReference = /\{\{\s*results\s*\}\}/g

/** `{{results}}` is the outputs of the steps before; a template that reads no output of a step gets them at its end. */
function withResults(template: string, before: readonly Source[]): string {
  const results = before.map(({ id, name }) => `## ${name}\n\n{{steps.${id}.output}}`).join('\n\n')
  const placed = template.replace(resultsReference, () => results)
  const reads = placed !== template || pathsIn(template).some((path) => path.startsWith('steps.'))
  return reads || results === '' ? placed : `${template}\n\n${results}`
}

/** The model of the first agent whose provider is declared, else the first provider's first. */
export function closingModel(
  agents: readonly Agent[],
  providers: ReadonlyMap<string, Provider>,
): ModelUse | undefined {
  const known = agents.find(({ llm }) => llm && providers.has(llm.provider))?.llm
  return known ?? firstModel(providers)
}

function firstModel(providers: ReadonlyMap<string, Provider>): ModelUse | undefined {
  for (const name of [...providers.keys()].sort()) {
    const model = Object.keys((providers.get(name) as Provider).models)[0]
    if (model !== undefined) return { provider: name, model }
  }
  return undefined
}

const queryReference = /\{\{\s*query\s*\}\}/g

/** A template with the task in the place of `{{query}}`. A task is no template: a space parts braces that would make it one. */
function withTask(template: string, task: string): string {
  return template.replace(queryReference, (reference: string, offset: number) => {
    const open = template[offset - 1] === '{' && task.startsWith('{')
    const close = template[offset + reference.length] === '{' && task.endsWith('{')
    return `${open ? ' ' : ''}${task.replace(/\{(?=\{)/g, '{ ')}${close ? ' ' : ''}`
  })
}

function withTaskDeep(template: JsonValue, task: string): JsonValue {
  if (typeof template === 'string') return withTask(template, task)
  if (typeof template !== 'object' || template === null) return template
  if (Array.isArray(template)) return template.map((item: JsonValue) => withTaskDeep(item, task))
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) => [name, withTaskDeep(value as JsonValue, task)]),
  )
}
