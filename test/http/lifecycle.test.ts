import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Live, startLive } from './live.js'

describe('workflows', () => {
  let live: Live
  beforeAll(async () => {
    live = await startLive()
  })
  afterAll(() => live.close())
  const end = (workflow: string, verb: string, body?: unknown) =>
    live.call('POST', `/api/v1/workflows/${workflow}/${verb}`, body)
  const seen = async (workflow: string) => (await live.call('GET', `/api/v1/workflows/${workflow}`)).body

  it('are created with 201, in progress, from external unless said otherwise', async () => {
    const { status, body } = await live.call('POST', '/api/v1/workflows', {
      workflow_name: 'nightly',
      total_steps: 9,
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({ workflow_name: 'nightly', source: 'external', status: 'in_progress' })
    expect(body.workflow_id).toMatch(/^wf_[0-9a-f-]{36}$/)
    expect(body.created_at).toMatch(/Z$/)
    expect(body).not.toHaveProperty('trace_id')
  })

  it('show their metadata, their trace id and their steps with reasons, tokens and cost', async () => {
    const workflow = await live.workflow({ metadata: { team: 'data' }, trace_id: 't-1', source: 'langgraph' })
    await live.gate(workflow, 'a', { step_name: 'A', tokens_in: 5 })
    await end(workflow, 'steps/a/complete', { tokens_out: 7, cost_usd: 0.25 })
    const body = await seen(workflow)
    expect(body).toMatchObject({
      metadata: { team: 'data' },
      trace_id: 't-1',
      source: 'langgraph',
      current_step_index: 1,
    })
    expect(body).not.toHaveProperty('total_steps')
    expect(body.steps[0]).toMatchObject({
      step_id: 'a',
      step_index: 1,
      step_name: 'A',
      step_type: 'llm_call',
      decision: 'allow',
      decision_reason: 'No matching policies',
      tokens_in: 5,
      tokens_out: 7,
      cost_usd: 0.25,
    })
    expect(body.steps[0].completed_at).toMatch(/Z$/)
    expect(body.steps[0]).not.toHaveProperty('approval_status')
  })

  it.each([
    ['complete', 'completed', { message: 'Workflow completed successfully' }],
    ['fail', 'failed', { message: 'Workflow marked as failed', reason: 'Failed' }],
    ['abort', 'aborted', { message: 'Workflow aborted', reason: 'Aborted by user' }],
  ])('%s: they end, count their steps, and take no more', async (verb, status, more) => {
    const workflow = await live.workflow()
    await live.gate(workflow, 'a')
    await live.gate(workflow, 'a', { retry_policy: 'reevaluate' })
    await live.gate(workflow, 'b')
    const ended = await end(workflow, verb)
    expect(ended).toMatchObject({ status: 200, body: { workflow_id: workflow, status, ...more } })
    expect(await seen(workflow)).toMatchObject({ status, total_steps: 2 })
    for (const refused of [
      await end(workflow, 'complete'),
      await end(workflow, 'fail'),
      await end(workflow, 'abort'),
      await end(workflow, 'resume'),
      await live.gate(workflow, 'a'),
      await live.gate(workflow, 'new'),
    ]) {
      expect(refused).toMatchObject({
        status: 409,
        body: {
          error: 'workflow_terminal',
          code: 'WORKFLOW_TERMINAL',
          message: `Workflow is already ${status}`,
        },
      })
    }
  })

  it('count no steps when none were gated', async () => {
    const workflow = await live.workflow()
    await end(workflow, 'complete')
    expect(await seen(workflow)).toMatchObject({ total_steps: 0, steps: [] })
  })

  it('keep the reason that fail and abort are given, and stop even when it cannot be read', async () => {
    const failed = await end(await live.workflow(), 'fail', { reason: 'step 3 timed out' })
    expect(failed.body.reason).toBe('step 3 timed out')
    const aborted = await end(await live.workflow(), 'abort', '{"reason": ')
    expect(aborted).toMatchObject({ status: 200, body: { reason: 'Aborted by user' } })
  })

  it('may be failed or aborted while a step waits for approval', async () => {
    for (const verb of ['fail', 'abort']) {
      const workflow = await live.workflow()
      await live.gate(workflow, 's', { step_name: 'deploy' })
      expect((await end(workflow, verb)).status).toBe(200)
    }
  })

  it('are listed newest first, filtered and paged', async () => {
    const tenant = live.as('lister')
    const make = async (fields: Record<string, unknown>) =>
      (await tenant.call('POST', '/api/v1/workflows', { workflow_name: 'w', ...fields })).body.workflow_id
    const ids: string[] = []
    for (let i = 0; i < 5; i++) {
      ids.push(await make({ trace_id: i === 0 ? 'mine' : 'other', source: i === 1 ? 'crewai' : 'external' }))
    }
    await tenant.call('POST', `/api/v1/workflows/${ids[2]}/complete`)
    const list = async (query: string) => (await tenant.call('GET', `/api/v1/workflows${query}`)).body
    const named = (body: { workflows: { workflow_id: string }[] }) => body.workflows.map((w) => w.workflow_id)
    const all = await list('')
    expect(named(all)).toEqual([...ids].reverse())
    expect(all).toMatchObject({ total: 5, limit: 20, offset: 0, has_more: false })
    expect(await list('?limit=3')).toMatchObject({ total: 5, limit: 3, has_more: true })
    expect(named(await list('?limit=3&offset=3'))).toEqual([ids[1], ids[0]])
    expect(named(await list('?trace_id=mine'))).toEqual([ids[0]])
    expect(named(await list('?source=crewai'))).toEqual([ids[1]])
    expect(named(await list('?status=completed'))).toEqual([ids[2]])
    expect(await list('?status=nonsense')).toMatchObject({ workflows: [], total: 0 })
    for (const limit of ['0', '-1', 'x', '1.5']) expect((await list(`?limit=${limit}`)).limit).toBe(20)
    expect((await list('?limit=500')).limit).toBe(100)
    expect((await list('?offset=-4')).offset).toBe(0)
  })

  it('are refused with 429 past the tenant’s limit, until one ends', async () => {
    const limited = await startLive({ maxConcurrentExecutions: 2 })
    const first = await limited.workflow()
    await limited.workflow()
    const refused = await limited.call('POST', '/api/v1/workflows', { workflow_name: 'third' })
    expect(refused).toMatchObject({ status: 429, body: { code: 'CONCURRENT_EXECUTION_LIMIT' } })
    const other = await limited.as('other').call('POST', '/api/v1/workflows', { workflow_name: 'theirs' })
    expect(other.status).toBe(201)
    await limited.call('POST', `/api/v1/workflows/${first}/complete`)
    expect((await limited.call('POST', '/api/v1/workflows', { workflow_name: 'third' })).status).toBe(201)
    const { body } = await limited.call('GET', '/api/v1/workflows')
    expect(body.total).toBe(3)
    await limited.close()
  })
})

describe('completions of steps', () => {
  let live: Live
  beforeAll(async () => {
    live = await startLive()
  })
  afterAll(() => live.close())
  const complete = (workflow: string, step: string, body?: unknown) =>
    live.call('POST', `/api/v1/workflows/${workflow}/steps/${step}/complete`, body)

  it('answer 204 with or without a body, and count every call', async () => {
    const workflow = await live.workflow()
    await live.gate(workflow, 's', { tokens_in: 1, tokens_out: 2 })
    expect(await complete(workflow, 's')).toMatchObject({ status: 204, text: '' })
    expect((await complete(workflow, 's', {})).status).toBe(204)
    expect((await complete(workflow, 's', { tokens_in: 10, metadata: { any: 'thing' } })).status).toBe(204)
    expect((await live.gate(workflow, 's', {})).body.retry_context.completion_count).toBe(3)
    const { body } = await live.call('GET', `/api/v1/workflows/${workflow}`)
    expect(body.steps[0]).toMatchObject({ tokens_in: 10, tokens_out: 2 })
  })

  it('are refused for a step that waits, was blocked, or was aborted with its workflow', async () => {
    const workflow = await live.workflow({ metadata: { environment: 'production' } })
    await live.gate(workflow, 'blocked', { model: 'gpt-4' })
    await live.gate(workflow, 'ok')
    await live.gate(workflow, 'held', { step_name: 'deploy' })
    for (const step of ['blocked', 'held']) {
      expect(await complete(workflow, step)).toMatchObject({
        status: 409,
        body: { code: 'STEP_NOT_ALLOWED' },
      })
    }
    await live.call('POST', `/api/v1/workflows/${workflow}/abort`)
    expect((await complete(workflow, 'ok')).status).toBe(409)
  })

  it('are still taken after the workflow completed, and by an approved step', async () => {
    const workflow = await live.workflow()
    await live.gate(workflow, 'held', { step_name: 'deploy' })
    await live.call('POST', `/api/v1/workflows/${workflow}/steps/held/approve`, { comment: 'go on please' })
    expect((await complete(workflow, 'held')).status).toBe(204)
    await live.call('POST', `/api/v1/workflows/${workflow}/complete`)
    expect((await complete(workflow, 'held')).status).toBe(204)
  })

  it('are recorded as ungated where no gate was asked, and the later gate is a first one', async () => {
    const workflow = await live.workflow()
    expect((await complete(workflow, 'never-gated', { output: { a: 1 } })).status).toBe(204)
    const { body } = await live.gate(workflow, 'never-gated')
    expect(body.retry_context).toMatchObject({ gate_count: 1, completion_count: 0 })
  })

  it('answer 404 for a workflow that is not there', async () => {
    expect(await complete('wf_unknown', 's')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
  })
})
