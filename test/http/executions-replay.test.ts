import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Live, startLive } from './live.js'

const at = '/api/v1/executions'

describe('runs as they went', () => {
  let live: Live
  let id: string
  const get = async (path: string) => (await live.call('GET', `${at}/${id}${path}`)).body
  const step = (path: string, body?: unknown) =>
    live.call('POST', `/api/v1/workflows/${id}/steps/${path}`, body)
  const types = (entry: { events: { type: string }[] }) => entry.events.map(({ type }) => type)

  beforeAll(async () => {
    live = await startLive()
    id = await live.workflow({ workflow_name: 'ship', trace_id: 'trace-7' })
    const write = {
      step_name: 'Write',
      provider: 'openai',
      model: 'm',
      step_input: { customer: { email: 'ada@example.com' }, prompt: 'hi' },
    }
    await live.gate(id, 'a', write)
    await live.gate(id, 'a', write)
    await step('a/complete', { output: { text: 'first' }, tokens_in: 10, tokens_out: 5, cost_usd: 0.5 })
    await step('a/complete', { output: { text: 'second' }, tokens_in: 12 })
    await step('loose/complete', { output: { n: 1 }, tokens_in: 2, cost_usd: 0.1 })
    await live.gate(id, 'b', { step_name: 'deploy' })
    await live
      .as('community', 'ada')
      .call('POST', `/api/v1/workflows/${id}/steps/b/approve`, { comment: 'looks right to me' })
    await step('b/complete')
    await live.gate(id, 'c', {
      step_type: 'tool_call',
      step_name: 'export',
      tool_context: { tool_name: 'db.export', tool_input: { table: 'people' } },
    })
    await live.gate(id, 'd', {
      step_type: 'tool_call',
      tool_context: { tool_name: 'email.send', tool_input: { to: 'x' } },
    })
    await live.gate(id, 'e', { step_name: 'deploy' })
  })
  afterAll(() => live.close())

  it('has a summary with the run’s own numbers', async () => {
    const { summary } = await get('')
    expect(summary).toMatchObject({
      request_id: id,
      workflow_id: id,
      workflow_name: 'ship',
      execution_type: 'wcp_workflow',
      status: 'running',
      total_steps: 5,
      completed_steps: 2,
      total_tokens: 19,
      total_cost_usd: 0.6,
      org_id: 'local',
      tenant_id: 'community',
      signals: ['approval_pending', 'policy_block'],
    })
    const listed = (await live.call('GET', at)).body.executions[0]
    const { duration_ms: _, ...rest } = summary
    expect(listed).toMatchObject(rest)
  })

  it('has a snapshot of every step: what was asked, masked, and what came out', async () => {
    const steps = await get('/steps')
    expect(Array.isArray(steps)).toBe(true)
    expect(steps.map((one: { step_id: string }) => one.step_id)).toEqual(['a', 'loose', 'b', 'c', 'd', 'e'])
    expect(steps.map((one: { step_index: number }) => one.step_index)).toEqual([0, 1, 2, 3, 4, 5])
    expect(steps.map((one: { status: string }) => one.status)).toEqual([
      'completed',
      'completed',
      'completed',
      'running',
      'failed',
      'paused',
    ])
    expect(steps[0]).toMatchObject({
      request_id: id,
      step_name: 'Write',
      input: { customer: { email: '[redacted]' }, prompt: 'hi' },
      output: { text: 'second' },
      provider: 'openai',
      model: 'm',
      tokens_in: 12,
      tokens_out: 5,
      cost_usd: 0.5,
      policies_checked: ['llm-cost', 'mask-email'],
      policies_triggered: ['mask-email'],
      approval_required: false,
      retry_count: 1,
    })
    expect(steps[1]).toMatchObject({ ungated: true, output: { n: 1 }, tokens_in: 2, policies_checked: [] })
    expect(steps[2]).toMatchObject({
      approval_required: true,
      approved_by: 'ada',
      policies_triggered: ['deploy-needs-approval'],
    })
    expect(typeof steps[2].approved_at).toBe('string')
    expect(steps[3]).toMatchObject({ tool_name: 'db.export', tool_input: { table: 'people' } })
    expect(steps[4]).toMatchObject({
      decision: 'block',
      error_message: 'Blocked by policy: nothing is mailed after an export',
      policies_triggered: ['export-then-email'],
    })
    expect(JSON.stringify(steps)).not.toMatch(/ada@example|null/)
  })

  it('gives one step by its index', async () => {
    expect((await get('/steps/2')).step_id).toBe('b')
    expect(await live.call('GET', `${at}/${id}/steps/6`)).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND', message: 'Step not found' },
    })
    for (const index of ['x', '-1', '1.5']) {
      expect(await live.call('GET', `${at}/${id}/steps/${index}`)).toMatchObject({
        status: 400,
        body: { code: 'BAD_REQUEST', message: 'Invalid step index' },
      })
    }
  })

  it('tells in the timeline everything that happened to each step, in order', async () => {
    const timeline = await get('/timeline')
    expect(timeline.map(types)).toEqual([
      ['step_gated', 'step_gate_repeated', 'step_completed', 'step_completed'],
      ['step_completed_ungated'],
      ['step_gated', 'approval_approved', 'step_completed'],
      ['step_gated'],
      ['step_gated'],
      ['step_gated'],
    ])
    expect(timeline[0]).toMatchObject({
      step_index: 0,
      has_error: false,
      has_approval: false,
      status: 'completed',
    })
    expect(timeline[0].events[0]).toMatchObject({
      decision: 'allow',
      policies: [
        { policy_id: 'llm-cost', action: 'alert' },
        { policy_id: 'mask-email', action: 'redact' },
      ],
    })
    expect(timeline[1].ungated).toBe(true)
    expect(timeline[2].events[1]).toMatchObject({ by: 'ada', self_approved: false })
    expect(timeline[4]).toMatchObject({ has_error: true, status: 'failed' })
    expect(timeline[5]).toMatchObject({ has_approval: true, status: 'paused' })
    expect(JSON.stringify(timeline)).not.toMatch(/looks right|"first"/)
  })

  it('tells apart from the steps what happened to the run', async () => {
    const { events } = await get('')
    expect(types({ events })).toEqual(['workflow_created'])
  })

  it('names the facts of events as everything else is named', async () => {
    const { steps, events } = await get('')
    expect(events[0]).toMatchObject({ type: 'workflow_created', trace_id: 'trace-7' })
    const timeline = await get('/timeline')
    const names = [...events, ...timeline.flatMap((entry: { events: object[] }) => entry.events)].flatMap(
      Object.keys,
    )
    expect(
      [...names, ...steps.flatMap(Object.keys)].filter((name) => !/^[a-z][a-z0-9_]*$/.test(name)),
    ).toEqual([])
  })

  it('exports it all, indented, as a file, with policies and outputs whole', async () => {
    const { status, headers, text, body } = await live.call(
      'GET',
      `${at}/${id}/export?format=json&include_input=true`,
    )
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get('content-disposition')).toBe(`attachment; filename=execution-${id}.json`)
    expect(text).toContain('\n  "format": "json"')
    const { summary, steps } = body.execution
    expect(summary.request_id).toBe(id)
    expect(steps[2].policies_triggered).toEqual([
      {
        policy_id: 'deploy-needs-approval',
        policy_name: 'deploy-needs-approval',
        action: 'require_approval',
        reason: 'deployments are approved by a person',
        matched: true,
        resolution: 'approved',
      },
    ])
    expect(steps[0].input).toBeDefined()
    const outputs = steps[0].events.flatMap((event: { output?: unknown }) => event.output ?? [])
    expect(outputs).toEqual([{ text: 'first' }, { text: 'second' }])
  })

  it('leaves out of an export what is not wanted', async () => {
    const bare = await get(
      '/export?include_input=false&include_output=false&include_policies=false&format=yaml',
    )
    expect(bare.format).toBe('yaml')
    const [first] = bare.execution.steps
    expect(first.input).toBeUndefined()
    expect(first.output).toBeUndefined()
    expect(first.policies_checked).toBeNull()
    expect(first.policies_triggered).toBeNull()
    expect(JSON.stringify(bare)).not.toMatch(/"second"|"hi"|"policies":/)
    const full = await get('/export?include_input=no&include_policies=0')
    expect(full.execution.steps[0]).toHaveProperty('input')
    expect(full.execution.steps[0].policies_triggered).toHaveLength(2)
  })

  it('answers an unknown id, and another tenant’s, with the triplet', async () => {
    for (const path of ['', '/steps', '/steps/0', '/timeline', '/export']) {
      expect(await live.as('other').call('GET', `${at}/${id}${path}`)).toMatchObject({
        status: 404,
        body: { error: 'not_found', code: 'NOT_FOUND', message: `Execution not found: ${id}` },
      })
    }
  })

  it('deletes from view only what is over, and keeps its record', async () => {
    const gone = await live.workflow({ workflow_name: 'gone' })
    await live.gate(gone, 'a')
    expect(await live.call('DELETE', `${at}/${gone}`)).toMatchObject({
      status: 409,
      body: {
        code: 'EXECUTION_NOT_OVER',
        message: 'Execution is running: only one that is over can be deleted',
      },
    })
    await live.call('POST', `/api/v1/workflows/${gone}/abort`)
    expect((await live.as('other').call('DELETE', `${at}/${gone}`)).status).toBe(404)
    const totals = async () => [
      (await live.call('GET', at)).body.total,
      (await live.call('GET', '/api/v1/unified/executions')).body.total,
    ]
    const [before] = await totals()
    const deleted = await live.call('DELETE', `${at}/${gone}`)
    expect(deleted).toMatchObject({ status: 204, text: '' })
    expect(await totals()).toEqual([before - 1, before - 1])
    for (const path of [`${at}/${gone}`, `${at}/${gone}/timeline`, `/api/v1/unified/executions/${gone}`])
      expect((await live.call('GET', path)).status).toBe(404)
    expect((await live.call('GET', `${at}?workflow_id=gone`)).body).toMatchObject({
      executions: [],
      total: 0,
    })
    expect((await live.call('DELETE', `${at}/${gone}`)).status).toBe(404)
    expect((await live.call('GET', `/api/v1/workflows/${gone}`)).body.steps).toHaveLength(1)
  })

  it('shows a run again that is taken up again after it was deleted from view', async () => {
    const again = await live.workflow({ workflow_name: 'again' })
    await live.gate(again, 'a')
    await live.call('POST', `/api/v1/workflows/${again}/abort`)
    await live.call('DELETE', `${at}/${again}`)
    expect((await live.call('POST', `/api/v1/workflows/${again}/checkpoints/resume`)).status).toBe(200)
    expect((await live.call('GET', `${at}/${again}`)).body.summary.status).toBe('running')
    expect((await live.call('GET', `${at}?workflow_id=again`)).body.total).toBe(1)
  })
})
