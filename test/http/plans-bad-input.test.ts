import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PlansLive, startPlans } from './plans-fixture.js'

const look = { name: 'look', type: 'connector-call', connector: 'catalog', operation: 'search' }
const wait = { type: 'human-task', prompt: 'look at it' }

/** Requests that are refused: what is wrong, the body, the status, and what the sentence has to name. */
const refused: readonly (readonly [string, unknown, number, string])[] = [
  ['no JSON', 'not json', 400, 'Invalid request body: malformed JSON'],
  ['a list', [], 400, 'Invalid request body: it must be a JSON object'],
  ['nothing to plan', {}, 400, 'Query is required'],
  ['an empty query', { query: '  ' }, 400, 'Query is required'],
  ['nulls, which count as absent', { query: null, steps: null, context: null }, 400, 'Query is required'],
  ['an unknown mode', { query: 'Find tin', execution_mode: 'fast' }, 400, 'Invalid execution mode: fast'],
  [
    'an unknown mode in the context',
    { query: 'Find tin', context: { execution_mode: 'x' } },
    400,
    'Invalid execution mode: x',
  ],
  ['a query that is no text', { query: 7 }, 400, 'query must be a string'],
  [
    'an unknown planner',
    { query: 'Find tin', context: { planner: 'dice' } },
    400,
    'context.planner must be "rules" or "llm"',
  ],
  [
    'a run of more than a day',
    { query: 'Find tin', context: { timeout_seconds: 100_000 } },
    400,
    'context.timeout_seconds must be from 1 to 86400',
  ],
  ['steps that are no list', { steps: 'look' }, 400, 'steps'],
  ['no steps', { steps: [] }, 400, 'a plan has one step at least'],
  ['a step without a type', { steps: [{ name: 'x' }] }, 400, 'steps[0]: type is missing'],
  ['an unknown member', { steps: [{ ...look, shell: 'rm' }] }, 400, 'shell'],
  [
    'ten thousand steps',
    { steps: Array.from({ length: 10_000 }, (_, i) => ({ ...look, name: `s${i}` })) },
    400,
    'a plan has 500 steps at most; this one has 10000',
  ],
  ['two steps of one name', { steps: [look, look] }, 400, 'the name "look" stands twice'],
  [
    'two steps of one id',
    {
      steps: [
        { ...look, id: 'a' },
        { ...look, id: 'a', name: 'other' },
      ],
    },
    400,
    'the id "a" stands twice',
  ],
  [
    'a circle',
    {
      steps: [
        { ...wait, name: 'a', depends_on: ['b'] },
        { ...wait, name: 'b', depends_on: ['a'] },
      ],
    },
    400,
    'these steps wait for one another: a -> b -> a',
  ],
  ['a step that waits for itself', { steps: [{ ...look, depends_on: ['look'] }] }, 400, 'depends on itself'],
  ['a step that is not there', { steps: [{ ...look, depends_on: ['ghost'] }] }, 400, '"ghost"'],
  ['an unknown agent', { steps: [{ ...look, agent: 'ghost' }] }, 400, 'there is no active agent "ghost"'],
  [
    'an unknown connector',
    { steps: [{ ...look, connector: 'ghost' }] },
    400,
    'there is no connector "ghost"',
  ],
  [
    'an unknown operation',
    { steps: [{ ...look, operation: 'steal' }] },
    400,
    'the connector "catalog" has no operation "steal"',
  ],
  [
    'a template that reads what it may not',
    { steps: [{ ...look, parameters: { q: '{{env.SECRET}}' } }] },
    400,
    '{{env.SECRET}} cannot be read',
  ],
  [
    'a template that reads a step it does not wait for',
    { steps: [look, { ...look, name: 'later', parameters: { q: '{{steps.look.output}}' } }] },
    400,
    'add look to depends_on',
  ],
  [
    'the id of the hold on the whole plan',
    { steps: [{ ...look, id: 'plan-approval' }] },
    400,
    'the id "plan-approval" is kept',
  ],
  ['steps and a plan’s name', { steps: [look], plan: 'nightly' }, 400, 'not both'],
  ['a query of a thousand parts', { query: 'Find tin; '.repeat(1000) }, 400, 'The query has 1000 parts'],
]

describe('a plan that cannot be', () => {
  let live: PlansLive
  beforeAll(async () => {
    live = await startPlans()
  })
  afterAll(async () => {
    expect(live.searches).toEqual([])
    await live.close()
  })

  it.each(refused)('is refused, told why, and not stored: %s', async (_, body, status, sentence) => {
    const nobody = live.as('nobody')
    const made = await nobody.call('POST', '/api/v1/plan', body)
    expect(made.status).toBe(status)
    expect(made.body.success).toBe(false)
    expect(made.body.error).toContain(sentence)
    const through = await nobody.call('POST', '/api/request', {
      request_type: 'multi-agent-plan',
      ...(typeof body === 'object' && !Array.isArray(body) ? body : { query: '' }),
    })
    expect(through.status).toBe(status)
    expect((await nobody.call('GET', '/api/v1/plans')).body.total).toBe(0)
  })

  it('names every step that is wrong', async () => {
    const { body } = await live.call('POST', '/api/v1/plan', {
      steps: [
        { ...look, connector: 'ghost' },
        { ...look, name: 'two', agent: 'nobody' },
      ],
    })
    expect(body.details).toMatchObject([
      { field: 'steps[0].connector', message: expect.stringContaining('"look"') },
      { field: 'steps[1].agent', message: expect.stringContaining('"two"') },
    ])
    expect(body.error).toContain('(and 1 more)')
  })

  it('is refused with 413 one byte over 1 MiB, and read up to 1 MiB', async () => {
    const padded = (bytes: number) => {
      const empty = JSON.stringify({ query: 'Find tin', metadata: { pad: '' } })
      return empty.replace('"pad":""', `"pad":"${'x'.repeat(bytes - empty.length)}"`)
    }
    for (const path of ['/api/v1/plan', '/api/v1/plan/execute', '/api/request']) {
      const { status, body } = await live.call('POST', path, padded(1024 * 1024 + 1))
      expect(status).toBe(413)
      expect(body.success).toBe(false)
      expect(body.error).toMatch(/^request_too_large: .*nothing was gated or run$/)
    }
    expect((await live.call('PUT', '/api/v1/plan/plan_x', padded(1024 * 1024 + 1))).status).toBe(413)
    expect((await live.call('POST', '/api/v1/plan', padded(1024 * 1024))).status).toBe(200)
  })

  it('is refused where it is to be executed and is not named, or is unknown', async () => {
    const execute = (body: unknown) => live.call('POST', '/api/v1/plan/execute', body)
    const unnamed = await execute({ context: {} })
    expect(unnamed.status).toBe(400)
    expect(unnamed.body).toMatchObject({ success: false, error: 'plan_id is required in context' })
    expect((await execute({ context: { plan_id: 'plan_x', wait: 'yes' } })).status).toBe(400)
    expect((await execute({ context: { plan_id: 'plan_x' } })).status).toBe(404)
    expect((await live.call('POST', '/api/v1/plan/plan_x/resume', { approved: 'yes' })).status).toBe(400)
  })

  it('is refused in words for clients, and with nothing else', async () => {
    const known = new Set(
      'success error code message plan_id status expected_version current_version limit_bytes details'.split(
        ' ',
      ),
    )
    const { plan_id: id } = (await live.call('POST', '/api/v1/plan', { query: 'Find tin' })).body
    await live.call('POST', `/api/v1/plan/${id}/cancel`)
    const refusals = [
      await live.call('PUT', `/api/v1/plan/${id}`, { version: 1, domain: 'x' }),
      await live.call('POST', `/api/v1/plan/${id}/cancel`),
      await live.call('POST', `/api/v1/plan/${id}/resume`),
      await live.call('GET', '/api/v1/plan/plan_x'),
      await live.call('GET', '/api/v1/hitl/queue/00000000-0000-0000-0000-000000000000'),
      await live.call('POST', '/api/v1/plan', ' '.repeat(1024 * 1024 + 1)),
    ]
    for (const { status, body } of refusals) {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(Object.keys(body).filter((name) => !known.has(name))).toEqual([])
    }
    expect(refusals.at(-1)?.body.limit_bytes).toBe(1024 * 1024)
  })

  it('splits a long query without going slow', async () => {
    const query = `Find ${' '.repeat(300_000)},${','.repeat(100_000)} tin${'{'.repeat(100_000)}`
    expect((await live.call('POST', '/api/v1/plan', { query })).status).toBe(200)
  })
})
