import { describe, expect, it } from 'vitest'
import type { Agent, AgentConfig, AgentResource, Provider, RoutingRule } from '#src/domain/agent.js'
import { isRefusal } from '#src/domain/errors.js'
import { planByRules, type RulePlan } from '#src/domain/plan/plan-by-rules.js'
import { matchRoute } from '#src/policy/documents/match-route.js'

const searcher: Agent = {
  name: 'searcher',
  type: 'connector-call',
  connector: { name: 'catalog', operation: 'search' },
}
const writer: Agent = {
  name: 'writer',
  type: 'llm-call',
  llm: { provider: 'openai', model: 'gpt' },
  promptTemplate: 'Write: {{ query }}',
}

function resource(
  id: string,
  agents: readonly Agent[],
  routing: readonly RoutingRule[],
  more: Partial<AgentConfig> = {},
): AgentResource {
  const config: AgentConfig = {
    execution: { defaultMode: 'auto', maxParallelTasks: 5, timeoutSeconds: 300, hints: {} },
    agents,
    routing,
    synthesis: { enabled: true },
    ...more,
  }
  const [domain, name] = id.split('/') as [string, string]
  return { id, name, domain, source: 'file', active: true, version: 1, config, document: {} }
}

const provider = (name: string, ...models: string[]): [string, Provider] => [
  name,
  {
    name,
    type: 'openai-compatible',
    baseUrl: 'http://127.0.0.1:9',
    allowPrivate: true,
    models: Object.fromEntries(models.map((model) => [model, {}])),
    timeoutMs: 1000,
    retries: { attempts: 1, backoffMs: 1 },
  },
]
const providers = new Map([provider('openai', 'gpt')])
const rule = (pattern: string, agent: string, priority: number): RoutingRule => ({ pattern, agent, priority })
const desk = resource(
  'generic/desk',
  [searcher, writer],
  [rule('find', 'searcher', 10), rule('write', 'writer', 5)],
)

const plan = (query: string, configs: readonly AgentResource[], known = providers): RulePlan => {
  const made = planByRules(query, 'generic', configs, known, matchRoute)
  if (isRefusal(made)) throw new Error(JSON.stringify(made))
  return made
}
const agentsOf = ({ choices }: RulePlan) => choices.map(({ agent }) => agent)

describe('a plan by rules', () => {
  it('gives a task to the rule of the highest priority, in whatever configuration it stands', () => {
    const other = resource('generic/other', [{ ...searcher, name: 'finder' }], [rule('find', 'finder', 20)])
    expect(agentsOf(plan('find tin', [desk, other]))).toEqual(['finder'])
    expect(agentsOf(plan('find tin', [other, desk]))).toEqual(['finder'])
  })

  it('takes of equal priorities the configuration whose id comes first, in whatever order they are given', () => {
    const twin = resource('generic/a', [{ ...searcher, name: 'twin' }], [rule('find', 'twin', 10)])
    expect(agentsOf(plan('find tin', [desk, twin]))).toEqual(['twin'])
    expect(agentsOf(plan('find tin', [twin, desk]))).toEqual(['twin'])
  })

  it('lets steps run side by side unless the query or what they read says otherwise', () => {
    const made = plan('find tin; find zinc; write it up; find lead, then find gold', [desk])
    expect(made.steps.map(({ dependsOn }) => dependsOn)).toEqual([
      [],
      [],
      ['step_1_searcher', 'step_2_searcher-2'],
      [],
      ['step_4_searcher-3'],
      ['step_1_searcher', 'step_2_searcher-2', 'step_3_writer', 'step_4_searcher-3', 'step_5_searcher-4'],
    ])
  })

  it('puts the task in the place of {{query}} in the templates of its agent', () => {
    const agent: Agent = {
      ...searcher,
      parameters: { q: '{{query}}', about: ['x {{query}}'], size: 3, context: '{{context.market}}' },
    }
    const made = plan('find tin; write now', [resource('generic/desk', [agent, writer], desk.config.routing)])
    expect(made.steps[0]?.parameters).toEqual({
      q: 'find tin',
      about: ['x find tin'],
      size: 3,
      context: '{{context.market}}',
    })
    expect(made.steps[1]?.prompt).toBe('Write: write now\n\n## searcher\n\n{{steps.step_1_searcher.output}}')
  })

  it('leaves the outputs where the template of an agent or of the synthesis puts them', () => {
    const placing: Agent = { ...writer, promptTemplate: 'Given {{results}}, answer {{query}}' }
    const config = resource('generic/desk', [searcher, placing], desk.config.routing, {
      synthesis: { enabled: true, promptTemplate: 'Short: {{steps.writer.output}}' },
    })
    const made = plan('find tin; write now', [config])
    expect(made.steps[1]?.prompt).toBe(
      'Given ## searcher\n\n{{steps.step_1_searcher.output}}, answer write now',
    )
    expect(made.steps[2]?.prompt).toBe('Short: {{steps.writer.output}}')
  })

  it('makes no template out of a task, whatever stands around it', () => {
    const tricky: Agent = { ...searcher, parameters: { a: '{{{query}}}', b: '{{query}}{', c: '{{query}}' } }
    const made = plan('{steps.x.output} find {{query}} {', [
      resource('generic/desk', [tricky], [rule('find', 'searcher', 1)]),
    ])
    expect(made.steps[0]?.parameters).toEqual({
      a: '{ {steps.x.output} find { {query}} {}',
      b: '{steps.x.output} find { {query}} { {',
      c: '{steps.x.output} find { {query}} {',
    })
  })

  it('takes the connector that a rule names instead of the agent’s own', () => {
    const config = resource(
      'generic/desk',
      [searcher],
      [{ ...rule('find', 'searcher', 1), connector: 'archive' }],
    )
    expect(plan('find tin', [config]).steps[0]?.call).toEqual({ connector: 'archive', operation: 'search' })
  })

  it('closes with the model of the first agent whose provider is declared, else with a template that says so', () => {
    const closing = (known: ReadonlyMap<string, Provider>) =>
      plan('find tin', [desk], known as Map<string, Provider>).steps.at(-1)
    expect(closing(providers)?.llm).toEqual({ provider: 'openai', model: 'gpt' })
    expect(closing(new Map([provider('zz', 'z'), provider('aa', 'a1', 'a2')]))?.llm).toEqual({
      provider: 'aa',
      model: 'a1',
    })
    const merged = closing(new Map())
    expect(merged?.llm).toBeUndefined()
    expect(merged?.description).toContain('no model writes this')
  })

  it('has no closing step where the configuration switches it off', () => {
    const config = resource('generic/desk', [searcher], desk.config.routing.slice(0, 1), {
      synthesis: { enabled: false },
    })
    expect(plan('find tin', [config]).steps).toHaveLength(1)
  })

  it('tries the query whole where none of its parts matches', () => {
    const config = resource('generic/desk', [searcher], [rule('tin.*zinc', 'searcher', 1)])
    expect(plan('tin; zinc', [config]).choices[0]?.task).toBe('tin; zinc')
  })

  it('is refused where nothing matches, in words that say what to add', () => {
    const refused = planByRules('sing', 'generic', [desk], providers, matchRoute)
    expect(refused).toMatchObject({
      refused: 'NO_AGENT',
      details: { message: expect.stringContaining('add a rule to spec.routing') },
    })
    expect(planByRules('sing', 'opera', [], providers, matchRoute)).toMatchObject({
      refused: 'NO_AGENT',
      details: { message: expect.stringContaining('in the domain opera') },
    })
  })
})
