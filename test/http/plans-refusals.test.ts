import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PlansLive, startPlans } from './plans-fixture.js'

const at = '/api/v1/plan'
const documents = `
apiVersion: stepgate.dev/v1
kind: Connector
metadata: { name: inside }
spec:
  type: http
  base_url: http://169.254.169.254
  operations: { read: { method: GET, path: /latest } }
---
apiVersion: stepgate.dev/v1
kind: Connector
metadata: { name: tools }
spec: { type: mcp-http, url: "http://[::1]:9/mcp", tools: [read] }
---
apiVersion: stepgate.dev/v1
kind: Provider
metadata: { name: inner }
spec: { type: openai-compatible, base_url: http://0x7f.1:9/v1 }
---
apiVersion: stepgate.dev/v1
kind: Policy
metadata: { id: codes-stay-here }
spec:
  when: [{ field: tool_input.code, operator: exists }]
  action: redact
  redact: [tool_input.code]
  reason: codes are not sent
`
const call = (connector: string, operation: string, more = {}) => ({
  name: 'call',
  type: 'connector-call',
  connector,
  operation,
  ...more,
})

describe('a plan that is sure to be refused when it runs', () => {
  let live: PlansLive
  beforeAll(async () => {
    live = await startPlans({ documents })
  })
  afterAll(() => live.close())

  it.each([
    ['a metadata address', call('inside', 'read'), /^steps\[0\]\.connector: .*not public \(linkLocal\)/],
    ['a loopback address', call('tools', 'read'), /^steps\[0\]\.connector: .*not public \(loopback\)/],
    [
      'an address to undo it',
      call('catalog', 'search', { compensation: { connector: 'inside', operation: 'read' } }),
      /^steps\[0\]\.compensation\.connector: /,
    ],
    [
      'an odd notation of one',
      { name: 'write', type: 'llm-call', provider: 'inner', model: 'm', prompt: 'hi' },
      /^steps\[0\]\.provider: .*not public \(loopback\)/,
    ],
    [
      'a model that its provider does not list',
      { name: 'write', type: 'llm-call', provider: 'local', model: 'large', prompt: 'hi' },
      /^steps\[0\]\.model: .*does not list the model "large"; it lists small, unpriced/,
    ],
    [
      'a template that does not end',
      call('catalog', 'search', { parameters: { q: 'about {{query' } }),
      /^steps\[0\]\.parameters: .*a \{\{ without its \}\}/,
    ],
  ])('is refused when it is made: %s', async (_, step, sentence) => {
    const before = (await live.call('GET', '/api/v1/plans')).body.total
    const { status, body } = await live.call('POST', at, { query: 'x', steps: [step] })
    expect(status).toBe(400)
    expect(body.error).toMatch(sentence)
    expect((await live.call('GET', '/api/v1/plans')).body.total).toBe(before)
  })

  it('says why neither the model nor the rules could plan', async () => {
    const { status, body } = await live.call('POST', at, { query: 'Sing', context: { planner: 'llm' } })
    expect(status).toBe(422)
    expect(body.error).toMatch(/^No routing rule of .* matches the query: .*LLM planner/)
  })

  it('keeps what a policy wants redacted out of the record wherever it stands, and does not send it', async () => {
    const steps = [call('catalog', 'search', { parameters: { code: 'K-4711', q: 'tin' } })]
    const { plan_id: id } = (await live.call('POST', at, { query: 'x', steps })).body
    await live.call('POST', `${at}/execute`, { context: { plan_id: id } })
    expect(live.searches.at(-1)).toEqual({ q: { code: '[redacted]', q: 'tin' } })
    const { text, body } = await live.call('GET', `/api/v1/executions/${id}/export`)
    expect(body.execution.summary.status).toBe('completed')
    expect(text).not.toContain('K-4711')
  })
})

describe('the cost of a plan', () => {
  it('has in it what asking the model for the plan took', async () => {
    const tasks = [{ task: 'Find tin', agent: 'searcher', depends_on: [] }]
    const answers = [JSON.stringify({ reasoning: '', tasks }), 'tin is there']
    const live = await startPlans({ model: () => answers.shift() ?? '' })
    const made = (await live.call('POST', at, { query: 'Find tin', context: { planner: 'llm' } })).body
    const { usage } = made.planning
    expect(usage.cost_usd).toBeGreaterThan(0)
    await live.call('POST', `${at}/execute`, { context: { plan_id: made.plan_id } })
    const { actual_cost_usd: actual } = (await live.call('GET', `/api/v1/plans/${made.plan_id}/cost`)).body
    const { body } = await live.call('GET', `/api/v1/unified/executions/${made.plan_id}`)
    const ofSteps = body.steps.reduce(
      (sum: number, step: { cost_usd?: number }) => sum + (step.cost_usd ?? 0),
      0,
    )
    expect(actual).toBeCloseTo(ofSteps + usage.cost_usd, 10)
    await live.close()
  })
})
