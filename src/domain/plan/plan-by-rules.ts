/** A plan by the agents' own rules: the same query gives the same plan. @module */
import type { AgentConfig, AgentResource, Provider, RoutingRule } from '../agent.js'
import { type Refusal, refuse } from '../errors.js'
import { type AssignedTask, type BuiltSteps, buildSteps } from './build-steps.js'
import { mostSteps } from './check-steps.js'
import { splitTasks, type Task } from './tasks.js'

/** The rule of a configuration that takes a text: the first by falling priority that matches. */
export type MatchRoute = (config: AgentConfig, text: string) => RoutingRule | undefined

/** Steps and choices, and the parts of the query that no rule matches. */
export interface RulePlan extends BuiltSteps {
  readonly unmatched: readonly string[]
  /** The configurations whose agents take part, in the order of their first step. */
  readonly used: readonly AgentResource[]
}

/**
 * Part the query into tasks and give each to the first rule by falling priority that matches it; of equal priorities the
 * configuration whose id comes first. A part that no rule matches is no task: it stays with the task before it (the
 * first with the one after), and is named in the result. A step of a language model depends on the connector steps
 * before it, and any step on the one before it where the query says so.
 * @param domain as asked for, for the refusal's sentence
 * @param configs the active ones of the domain
 */
export function planByRules(
  query: string,
  domain: string,
  configs: readonly AgentResource[],
  providers: ReadonlyMap<string, Provider>,
  match: MatchRoute,
): RulePlan | Refusal {
  const inOrder = [...configs].sort((a, b) => (a.id < b.id ? -1 : 1))
  const takers = (text: string): Taker | undefined => taker(inOrder, text, match)
  const tasks = splitTasks(query)
  if (tasks.length >= mostSteps)
    return refuse('INVALID_PLAN', {
      message: `The query has ${tasks.length} parts; a plan has at most ${mostSteps} steps, the closing one included`,
    })
  const { taken, unmatched } = takeTasks(tasks, takers)
  if (taken.length === 0) {
    const whole = takers(query)
    if (!whole) return noAgent(domain, inOrder)
    return finish([{ ...whole, text: query.trim(), after: false }], [], providers)
  }
  return finish(taken, unmatched, providers)
}

interface Taker {
  readonly resource: AgentResource
  readonly rule: RoutingRule
}

type Taken = Taker & Task

function taker(configs: readonly AgentResource[], text: string, match: MatchRoute): Taker | undefined {
  let best: Taker | undefined
  for (const resource of configs) {
    const rule = match(resource.config, text)
    if (rule && (!best || rule.priority > best.rule.priority)) best = { resource, rule }
  }
  return best
}

function takeTasks(
  tasks: readonly Task[],
  takers: (text: string) => Taker | undefined,
): { taken: Taken[]; unmatched: string[] } {
  const taken: Taken[] = []
  const unmatched: string[] = []
  let before = ''
  for (const task of tasks) {
    const found = takers(task.text)
    const last = taken.at(-1)
    if (found) {
      taken.push({ ...task, ...found, text: `${before}${task.text}` })
      before = ''
      continue
    }
    unmatched.push(task.text)
    if (last) taken[taken.length - 1] = { ...last, text: `${last.text}\n${task.text}` }
    else before += `${task.text}\n`
  }
  return { taken, unmatched }
}

function finish(
  taken: readonly Taken[],
  unmatched: readonly string[],
  providers: ReadonlyMap<string, Provider>,
): RulePlan {
  const assigned: AssignedTask[] = []
  const feeding: number[] = []
  for (const [place, { text, after, resource, rule }] of taken.entries()) {
    const agent = resource.config.agents.find(({ name }) => name === rule.agent)
    if (!agent) throw new Error(`${resource.id} routes to ${rule.agent}, which it does not have`)
    const before = agent.type === 'llm-call' ? [...feeding] : []
    if (after && place > 0 && !before.includes(place - 1)) before.push(place - 1)
    assigned.push({ task: text, resource, agent, rule, dependsOn: before })
    if (agent.type === 'connector-call') feeding.push(place)
  }
  const used = [...new Map(assigned.map(({ resource }) => [resource.id, resource])).values()]
  return { ...buildSteps(assigned, providers), unmatched, used }
}

/** Says what there is and what to add. */
function noAgent(domain: string, configs: readonly AgentResource[]): Refusal {
  return refuse('NO_AGENT', {
    message:
      configs.length === 0
        ? `No active agent configuration is in the domain ${domain}: add one with metadata.domain ${domain}, name another domain, or send steps`
        : `No routing rule of ${configs.map(({ id }) => id).join(', ')} matches the query: add a rule to spec.routing, such as pattern ".*", or send steps`,
  })
}
