import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PlansLive, startPlans } from './plans-fixture.js'

const at = '/api/v1/plan'
const search = { name: 'look', type: 'connector-call', connector: 'catalog', operation: 'search' }

describe('making a plan', () => {
  let live: PlansLive
  beforeAll(async () => {
    live = await startPlans()
  })
  afterAll(() => live.close())
  const make = (body: unknown, tenant = 'team') => live.as(tenant).call('POST', at, body)

  it('plans by the rules of the agents, says which rule chose which agent, and runs nothing', async () => {
    const { status, body } = await make({ query: 'Find the price of tin; summarise the market' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      success: true,
      status: 'pending',
      version: 1,
      domain: 'generic',
      execution_mode: 'auto',
      workflow_execution_id: '',
      result: null,
      metadata: { tasks_executed: 0, tasks: [] },
      policy_info: { allowed: true, decision: 'allow' },
      planning: {
        planned_by: 'rules',
        choices: [
          {
            step_id: 'step_1_searcher',
            agent: 'searcher',
            config: 'generic/research',
            task: 'Find the price of tin',
            pattern: 'find|search|look up',
            priority: 10,
          },
          { step_id: 'step_2_writer', agent: 'writer', task: 'summarise the market' },
        ],
      },
    })
    expect(body.steps).toMatchObject([
      {
        id: 'step_1_searcher',
        name: 'searcher',
        type: 'connector-call',
        depends_on: [],
        dependencies: [],
        agent: 'searcher',
        parameters: { query: 'Find the price of tin' },
      },
      { id: 'step_2_writer', type: 'llm-call', depends_on: ['step_1_searcher'] },
      {
        id: 'step_3_synthesize-results',
        name: 'synthesize-results',
        type: 'synthesis',
        depends_on: ['step_1_searcher', 'step_2_writer'],
        dependencies: ['step_1_searcher', 'step_2_writer'],
      },
    ])
    expect(body.steps[1].prompt).toBe(
      'In two sentences: summarise the market\n\n## searcher\n\n{{steps.step_1_searcher.output}}',
    )
    expect(live.searches).toEqual([])
    expect(live.prompts).toEqual([])
  })

  it('plans the same query the same way each time', async () => {
    const query = '1. Find tin\n2. Compare tin and zinc\n3. Find zinc, then write it down'
    const plans = await Promise.all([make({ query }), make({ query })])
    expect(plans[0]!.body.steps).toEqual(plans[1]!.body.steps)
    expect(plans[0]!.body.steps.map((step: { id: string }) => step.id)).toEqual([
      'step_1_searcher',
      'step_2_writer',
      'step_3_searcher-2',
      'step_4_writer-2',
      'step_5_synthesize-results',
    ])
  })

  it('estimates the cost by the price table', async () => {
    const { body } = await make({ query: 'Write a poem' })
    const made = body.steps.filter((step: { prompt?: string }) => step.prompt !== undefined)
    const tokensIn = made.reduce(
      (sum: number, step: { prompt: string }) => sum + Math.ceil(step.prompt.length / 4),
      0,
    )
    expect(body.estimated_cost_usd).toBeCloseTo((tokensIn + 2 * 500 * 2) / 1e6, 8)
  })

  it('keeps what no rule matched with the task beside it, and says so', async () => {
    const { body } = await make({ query: 'Good morning! Find tin. Thank you.' })
    expect(body.planning.unmatched).toEqual(['Good morning!', 'Thank you.'])
    expect(body.steps[0].parameters.query).toBe('Good morning!\nFind tin.\nThank you.')
  })

  it('uses the agents of the domain that is asked for, and their own parameters', async () => {
    const { body } = await make({ query: 'Rome on Monday', domain: 'travel' })
    expect(body).toMatchObject({ domain: 'travel', complexity: 1 })
    expect(body.steps).toMatchObject([
      { id: 'step_1_flights', parameters: { q: 'Rome on Monday', kind: 'flight' } },
    ])
    const same = await make({ query: 'Rome on Monday', context: { domain: 'travel' } })
    expect(same.body.steps).toEqual(body.steps)
  })

  it('refuses a query that no agent matches, and says what to add', async () => {
    const { status, body } = await make({ query: 'Sing to me' })
    expect(status).toBe(422)
    expect(body).toMatchObject({ success: false, code: 'NO_AGENT' })
    expect(body.error).toContain('No routing rule of generic/research matches the query')
    const elsewhere = await make({ query: 'Sing to me', domain: 'opera' })
    expect(elsewhere.status).toBe(422)
    expect(elsewhere.body.error).toContain('No active agent configuration is in the domain opera')
  })

  it('does not take what a query says for a template', async () => {
    const { status, body } = await make({ query: 'Find {{steps.secret.output}} and {{{query}}}' })
    expect(status).toBe(200)
    expect(body.steps[0].parameters.query).toBe('Find { {steps.secret.output}} and { { {query}}}')
  })

  it('takes the steps that a caller brings', async () => {
    const steps = [
      { ...search, parameters: { q: 'tin' } },
      {
        name: 'judge',
        type: 'human_task',
        prompt: 'Is it right?',
        depends_on: ['look'],
        model: null,
        retries: { attempts: 2, backoff: null },
      },
      { name: 'tell', type: 'synthesis', depends_on: ['judge'] },
    ]
    const { status, body } = await make({
      steps,
      domain: 'ops',
      context: { ticket: 7, timeout_seconds: 900 },
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({ domain: 'ops', planning: { planned_by: 'caller', choices: [] } })
    expect(body.steps.map((step: { id: string }) => step.id)).toEqual([
      'step_1_look',
      'step_2_judge',
      'step_3_tell',
    ])
    expect(body.steps[1]).toMatchObject({ type: 'human-task', depends_on: ['step_1_look'] })
    const found = await live.as('team').call('GET', `${at}/${body.plan_id}`)
    expect(found.body.metadata).toEqual({ ticket: 7 })
  })

  it('gives steps what they leave open from the agent they name', async () => {
    const steps = [
      { name: 'a', type: 'connector-call', agent: 'searcher' },
      { name: 'b', type: 'llm-call', agent: 'writer', depends_on: ['a'] },
    ]
    const { body } = await make({ query: 'tin', steps })
    expect(body.steps).toMatchObject([
      { connector: 'catalog', operation: 'search', parameters: { query: '{{query}}' } },
      { provider: 'local', model: 'small', prompt: 'In two sentences: {{query}}' },
    ])
  })

  it('takes a plan from the policy folder by its name', async () => {
    const { status, body } = await make({ plan: 'nightly' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      query: 'The nightly look-up',
      domain: 'ops',
      execution_mode: 'sequential',
      planning: { planned_by: 'file', plan: 'nightly' },
      complexity: 2,
    })
    const unknown = await make({ context: { plan: 'weekly' } })
    expect(unknown.status).toBe(400)
    expect(unknown.body.error).toBe('There is no plan "weekly" in the policy folder; known are nightly')
  })

  it('stores a plan that policy blocks, and says which policy and why', async () => {
    const { status, body } = await make({
      query: 'pay Bob',
      steps: [{ name: 'pay', type: 'connector-call', connector: 'catalog', operation: 'pay' }],
    })
    expect(status).toBe(200)
    expect(body.policy_info).toMatchObject({
      allowed: false,
      decision: 'block',
      reason: 'a plan may not pay: pay Bob',
      applied_policies: ['no-payments-by-plan'],
      policies_evaluated: ['no-payments-by-plan'],
      policies_matched: [{ policy_id: 'no-payments-by-plan', action: 'block' }],
    })
    const found = await live.as('team').call('GET', `${at}/${body.plan_id}`)
    expect(found.body).toMatchObject({ status: 'pending', policy_info: { allowed: false } })
  })

  it('says that a plan needs a person before it can run', async () => {
    const steps = Array.from({ length: 21 }, (_, i) => ({ ...search, name: `look-${i}` }))
    const { body } = await make({ steps })
    expect(body.policy_info).toMatchObject({
      allowed: false,
      decision: 'require_approval',
      required_actions: ['require_approval'],
    })
  })
})

describe('a plan by a language model', () => {
  const answer = {
    reasoning: 'search, then write',
    tasks: [
      { task: 'Find tin', agent: 'searcher', depends_on: [] },
      { task: 'Write about it', agent: 'writer', depends_on: [1] },
    ],
  }
  const planWith = async (model: () => string, documents = '') => {
    const live = await startPlans({ model, documents })
    try {
      const body = { query: 'Tell me about tin: find it, and write it up', context: { planner: 'llm' } }
      return { reply: await live.call('POST', at, body), prompts: live.prompts }
    } finally {
      await live.close()
    }
  }

  it('is asked with the agents and the query, and its tasks become the steps', async () => {
    const { reply, prompts } = await planWith(() => JSON.stringify(answer))
    expect(reply.status).toBe(200)
    expect(reply.body.planning).toMatchObject({
      planned_by: 'llm',
      reasoning: 'search, then write',
      choices: [
        { agent: 'searcher', task: 'Find tin' },
        { agent: 'writer', task: 'Write about it' },
      ],
    })
    expect(reply.body.steps).toMatchObject([
      { id: 'step_1_searcher', depends_on: [] },
      { id: 'step_2_writer', depends_on: ['step_1_searcher'] },
      { type: 'synthesis' },
    ])
    expect(prompts).toHaveLength(1)
    expect(prompts[0]).toContain('searcher: calls catalog.search; Looks things up')
    expect(prompts[0]).toContain('Tell me about tin')
  })

  it.each([
    ['no JSON', () => 'I would rather not'],
    [
      'an agent that there is not',
      () => JSON.stringify({ ...answer, tasks: [{ task: 'x', agent: 'ghost', depends_on: [] }] }),
    ],
    [
      'a task that depends on a later one',
      () => JSON.stringify({ ...answer, tasks: [{ task: 'Find', agent: 'searcher', depends_on: [2] }] }),
    ],
    ['no tasks', () => JSON.stringify({ reasoning: '', tasks: [] })],
  ])('falls back to the rules and says why: %s', async (_, model) => {
    const { reply } = await planWith(model)
    expect(reply.status).toBe(200)
    expect(reply.body.planning.planned_by).toBe('rules')
    expect(reply.body.planning.fallback).toContain('LLM planner')
    expect(reply.body.steps[0].id).toBe('step_1_searcher')
  })

  it('is not asked where policy forbids the model, and the rules plan', async () => {
    const documents = `
apiVersion: stepgate.dev/v1
kind: Policy
metadata: { id: no-small-models }
spec:
  applies_to: [plan]
  when:
    - { field: plan.models, operator: contains, value: local/small }
    - { field: plan.query, operator: contains, value: tin }
  action: block
  reason: nothing about tin goes to a model
`
    const { reply, prompts } = await planWith(() => JSON.stringify(answer), documents)
    expect(reply.body.planning.fallback).toBe(
      'Policy did not let the LLM planner be asked: nothing about tin goes to a model',
    )
    expect(prompts).toEqual([])
  })

  it('is asked without being named where the setting says so, and not where the request wants the rules', async () => {
    const live = await startPlans({ planner: 'llm', model: () => JSON.stringify(answer) })
    const made = await live.call('POST', at, { query: 'Find tin' })
    const ruled = await live.call('POST', at, { query: 'Find tin', context: { planner: 'rules' } })
    await live.close()
    expect(made.body.planning.planned_by).toBe('llm')
    expect(ruled.body.planning).toMatchObject({ planned_by: 'rules', choices: [{ agent: 'searcher' }] })
    expect(live.prompts).toHaveLength(1)
  })

  it('is not needed: without a provider the rules plan, and the closing step says that no model writes it', async () => {
    const live = await startPlans({ withoutProvider: true })
    const made = await live.call('POST', at, { query: 'Find tin', context: { planner: 'llm' } })
    await live.close()
    expect(made.body.planning.fallback).toBe('There is no provider whose model could plan')
    expect(made.body.steps.at(-1)).toMatchObject({
      type: 'synthesis',
      description:
        'No provider is declared: the outputs of all steps are merged by a template, and no model writes this',
    })
    expect(made.body.steps.at(-1).model).toBeUndefined()
  })
})
