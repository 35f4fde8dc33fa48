import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PlansLive, startPlans } from './plans-fixture.js'
import { openStream } from './stream-client.js'

const at = '/api/v1/unified/executions'
const look = { name: 'look', type: 'connector-call', connector: 'catalog', operation: 'search' }
const deploy = { ...look, name: 'deploy', depends_on: ['look'] }
const ask = { name: 'ask', type: 'human-task', prompt: 'Which size?', depends_on: ['look'] }
const broken = { ...look, name: 'broken', operation: 'broken' }

const nowhere = `
apiVersion: stepgate.dev/v1
kind: Connector
metadata: { name: nowhere }
spec:
  type: http
  base_url: http://127.0.0.1:1
  allow_private: true
  operations: { ask: { path: / } }
`

describe('plans among the runs', () => {
  let live: PlansLive
  beforeAll(async () => {
    live = await startPlans({ documents: nowhere })
  })
  afterAll(() => live.close())

  const make = async (steps: unknown[], more: object = {}): Promise<string> => {
    const { status, body } = await live.call('POST', '/api/v1/plan', { query: 'do it', steps, ...more })
    expect(status, JSON.stringify(body)).toBe(200)
    return body.plan_id
  }
  const execute = (id: string) => live.call('POST', '/api/v1/plan/execute', { context: { plan_id: id } })
  const get = async (id: string) => (await live.call('GET', `${at}/${id}`)).body
  const until = async (
    id: string,
    done: (execution: { status: string; steps: { status: string }[] }) => boolean,
  ) => {
    for (;;) {
      const execution = await get(id)
      if (done(execution)) return execution
      await wait(5)
    }
  }
  const words = ({ steps }: { steps: { status: string }[] }) => steps.map(({ status }) => status).join(' ')
  const report = (workflow: string, step: string) =>
    live.call('POST', `/api/v1/workflows/${workflow}/steps/${step}/complete`, { output: { size: 'xl' } })

  it('shows a plan that was not executed as pending, with every step and no null', async () => {
    const id = await make([look, deploy, { name: 'sum', type: 'synthesis', depends_on: ['deploy'] }])
    const { text, body } = await live.call('GET', `${at}/${id}`)
    expect(text).not.toContain('null')
    expect(body).toMatchObject({
      execution_id: id,
      execution_type: 'map_plan',
      name: 'do it',
      status: 'pending',
      current_step_index: 0,
      total_steps: 3,
      progress_percent: 0,
      metadata: { plan_id: id, execution_mode: 'auto', complexity: 3, parallel: true, version: 1 },
    })
    expect(body.metadata.workflow_id).toBeUndefined()
    expect(body.steps.map((step: { step_id: string }) => step.step_id)).toEqual([
      'step_1_look',
      'step_2_deploy',
      'step_3_sum',
    ])
    expect(body.steps.map((step: { step_type: string }) => step.step_type)).toEqual([
      'connector_call',
      'connector_call',
      'synthesis',
    ])
    expect(words(body)).toBe('pending pending pending')
  })

  it('shows one that is held, by the plan’s id and by its workflow’s, and is one run in the lists', async () => {
    const id = await make([look, deploy])
    await execute(id)
    const held = await until(id, (one) => words(one) === 'completed approval')
    expect(held).toMatchObject({
      status: 'running',
      progress_percent: 50,
      current_step_index: 2,
      signals: ['approval_pending'],
      steps: [
        { step_type: 'connector_call', decision: 'allow', run_state: 'completed', attempts: 1 },
        { approval_status: 'pending', policies_matched: ['deploy-needs-approval'], run_state: 'held' },
      ],
    })
    const workflow = held.metadata.workflow_id
    expect((await get(workflow)).execution_id).toBe(id)
    for (const plane of [at, '/api/v1/executions']) {
      const { body } = await live.call('GET', `${plane}?workflow_id=${workflow}`)
      expect(body.total).toBe(1)
      expect(body.executions[0]).toMatchObject({ execution_type: 'map_plan', status: 'running' })
      const waiting = await live.call('GET', `${plane}?signal=approval_pending&execution_type=map_plan`)
      expect(waiting.body.total).toBe(1)
      const workflows = await live.call('GET', `${plane}?execution_type=wcp_workflow`)
      expect(workflows.body.total).toBe(0)
    }
    await live.call('POST', `/api/v1/plans/${id}/steps/step_2_deploy/approve`, {})
    const done = await until(id, ({ status }) => status === 'completed')
    expect(done).toMatchObject({ progress_percent: 100, completed_steps: 2, signals: [] })
    expect(
      (await live.call('GET', `${at}?workflow_id=do it&status=completed`)).body.total,
    ).toBeGreaterThanOrEqual(1)
  })

  it('streams a plan from before it is executed to its end', async () => {
    const id = await make([look, ask])
    const stream = await openStream(live.url, `${at}/${id}/stream`)
    await stream.until(1)
    await execute(id)
    const waiting = await until(id, (one) => words(one) === 'completed running')
    expect(waiting.signals).toEqual(['waiting_for_person'])
    await report(waiting.metadata.workflow_id, 'step_2_ask')
    await stream.ended
    const events = stream.events()
    expect(events[0]).toMatchObject({ event: 'status', data: { status: 'pending' } })
    expect(events.at(-1)).toMatchObject({
      event: 'execution.completed',
      data: { execution_id: id, status: 'completed', progress_percent: 100 },
    })
    expect(events.filter(({ data }) => words(data) === 'completed running').length).toBeGreaterThanOrEqual(1)
    const progress = events.map(({ data }) => data.progress_percent as number)
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
    expect(live.stepgate.executions.streams.size).toBe(0)
  })

  it('says that a connector failed, and what it said', async () => {
    const id = await make([broken, { ...look, name: 'after', depends_on: ['broken'] }])
    await execute(id)
    const failed = await until(id, ({ status }) => status === 'failed')
    expect(failed).toMatchObject({ signals: ['connector_failure'] })
    expect(words(failed)).toBe('failed skipped')
    expect(failed.steps[0].error).toContain('422')
    expect(failed.error).toContain('broken')
    const { body: timeline } = await live.call('GET', `/api/v1/executions/${id}/timeline`)
    expect(timeline[0]).toMatchObject({ has_error: true, status: 'failed' })
    expect(timeline[0].events.map(({ type }: { type: string }) => type)).toEqual([
      'step_gated',
      'plan_step_started',
      'plan_step_failed',
    ])
  })

  it('calls a step failed on its stream only when it is not tried again', async () => {
    const retries = { attempts: 3, backoff: '20ms' }
    const id = await make([
      { name: 'far', type: 'connector-call', connector: 'nowhere', operation: 'ask', retries },
    ])
    const stream = await openStream(live.url, `${at}/${id}/stream`)
    await stream.until(1)
    await execute(id)
    await stream.ended
    const events = stream.events()
    expect(events.at(-1)).toMatchObject({ event: 'execution.failed', data: { steps: [{ attempts: 3 }] } })
    for (const { event, data } of events) if (event === 'step.failed') expect(words(data)).toBe('failed')
  })

  it('keeps what a step brought apart from what undoing it brought', async () => {
    const compensation = { connector: 'catalog', operation: 'search', parameters: {} }
    const undone = { ...look, parameters: { q: 'seats' }, compensation }
    const id = await make([undone, { ...broken, depends_on: ['look'] }])
    await execute(id)
    await until(id, ({ status }) => status === 'failed')
    const { steps } = (await live.call('GET', `/api/v1/executions/${id}/export`)).body.execution
    const brought = steps[0].events.filter(({ output }: { output?: object }) => output !== undefined)
    expect(brought.map(({ type }: { type: string }) => type)).toEqual([
      'step_completed',
      'compensation_completed',
    ])
    expect(steps[0].output).toEqual(brought[0].output)
    expect(brought[1].output).not.toEqual(brought[0].output)
  })

  it('says that policy blocked a step of a plan', async () => {
    const id = await make([{ ...look, parameters: { q: 'top secret' } }])
    await execute(id)
    const failed = await until(id, ({ status }) => status === 'failed')
    expect(failed).toMatchObject({
      signals: ['policy_block'],
      steps: [{ status: 'blocked', decision: 'block', policies_matched: ['secret-searches'] }],
    })
    const { body } = await live.call('GET', `${at}?signal=policy_block`)
    expect(body.executions.map((one: { execution_id: string }) => one.execution_id)).toContain(id)
  })

  it('cancels a pending plan, and an executing one with its workflow; each once', async () => {
    const pending = await make([look])
    expect((await live.call('POST', `${at}/${pending}/cancel`)).body).toMatchObject({
      execution_id: pending,
      status: 'cancelled',
      steps: [{ status: 'skipped' }],
    })
    const id = await make([look, deploy])
    await execute(id)
    const held = await until(id, (one) => words(one) === 'completed approval')
    const cancelled = await live.call('POST', `${at}/${held.metadata.workflow_id}/cancel`, {
      reason: 'not today',
    })
    expect(cancelled).toMatchObject({
      status: 200,
      body: { execution_id: id, status: 'cancelled', error: 'not today' },
    })
    expect(words(cancelled.body)).toBe('completed skipped')
    expect((await live.call('GET', `/api/v1/workflows/${held.metadata.workflow_id}`)).body.status).toBe(
      'aborted',
    )
    expect((await live.call('GET', `/api/v1/plan/${id}`)).body.status).toBe('cancelled')
    expect(await live.call('POST', `${at}/${id}/cancel`)).toMatchObject({
      status: 409,
      body: { error: { code: 'CONFLICT' } },
    })
    expect((await live.call('GET', `${at}?status=cancelled`)).body.total).toBeGreaterThanOrEqual(2)
  })

  it('writes down that a plan’s time is over when it is looked at', async () => {
    const id = await make([look])
    live.advance(2 * 60 * 60 * 1000)
    expect(await get(id)).toMatchObject({ status: 'expired', steps: [{ status: 'skipped' }] })
    expect((await live.call('GET', `${at}?status=expired`)).body.total).toBeGreaterThanOrEqual(1)
  })

  it('replays a plan: what each step was asked and what it brought, and the run’s own events', async () => {
    const id = await make([look, ask], { query: 'replayed' })
    await execute(id)
    const waiting = await until(id, (one) => words(one) === 'completed running')
    const { body: steps } = await live.call('GET', `/api/v1/executions/${id}/steps`)
    expect(steps).toMatchObject([
      { step_index: 0, step_name: 'look', status: 'completed', output: { status: 200 } },
      { step_index: 1, step_name: 'ask', status: 'running', run_state: 'person' },
    ])
    await report(waiting.metadata.workflow_id, 'step_2_ask')
    await until(id, ({ status }) => status === 'completed')
    const { body } = await live.call('GET', `/api/v1/executions/${waiting.metadata.workflow_id}`)
    expect(body.summary).toMatchObject({
      request_id: id,
      plan_id: id,
      workflow_name: 'replayed',
      execution_type: 'map_plan',
      status: 'completed',
      total_steps: 2,
      completed_steps: 2,
      input_summary: 'replayed',
    })
    expect(body.steps[1]).toMatchObject({ output: { size: 'xl' }, approval_required: false })
    const types = body.events.map(({ type }: { type: string }) => type)
    expect(types[0]).toBe('plan_created')
    expect(types).toEqual(expect.arrayContaining(['workflow_created', 'plan_started', 'plan_completed']))
    expect((await live.call('DELETE', `/api/v1/executions/${id}`)).status).toBe(204)
    expect((await live.call('GET', `${at}/${waiting.metadata.workflow_id}`)).status).toBe(404)
    expect((await live.call('GET', `/api/v1/plan/${id}`)).status).toBe(200)
  })

  it('replays nothing of the steps of a plan that was not executed', async () => {
    const id = await make([look])
    const { body } = await live.call('GET', `/api/v1/executions/${id}`)
    expect(body).toMatchObject({ summary: { status: 'pending', total_steps: 1 }, steps: [] })
    expect((await live.call('DELETE', `/api/v1/executions/${id}`)).body.code).toBe('EXECUTION_NOT_OVER')
  })
})
