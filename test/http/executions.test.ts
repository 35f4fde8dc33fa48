import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Live, startLive } from './live.js'

const at = '/api/v1/unified/executions'
const hour = 60 * 60 * 1000

describe('runs as they stand', () => {
  let live: Live
  beforeAll(async () => {
    live = await startLive()
  })
  afterAll(() => live.close())

  const get = async (id: string) => (await live.call('GET', `${at}/${id}`)).body
  const verb = (workflow: string, path: string, body?: unknown) =>
    live.call('POST', `/api/v1/workflows/${workflow}/${path}`, body)

  it('shows a workflow with everything that the SDKs read, and no null among it', async () => {
    const workflow = await live.workflow({ workflow_name: 'ship it', source: 'langgraph', trace_id: 't-1' })
    await live.gate(workflow, 'a', { step_name: 'Write', model: 'm', provider: 'openai' })
    await verb(workflow, 'steps/a/complete', {
      output: { x: 1 },
      tokens_in: 3,
      tokens_out: 4,
      cost_usd: 0.25,
    })
    await live.gate(workflow, 'b')
    const { status, text, body } = await live.call('GET', `${at}/${workflow}`)
    expect(status).toBe(200)
    expect(text).not.toContain('null')
    expect(body).toMatchObject({
      execution_id: workflow,
      execution_type: 'wcp_workflow',
      name: 'ship it',
      source: 'langgraph',
      status: 'running',
      current_step_index: 2,
      total_steps: 2,
      completed_steps: 1,
      progress_percent: 50,
      actual_cost_usd: 0.25,
      tenant_id: 'community',
      org_id: 'local',
      client_id: 'community',
      signals: [],
      metadata: { workflow_id: workflow, source: 'langgraph', trace_id: 't-1' },
    })
    expect(body.completed_at).toBeUndefined()
    expect(body.duration).toMatch(/^\d+(ms|s)$/)
    expect(body.steps).toHaveLength(2)
    expect(body.steps[0]).toMatchObject({
      step_id: 'a',
      step_index: 1,
      step_name: 'Write',
      step_type: 'llm_call',
      status: 'completed',
      decision: 'allow',
      decision_reason: 'No matching policies',
      model: 'm',
      provider: 'openai',
      tokens_in: 3,
      tokens_out: 4,
      cost_usd: 0.25,
    })
    expect(body.steps[1]).toMatchObject({ step_name: 'b', status: 'running' })
    expect(body.steps[1].ended_at).toBeUndefined()
  })

  it.each([
    ['complete', undefined, 'completed', 'completed', undefined],
    ['fail', { reason: 'no luck' }, 'failed', 'failed', 'no luck'],
    ['abort', { reason: 'stop' }, 'aborted', 'skipped', 'stop'],
  ])(
    'shows a step that was let run and never reported when its run ends by %s',
    async (end, body, status, step, error) => {
      const workflow = await live.workflow()
      await live.gate(workflow, 'a')
      await verb(workflow, end, body)
      const shown = await get(workflow)
      expect(shown).toMatchObject({ status, steps: [{ status: step }] })
      expect(shown.error).toBe(error)
      expect(shown.completed_at).toBeDefined()
    },
  )

  it('says that policy blocked a step, and which', async () => {
    const workflow = await live.workflow({ metadata: { environment: 'production' } })
    await live.gate(workflow, 'a', { model: 'gpt-4' })
    const { signals, steps } = await get(workflow)
    expect(signals).toEqual(['policy_block'])
    expect(steps[0]).toMatchObject({
      status: 'blocked',
      decision: 'block',
      decision_reason: 'gpt-4 is not allowed in production',
      policies_matched: ['gpt-4-in-production'],
      error: 'Blocked by policy: gpt-4 is not allowed in production',
    })
  })

  it('says that a step waits for approval, that it was given, and that it was not', async () => {
    const hold = async () => {
      const workflow = await live.workflow()
      await live.gate(workflow, 'a', { step_name: 'deploy' })
      return workflow
    }
    const [approved, rejected, late] = [await hold(), await hold(), await hold()]
    expect(await get(approved)).toMatchObject({
      status: 'running',
      signals: ['approval_pending'],
      steps: [{ status: 'approval', decision: 'require_approval', approval_status: 'pending' }],
    })
    await live
      .as('community', 'ada')
      .call('POST', `/api/v1/workflows/${approved}/steps/a/approve`, { comment: 'looks right to me' })
    const yes = await get(approved)
    expect(yes).toMatchObject({
      signals: [],
      steps: [{ status: 'running', approval_status: 'approved', approved_by: 'ada' }],
    })
    await verb(rejected, 'steps/a/reject', { reason: 'not on a Friday' })
    const no = await get(rejected)
    expect(no).toMatchObject({
      status: 'aborted',
      signals: ['approval_denied'],
      steps: [{ status: 'failed', approval_status: 'rejected', rejected_by: 'community' }],
    })
    expect(no.steps[0].approved_by).toBeUndefined()
    expect(JSON.stringify([yes, no])).not.toMatch(/looks right|Friday/)
    live.advance(hour + 1)
    expect(await get(late)).toMatchObject({
      signals: ['approval_denied'],
      steps: [{ status: 'failed', approval_status: 'rejected', approval_expired: true }],
    })
  })

  it('shows a step that was gated anew after it was done as running again', async () => {
    const workflow = await live.workflow()
    await live.gate(workflow, 'a')
    await verb(workflow, 'steps/a/complete')
    live.advance(10)
    await live.gate(workflow, 'a', { retry_policy: 'reevaluate' })
    expect(await get(workflow)).toMatchObject({ completed_steps: 0, steps: [{ status: 'running' }] })
  })

  it('answers an unknown id, and another tenant’s, in the plane’s own words', async () => {
    const workflow = await live.workflow()
    for (const reply of [
      await live.call('GET', `${at}/wf_none`),
      await live.call('POST', `${at}/wf_none/cancel`),
    ]) {
      expect(reply).toMatchObject({
        status: 404,
        body: { error: { code: 'NOT_FOUND', message: 'Execution not found: wf_none' } },
      })
    }
    expect((await live.as('other').call('GET', `${at}/${workflow}`)).status).toBe(404)
    expect((await live.as('other').call('POST', `${at}/${workflow}/cancel`)).status).toBe(404)
    expect((await get(workflow)).status).toBe('running')
  })

  it.each([
    ['no body', undefined, 'cancelled via unified API'],
    ['an empty one', {}, 'cancelled via unified API'],
    ['a reason', { reason: 'too slow' }, 'too slow'],
  ])('cancels a workflow by aborting it, with %s; once', async (_, body, reason) => {
    const workflow = await live.workflow()
    await live.gate(workflow, 'a')
    const cancelled = await live.call('POST', `${at}/${workflow}/cancel`, body)
    expect(cancelled).toMatchObject({
      status: 200,
      body: { execution_id: workflow, status: 'aborted', error: reason },
    })
    expect((await live.gate(workflow, 'b')).body.code).toBe('WORKFLOW_TERMINAL')
    expect(await live.call('POST', `${at}/${workflow}/cancel`)).toMatchObject({
      status: 409,
      body: {
        error: { code: 'CONFLICT', message: 'Execution is already in terminal state: aborted' },
      },
    })
  })
})

describe('the list of runs', () => {
  let live: Live
  const ids: string[] = []
  const team = () => live.as('team')
  const list = async (query = '', plane = at) => (await team().call('GET', `${plane}${query}`)).body
  const idsOf = (body: { executions: { execution_id?: string; request_id?: string }[] }) =>
    body.executions.map((one) => one.execution_id ?? one.request_id)

  beforeAll(async () => {
    live = await startLive()
    const make = async (name: string, step: Record<string, unknown>) => {
      const { body } = await team().call('POST', '/api/v1/workflows', { workflow_name: name })
      const path = `/api/v1/workflows/${body.workflow_id}/steps/s/gate`
      await team().call('POST', path, { step_type: 'llm_call', ...step })
      ids.push(body.workflow_id)
      live.advance(60_000)
    }
    await make('nightly', {})
    await make('nightly', { step_name: 'deploy' })
    await make('weekly', { step_input: { ssn: '536-90-4399' } })
    await team().call('POST', `/api/v1/workflows/${ids[0]}/complete`)
    await team().call('POST', `/api/v1/workflows/${ids[2]}/abort`)
    await live.call('POST', '/api/v1/workflows', { workflow_name: 'nightly' })
  })
  afterAll(() => live.close())

  it.each([
    ['', [2, 1, 0]],
    ['?status=running', [1]],
    ['?status=in_progress', [1]],
    ['?status=completed', [0]],
    ['?status=aborted', [2]],
    ['?status=pending', []],
    ['?status=nonsense', []],
    ['?execution_type=wcp_workflow', [2, 1, 0]],
    ['?execution_type=map_plan', []],
    ['?execution_type=nonsense', []],
    ['?workflow_id=nightly', [1, 0]],
    ['?workflow_id=nightly&status=completed', [0]],
    ['?workflow_id=nothing', []],
    ['?signal=approval_pending', [1]],
    ['?signal=policy_block', [2]],
    ['?limit=2', [2, 1]],
    ['?limit=2&offset=2', [0]],
    ['?offset=9', []],
    ['?tenant_id=community&org_id=other', [2, 1, 0]],
  ])('filters and pages alike on both planes: %s', async (query, expected) => {
    const wanted = expected.map((i) => ids[i])
    expect(idsOf(await list(query))).toEqual(wanted)
    expect(idsOf(await list(query, '/api/v1/executions'))).toEqual(wanted)
  })

  it('finds one run by its id', async () => {
    const body = await list(`?workflow_id=${ids[1]}`)
    expect(idsOf(body)).toEqual([ids[1]])
    expect(body.total).toBe(1)
    expect((await list(`?workflow_id=${ids[1]}&status=completed`)).total).toBe(0)
  })

  it('says how many there are, what was applied, and whether there are more', async () => {
    expect(await list('?limit=2')).toMatchObject({ total: 3, limit: 2, offset: 0, has_more: true })
    expect(await list('?limit=2&offset=2')).toMatchObject({ total: 3, limit: 2, offset: 2, has_more: false })
    expect(await list('?limit=0&offset=-1')).toMatchObject({ limit: 20, offset: 0 })
    expect((await list('?limit=500')).limit).toBe(100)
    expect(await list('', '/api/v1/executions')).toMatchObject({ total: 3, limit: 50, offset: 0 })
    expect((await list('?limit=5000', '/api/v1/executions')).limit).toBe(1000)
  })

  it('reads times however clients write them', async () => {
    const second = (await list()).executions[1].started_at as string
    const from = [
      second,
      second.replace('Z', ' 00:00'),
      second.replace('Z', '%2B00:00'),
      second.replace('Z', '000 00:00'),
      second.replace('Z', ''),
      second.replace('T', ' '),
      new Date(Date.parse(second) + 2 * hour).toISOString().replace('Z', ' 02:00'),
      new Date(Date.parse(second) - 5 * hour).toISOString().replace('Z', '-0500'),
    ]
    for (const text of from) {
      expect(idsOf(await list(`?start_time=${text}`)), text).toEqual([ids[2], ids[1]])
      expect(idsOf(await list(`?end_time=${text}`)), text).toEqual([ids[1], ids[0]])
    }
    const day = second.slice(0, 10)
    expect((await list(`?start_time=${day}`)).total).toBeGreaterThanOrEqual(1)
  })

  it.each([
    'start_time=yesterday',
    'end_time=2026-02-31T00:00:00Z',
    'start_time=1700000000',
    'end_time=2026-13-01',
  ])('refuses a time that cannot be read, and names it: %s', async (query) => {
    const name = query.split('=')[0]
    const unified = await team().call('GET', `${at}?${query}`)
    expect(unified).toMatchObject({ status: 400, body: { error: { code: 'BAD_REQUEST' } } })
    expect(unified.body.error.message).toMatch(new RegExp(`^${name} must be a time`))
    const replay = await team().call('GET', `/api/v1/executions?${query}`)
    expect(replay).toMatchObject({ status: 400, body: { error: 'bad_request', code: 'BAD_REQUEST' } })
  })

  it('lists a run of many steps without them, and says so', async () => {
    const { body } = await team().call('POST', '/api/v1/workflows', { workflow_name: 'long' })
    const id = body.workflow_id
    await Promise.all(
      Array.from({ length: 101 }, (_, i) =>
        team().call('POST', `/api/v1/workflows/${id}/steps/s${i}/gate`, {
          step_type: 'llm_call',
          step_input: i === 7 ? { ssn: '536-90-4399' } : {},
        }),
      ),
    )
    await team().call('POST', `/api/v1/workflows/${id}/steps/s3/complete`)
    const [listed] = (await list('?workflow_id=long')).executions
    const whole = (await team().call('GET', `${at}/${id}`)).body
    expect(listed).toMatchObject({ steps_omitted: true, total_steps: 101, completed_steps: 1 })
    expect(listed.steps).toBeUndefined()
    expect(whole.steps).toHaveLength(101)
    const { steps_omitted: _, duration: __, ...rest } = listed
    expect(whole).toMatchObject(rest)
  })
})
