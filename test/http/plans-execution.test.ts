import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PlansLive, startPlans } from './plans-fixture.js'

const at = '/api/v1/plan'
const look = { name: 'look', type: 'connector-call', connector: 'catalog', operation: 'search' }

describe('executing a plan', () => {
  let live: PlansLive
  beforeAll(async () => {
    live = await startPlans()
  })
  afterAll(() => live.close())
  const make = async (body: object): Promise<string> => (await live.call('POST', at, body)).body.plan_id
  const execute = (id: string, context: object = {}) =>
    live.call('POST', `${at}/execute`, { context: { plan_id: id, ...context } })
  const get = async (id: string) => (await live.call('GET', `${at}/${id}`)).body
  const resume = (id: string, body?: unknown) => live.call('POST', `${at}/${id}/resume`, body)

  it('waits for its end, and answers the result, the workflow and what became of every task', async () => {
    const id = await make({ query: 'Find tin, then summarise it' })
    const { status, body } = await execute(id)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      success: true,
      plan_id: id,
      status: 'completed',
      result: 'an answer',
      workflow_execution_id: expect.stringMatching(/^wf_/),
      metadata: {
        tasks_executed: 3,
        execution_mode: 'auto',
        tasks: [
          { name: 'searcher', status: 'completed' },
          { name: 'writer', status: 'completed' },
          { name: 'synthesize-results', status: 'completed' },
        ],
      },
      policy_info: { allowed: true },
    })
    const found = await get(id)
    expect(found).toMatchObject({
      plan_id: id,
      execution_id: id,
      workflow_id: body.workflow_execution_id,
      status: 'completed',
      completed_steps: 3,
      progress_percent: 100,
      result: 'an answer',
      steps: [
        { step_id: 'step_1_searcher', status: 'completed', step_type: 'connector_call' },
        { status: 'completed', model: 'small', provider: 'local', tokens_in: 10, tokens_out: 20 },
        { status: 'completed', step_type: 'synthesis' },
      ],
    })
    expect(found.actual_cost_usd).toBeCloseTo((2 * (10 + 20 * 2)) / 1e6, 8)
    const { body: cost } = await live.call('GET', `/api/v1/plans/${id}/cost`)
    expect(cost.actual_cost_usd).toBe(found.actual_cost_usd)
    const again = await execute(id)
    expect(again.status).toBe(409)
    expect(again.body.error).toBe(`Plan has already been executed: ${id}`)
  })

  it('gives a model the outputs of the steps before it', async () => {
    await execute(await make({ query: 'Find zinc, then summarise it' }))
    expect(live.prompts.find((prompt) => prompt.startsWith('In two sentences: summarise it'))).toMatch(
      /## searcher\n\n.*"found":\d+/,
    )
  })

  it('answers at once where it is not to be waited for', async () => {
    const id = await make({ steps: [look] })
    const { status, body } = await execute(id, { wait: false })
    expect(status).toBe(200)
    expect(['executing', 'completed']).toContain(body.status)
    await expect.poll(async () => (await get(id)).status).toBe('completed')
  })

  it('is refused where policy blocks the plan, which is then over', async () => {
    const id = await make({ query: 'pay Bob', steps: [{ ...look, operation: 'pay' }] })
    const { status, body } = await execute(id)
    expect(status).toBe(403)
    expect(body).toMatchObject({
      success: false,
      plan_id: id,
      error: 'Policy blocked MAP execution',
      block_reason: 'a plan may not pay: pay Bob',
      policy_info: { allowed: false, policies_evaluated: ['no-payments-by-plan'] },
    })
    expect(await get(id)).toMatchObject({ status: 'failed' })
  })

  it('is refused where policy blocks one of its steps, and says which policy', async () => {
    const id = await make({ steps: [{ ...look, parameters: { q: 'top secret' } }] })
    const { status, body } = await execute(id)
    expect(status).toBe(403)
    expect(body).toMatchObject({
      success: false,
      code: 'execution_blocked',
      policy: 'secret-searches',
      reason: 'nothing secret is searched for',
      step_id: 'step_1_look',
      status: 'failed',
    })
  })

  it('tells why it failed, without calling it an error of the server', async () => {
    const id = await make({ steps: [{ ...look, operation: 'broken' }] })
    const { status, body } = await execute(id)
    expect(status).toBe(200)
    expect(body).toMatchObject({ success: false, plan_id: id, status: 'failed' })
    expect(body.error).toContain('look')
    expect(await get(id)).toMatchObject({ status: 'failed', steps: [{ status: 'failed' }] })
  })

  it('answers what waits where a step is held, and goes on by itself once it is approved', async () => {
    const id = await make({ steps: [{ ...look, name: 'deploy' }] })
    const { status, body } = await execute(id)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      success: true,
      status: 'awaiting_approval',
      step_name: 'deploy',
      current_step: 1,
      total_steps: 1,
      approval_info: {
        decision: 'require_approval',
        step_id: 'step_1_deploy',
        reason: 'deployments are approved by a person',
      },
    })
    expect(await get(id)).toMatchObject({ status: 'running', steps: [{ status: 'approval' }] })
    const ruled = await live.call('POST', `/api/v1/plans/${id}/steps/step_1_deploy/approve`, {})
    expect(ruled.status).toBe(200)
    await expect.poll(async () => (await get(id)).status).toBe('completed')
  })

  it('runs one step a resume in confirm mode, each after its approval', async () => {
    const steps = [look, { ...look, name: 'again', depends_on: ['look'] }]
    const id = await make({ steps, execution_mode: 'confirm' })
    const first = await execute(id)
    expect(first.body).toMatchObject({
      status: 'awaiting_approval',
      step_name: 'look',
      total_steps: 2,
      workflow_id: expect.stringMatching(/^wf_/),
      approval_info: { decision: 'require_approval', step_id: 'step_1_look' },
    })
    const second = await resume(id)
    expect(second.status).toBe(200)
    expect(second.body).toMatchObject({
      plan_id: id,
      workflow_id: first.body.workflow_id,
      status: 'awaiting_approval',
      step_result: { step_index: 1, step_name: 'look', status: 'completed', output: { status: 200 } },
      next_step: 2,
      next_step_name: 'again',
      total_steps: 2,
    })
    const last = await resume(id, { approved: true })
    expect(last.body).toMatchObject({
      status: 'completed',
      step_result: { step_name: 'again', status: 'completed' },
      message: 'All steps completed',
    })
    const over = await resume(id)
    expect(over.status).toBe(400)
    expect(over.body.error).toBe('Plan is in completed status, must be executing to resume')
  })

  it('runs its first step ungated by a person in step mode', async () => {
    const id = await make({ steps: [look, { ...look, name: 'again' }], execution_mode: 'step' })
    const { body } = await execute(id)
    expect(body).toMatchObject({ status: 'awaiting_approval', approval_info: null, step_name: 'look' })
    expect((await resume(id)).body).toMatchObject({
      status: 'awaiting_approval',
      step_result: { step_name: 'look', status: 'completed' },
      next_step_name: 'again',
    })
    const single = await make({ steps: [look], execution_mode: 'step' })
    expect((await execute(single)).body.status).toBe('executing_first_step')
  })

  it('ends with the rejection of a step', async () => {
    const id = await make({ steps: [look], execution_mode: 'confirm' })
    await execute(id)
    const { status, body } = await resume(id, { approved: false })
    expect(status).toBe(200)
    expect(body).toMatchObject({ plan_id: id, status: 'rejected', message: 'Step rejected, plan aborted' })
    expect((await get(id)).status).toBe('failed')
  })

  it('is cancelled with its workflow and its open steps', async () => {
    const id = await make({ steps: [{ ...look, name: 'deploy' }, look] })
    const { body } = await execute(id)
    const cancelled = await live.call('POST', `${at}/${id}/cancel`, { reason: 'not now' })
    expect(cancelled.body).toMatchObject({ success: true, status: 'cancelled' })
    const workflow = await live.call('GET', `/api/v1/workflows/${body.workflow_execution_id}`)
    expect(workflow.body).toMatchObject({ status: 'aborted', reason: 'not now' })
    expect(await get(id)).toMatchObject({
      status: 'cancelled',
      error: 'not now',
      steps: [{ status: 'skipped' }, { status: 'completed' }],
    })
    const late = await live.call('POST', `/api/v1/plans/${id}/steps/step_1_deploy/approve`, {})
    expect(late.status).toBeGreaterThanOrEqual(400)
  })

  it('is held whole where policy asks for a person, and runs after the approval', async () => {
    const steps = Array.from({ length: 21 }, (_, i) => ({ ...look, name: `look-${i}` }))
    const id = await make({ steps })
    const { body } = await execute(id)
    expect(body).toMatchObject({
      status: 'awaiting_approval',
      approval_info: { reason: 'plans of more than twenty steps are read by a person' },
    })
    const before = live.searches.length
    expect((await resume(id)).status).toBe(200)
    await expect.poll(async () => (await get(id)).status).toBe('completed')
    expect(live.searches.length - before).toBe(21)
  })
})

describe('the limit on executions', () => {
  it('leaves a plan as it was where it is reached, so that it can be executed later', async () => {
    const live = await startPlans({ maxConcurrentExecutions: 1 })
    const make = async (): Promise<string> =>
      (await live.call('POST', at, { steps: [look], execution_mode: 'confirm' })).body.plan_id
    const execute = (id: string) => live.call('POST', `${at}/execute`, { context: { plan_id: id } })
    const [first, second] = [await make(), await make()]
    await execute(first)
    const refused = await execute(second)
    expect(refused.status).toBe(429)
    expect(refused.body).toEqual({
      error: { code: 'CONCURRENT_EXECUTION_LIMIT', message: expect.stringContaining('1 are in progress') },
    })
    const through = { request_type: 'execute-plan', query: '', context: { plan_id: second } }
    expect((await live.call('POST', '/api/request', through)).status).toBe(429)
    expect((await live.call('GET', `${at}/${second}`)).body.status).toBe('pending')
    await live.call('POST', `${at}/${first}/cancel`)
    expect((await execute(second)).body.status).toBe('awaiting_approval')
    await live.close()
  })
})
