import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agentsPath as at, config, registry } from './agents-fixture.js'
import { type Live, startLive } from './live.js'

let live: Live
beforeAll(async () => {
  live = await startLive({ registry: () => registry })
  const deploy = [{ pattern: 'deploy', agent: 'deploy' }]
  const agents = [
    { name: 'deploy', type: 'connector-call', connector: { name: 'catalog', operation: 'search' } },
  ]
  await live.call('POST', at, { name: 'helper', config: config() })
  await live.call('POST', at, { name: 'deployer', config: { agents, routing: deploy } })
})
afterAll(() => live.close())

const test = (id: string, query: string, context?: object) =>
  live.call('POST', `${at}/${id}/test`, { query, ...(context ? { context } : {}) })

describe('the sandbox', () => {
  it('plans a query with one agent and tells of each step what its gate would say', async () => {
    const query = 'Find the prices. Then summarise them.'
    const { status, body } = await test('generic/helper', query, { audience: 'buyers' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ success: true, errors: [], tasks_executed: 3 })
    expect(body.execution_time_ms).toBeGreaterThanOrEqual(0)
    expect(body.result).toMatchObject({
      execution_mode: 'auto',
      decision: 'allow',
      reason: 'No matching policies',
    })
    const [search, write, close] = body.result.steps
    expect(search).toMatchObject({
      id: 'step_1_searcher',
      name: 'searcher',
      agent: 'searcher',
      type: 'connector-call',
      decision: 'allow',
      policies: [],
      input: { connector: 'catalog', operation: 'search', parameters: { query: 'Find the prices.' } },
    })
    expect(write).toMatchObject({ agent: 'writer', type: 'llm-call', depends_on: ['step_1_searcher'] })
    expect(write.input.prompt).toContain('for buyers')
    expect(write.policies).toMatchObject([{ policy_id: 'llm-cost', action: 'alert' }])
    expect(close.name).toBe('synthesize-results')
  })

  it('says which policies would block or hold', async () => {
    const context = { audience: 'buyers', environment: 'production' }
    const { body } = await test('helper', 'Summarise the news', context)
    expect(body.success).toBe(false)
    expect(body.errors[0]).toBe('writer: gpt-4 is not allowed in production')
    expect(body.result.steps[0]).toMatchObject({
      decision: 'block',
      reason: 'gpt-4 is not allowed in production',
    })
    const held = (await test('deployer', 'deploy it')).body
    expect(held).toMatchObject({ success: true, errors: [] })
    expect(held.result.steps[0]).toMatchObject({
      decision: 'require_approval',
      policies: [{ policy_id: 'deploy-needs-approval' }],
    })
  })

  it('says why no plan can be made, or why a step would fail', async () => {
    const none = await test('helper', 'Dance')
    expect([none.status, none.body.success, none.body.tasks_executed]).toEqual([200, false, 0])
    expect(none.body.errors[0]).toContain('No routing rule')
    const unfilled = (await test('helper', 'Summarise the news')).body
    expect(unfilled.success).toBe(false)
    expect(unfilled.errors[0]).toContain('writer: {{context.audience}} is not there')
  })

  it('takes agents of files, and inactive ones', async () => {
    expect((await test('generic%2Fresearch', 'find it')).body.success).toBe(true)
    await live.call('POST', `${at}/deployer/deactivate`)
    expect((await test('deployer', 'deploy it')).body.success).toBe(true)
  })

  it('changes nothing: no workflow, no plan, no version', async () => {
    const before = (await live.call('GET', `${at}/helper/versions`)).text
    await test('helper', 'find it')
    expect((await live.call('GET', `${at}/helper/versions`)).text).toBe(before)
    expect((await live.call('GET', '/api/v1/workflows')).body.total).toBe(0)
    expect((await live.call('GET', '/api/v1/workflows/approvals/pending')).body.count).toBe(0)
  })

  it('refuses a body without a query, and an agent that is not there', async () => {
    for (const body of [{}, { query: ' ' }, { query: 5 }, { query: 'x', context: [] }])
      expect((await live.call('POST', `${at}/helper/test`, body)).body.error.code).toBe('BAD_REQUEST')
    expect((await live.call('POST', `${at}/helper/test`, 'x')).body.error.code).toBe('INVALID_JSON')
    expect((await test('nobody', 'find it')).status).toBe(404)
  })
})
