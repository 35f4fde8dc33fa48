/**
 * What the form of an agent configuration cannot say by itself.
 * @module
 */
import { suggestion } from '../language/nearest.js'
import { mostPlaces, routingPattern } from './match-route.js'

/** Characters of one pattern (MAP contract §3.1). */
export const longestPattern = 1_000

/** As much of a configuration as the rules look at. */
interface RawConfig {
  readonly agents: readonly {
    readonly name: string
    readonly type: string
    readonly llm?: unknown
    readonly connector?: unknown
    readonly prompt_template?: unknown
  }[]
  readonly routing?: readonly { readonly pattern: string; readonly agent: string }[] | undefined
}

interface Problem {
  readonly path: (string | number)[]
  readonly message: string
}

/** Names that stand twice, agents without what their type needs, rules of agents that are not there, patterns. */
export function checkAgents({ agents, routing = [] }: RawConfig): Problem[] {
  const names = new Set<string>()
  const problems: Problem[] = []
  agents.forEach((agent, i) => {
    if (names.has(agent.name))
      problems.push({ path: ['agents', i, 'name'], message: `the name "${agent.name}" stands twice` })
    names.add(agent.name)
    if (agent.type === 'llm-call' && agent.llm === undefined && agent.prompt_template === undefined)
      problems.push({
        path: ['agents', i],
        message: 'an agent of type llm-call needs llm or prompt_template',
      })
    if (agent.type === 'connector-call' && agent.connector === undefined)
      problems.push({ path: ['agents', i], message: 'an agent of type connector-call needs connector' })
  })
  let size = 0
  routing.forEach(({ pattern, agent }, i) => {
    if (size > mostPlaces) return
    if (!names.has(agent)) {
      const message = `there is no agent "${agent}" here${suggestion(agent, [...names])}`
      problems.push({ path: ['routing', i, 'agent'], message })
    }
    // The form says what is wrong with these.
    if (pattern === '' || pattern.length > longestPattern) return
    const compiled = routingPattern(pattern)
    size += compiled.ok ? compiled.size : 0
    if (size > mostPlaces) {
      const message = `the patterns stand for more than ${mostPlaces} characters together: write fewer or shorter ones`
      problems.push({ path: ['routing', i, 'pattern'], message })
    }
    if (!compiled.ok) problems.push({ path: ['routing', i, 'pattern'], message: compiled.message })
  })
  return problems
}
