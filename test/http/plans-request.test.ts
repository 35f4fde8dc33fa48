import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PlansLive, startPlans } from './plans-fixture.js'

const look = { name: 'look', type: 'connector-call', connector: 'catalog', operation: 'search' }

describe('what the SDKs send to /api/request', () => {
  let live: PlansLive
  beforeAll(async () => {
    live = await startPlans()
  })
  afterAll(() => live.close())
  /** As the Python SDK sends it, nulls and all. */
  const request = (body: object) =>
    live.call('POST', '/api/request', {
      user_token: '',
      client_id: null,
      media: null,
      skip_llm: null,
      ...body,
    })
  const make = async (context: object, query = 'Find tin'): Promise<string> =>
    (await request({ request_type: 'multi-agent-plan', query, context })).body.plan_id
  const execute = (id: string) =>
    request({ request_type: 'execute-plan', query: '', context: { plan_id: id } })

  it.each(['multi-agent-plan', 'generate-plan'])('makes a plan by %s', async (type) => {
    const { status, body } = await request({
      request_type: type,
      query: 'Find tin',
      context: { domain: 'generic', execution_mode: 'sequential' },
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      success: true,
      blocked: false,
      plan_id: body.data.plan_id,
      metadata: { execution_mode: 'sequential', status: 'pending' },
      policy_info: { policies_evaluated: [], static_checks: [], tenant_id: 'community' },
      data: {
        success: true,
        status: 'pending',
        domain: 'generic',
        complexity: 2,
        parallel: false,
        version: 1,
        policy_info: { allowed: true },
      },
    })
    for (const step of body.data.steps) {
      expect(step).toMatchObject({
        id: expect.any(String),
        name: expect.any(String),
        type: expect.any(String),
      })
      expect(step.depends_on).toEqual(step.dependencies)
    }
    expect(JSON.stringify(body)).not.toContain('null')
  })

  it('executes a plan, with the steps’ results in both of the forms that the SDKs read', async () => {
    const id = await make({})
    const { status, body } = await execute(id)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      success: true,
      plan_id: id,
      result: 'an answer',
      blocked: false,
      metadata: {
        status: 'completed',
        duration: expect.any(String),
        step_results: { searcher: { status: 'completed', result: { status: 200 } } },
      },
      data: {
        success: true,
        plan_id: id,
        status: 'completed',
        workflow_id: expect.stringMatching(/^wf_/),
        result: 'an answer',
        completed_steps: 2,
        total_steps: 2,
        duration: expect.any(String),
        step_results: [
          {
            step_id: 'step_1_searcher',
            step_name: 'searcher',
            status: 'completed',
            result: { status: 200 },
            duration: expect.any(String),
          },
          { step_name: 'synthesize-results', status: 'completed' },
        ],
      },
    })
  })

  it('gives a result that is no text as JSON text', async () => {
    const { body } = await execute(await make({ steps: [look] }))
    expect(typeof body.result).toBe('string')
    expect(JSON.parse(body.result)).toMatchObject({ status: 200 })
    expect(body.data.result).toBe(body.result)
  })

  it('answers a plan that waits with its status and workflow, and no null', async () => {
    const { status, body } = await execute(await make({ steps: [look], execution_mode: 'confirm' }))
    expect(status).toBe(200)
    expect(body.data).toMatchObject({
      success: true,
      status: 'awaiting_approval',
      workflow_id: expect.stringMatching(/^wf_/),
      approval_info: { step_id: 'step_1_look' },
      step_results: [],
    })
    const stepped = await execute(
      await make({ steps: [look, { ...look, name: 'b' }], execution_mode: 'step' }),
    )
    expect(stepped.body.data.status).toBe('awaiting_approval')
    expect(JSON.stringify(stepped.body)).not.toContain('null')
  })

  it('answers an execution that cannot be with 200 and success false, inside and outside', async () => {
    const id = await make({})
    await live.call('POST', `/api/v1/plan/${id}/cancel`)
    const { status, body } = await execute(id)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      success: false,
      error: `Plan has been cancelled: ${id}`,
      data: { success: false, error: `Plan has been cancelled: ${id}`, plan_id: id, status: 'cancelled' },
    })
    const done = await make({ steps: [look] })
    await execute(done)
    expect((await execute(done)).body).toMatchObject({
      success: false,
      data: { success: false, status: 'completed' },
    })
  })

  it('answers an execution that failed the same way', async () => {
    const { status, body } = await execute(await make({ steps: [{ ...look, operation: 'broken' }] }))
    expect(status).toBe(200)
    expect(body).toMatchObject({
      success: false,
      error: expect.stringContaining('look'),
      data: { success: false, status: 'failed', step_results: [{ status: 'failed' }] },
    })
  })

  it('answers a plan that policy blocks with 403, its reason and its policies', async () => {
    const id = await make({ steps: [{ ...look, operation: 'pay' }] }, 'pay Bob')
    const { status, body } = await execute(id)
    expect(status).toBe(403)
    expect(body).toMatchObject({
      success: false,
      blocked: true,
      block_reason: 'a plan may not pay: pay Bob',
      message: 'a plan may not pay: pay Bob',
      plan_id: id,
      policy_info: { policies_evaluated: ['no-payments-by-plan'] },
      data: { success: false, plan_id: id, policy_info: { allowed: false } },
    })
  })

  it('shows at once that a plan it made is blocked, and stores it', async () => {
    const { status, body } = await request({
      request_type: 'multi-agent-plan',
      query: 'pay',
      context: { steps: [{ ...look, operation: 'pay' }] },
    })
    expect(status).toBe(200)
    expect(body.data.policy_info).toMatchObject({ allowed: false, decision: 'block' })
    expect(body.policy_info.policies_evaluated).toEqual(['no-payments-by-plan'])
  })

  it('refuses other types of request, and names those it takes', async () => {
    for (const type of ['chat', '', null]) {
      const { status, body } = await request({ request_type: type, query: 'hi' })
      expect(status).toBe(400)
      expect(body.success).toBe(false)
      expect(body.error).toContain('use multi-agent-plan, generate-plan or execute-plan')
    }
  })
})
