/** A plan that a language model made: what it is asked, and what is made of its answer. @module */
import type { AgentResource, Provider } from '../agent.js'
import type { JsonObject } from '../json.js'
import { type AssignedTask, type BuiltSteps, buildSteps } from './build-steps.js'
import { mostSteps } from './check-steps.js'

/** What the model brought, or why it brought nothing. */
export type PlannerAnswer =
  | { readonly ok: true; readonly object: unknown }
  | { readonly ok: false; readonly why: string }

/** Tasks that a model may plan: more than that is a plan nobody reads. */
const mostTasks = 50

/** JSON Schema of the answer. */
export const plannerSchema: JsonObject = {
  type: 'object',
  properties: {
    reasoning: { type: 'string', description: 'One or two sentences: why these tasks in this order.' },
    tasks: {
      type: 'array',
      minItems: 1,
      maxItems: mostTasks,
      items: {
        type: 'object',
        properties: {
          task: { type: 'string', description: 'What is to be done, complete in itself.' },
          agent: { type: 'string', description: 'Name of one of the agents.' },
          depends_on: {
            type: 'array',
            items: { type: 'integer' },
            description: 'Numbers, from 1, of earlier tasks that have to be over before.',
          },
        },
        required: ['task', 'agent', 'depends_on'],
        additionalProperties: false,
      },
    },
  },
  required: ['reasoning', 'tasks'],
  additionalProperties: false,
}

/** The prompt: the agents, then the request. What the request says is data, and the answer is checked whatever it says. */
export function plannerPrompt(query: string, configs: readonly AgentResource[]): string {
  const agents = configs.flatMap(({ config }) => config.agents)
  const lines = agents.map(({ name, type, description, connector }) => {
    const does =
      type === 'connector-call' && connector
        ? `calls ${connector.name}.${connector.operation}`
        : 'asks a language model'
    return `- ${name}: ${does}${description === undefined ? '' : `; ${description}`}`
  })
  return [
    'Divide the request into tasks for these agents. Use as few tasks as will do. A task depends on those whose results it needs.',
    'A step that puts all results together is added by itself: do not plan it.',
    `Agents:\n${lines.join('\n')}`,
    `Request:\n${query}`,
  ].join('\n\n')
}

type LlmPlan =
  | (BuiltSteps & {
      readonly ok: true
      readonly reasoning?: string
      readonly used: readonly AgentResource[]
    })
  | { readonly ok: false; readonly why: string }

/** Take the model's answer, if every task of it names an agent there is and depends only on tasks before it. */
export function planByLlm(
  answer: PlannerAnswer,
  configs: readonly AgentResource[],
  providers: ReadonlyMap<string, Provider>,
): LlmPlan {
  if (!answer.ok) return answer
  const { tasks, reasoning } = asObject(answer.object)
  if (!Array.isArray(tasks) || tasks.length === 0) return wrong('its answer holds no tasks')
  if (tasks.length > mostTasks || tasks.length >= mostSteps)
    return wrong(`its answer holds ${tasks.length} tasks, and ${mostTasks} is the most`)
  const assigned: AssignedTask[] = []
  for (const [place, item] of tasks.entries()) {
    const read = readTask(item, place, configs)
    if (typeof read === 'string') return wrong(`task ${place + 1} ${read}`)
    assigned.push(read)
  }
  const used = [...new Map(assigned.map(({ resource }) => [resource.id, resource])).values()]
  return {
    ok: true,
    ...buildSteps(assigned, providers),
    used,
    ...(typeof reasoning === 'string' && reasoning !== '' ? { reasoning } : {}),
  }
}

const wrong = (what: string): LlmPlan => ({ ok: false, why: `The LLM planner could not be used: ${what}` })

function readTask(item: unknown, place: number, configs: readonly AgentResource[]): AssignedTask | string {
  const { task, agent: name, depends_on: before = [] } = asObject(item)
  if (typeof task !== 'string' || task.trim() === '') return 'says nothing to do'
  for (const resource of configs) {
    const agent = resource.config.agents.find((each) => each.name === name)
    if (!agent) continue
    if (!Array.isArray(before)) return 'depends on something that is not a list'
    const places = before.map((number: unknown) => (typeof number === 'number' ? number - 1 : -1))
    if (places.some((each) => !Number.isInteger(each) || each < 0 || each >= place))
      return 'depends on a task that is not before it'
    return { task: task.trim(), resource, agent, dependsOn: [...new Set(places)] }
  }
  return typeof name === 'string'
    ? `names the agent "${name.slice(0, 100)}", which there is not`
    : 'names no agent'
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
