import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PlansLive, startPlans } from './plans-fixture.js'

const at = '/api/v1/plan'
const look = { name: 'look', type: 'connector-call', connector: 'catalog', operation: 'search' }

describe('the plan resource', () => {
  let live: PlansLive
  beforeAll(async () => {
    live = await startPlans()
  })
  afterAll(() => live.close())
  const team = () => live.as('team', 'ann')
  const make = async (body: object = { query: 'Find tin' }): Promise<string> =>
    (await team().call('POST', at, body)).body.plan_id
  const get = async (id: string) => (await team().call('GET', `${at}/${id}`)).body
  const put = (id: string, body: unknown) => team().call('PUT', `${at}/${id}`, body)

  it('shows a plan that was not executed, under its own id and in the words of all executions', async () => {
    const id = await make()
    const body = await get(id)
    expect(body).toMatchObject({
      plan_id: id,
      execution_id: id,
      status: 'pending',
      tenant_id: 'team',
      query: 'Find tin',
      domain: 'generic',
      execution_mode: 'auto',
      version: 1,
      total_steps: 2,
      completed_steps: 0,
      progress_percent: 0,
      duration: '0s',
      complexity: 2,
      planning: { planned_by: 'rules' },
      steps: [
        { step_id: 'step_1_searcher', step_index: 1, step_type: 'connector_call', status: 'pending' },
        { step_id: 'step_2_synthesize-results', step_index: 2, step_type: 'synthesis', status: 'pending' },
      ],
    })
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(60 * 60 * 1000)
    expect(body).not.toHaveProperty('step_results')
    expect(JSON.stringify(body)).not.toContain('null')
  })

  it('gives the plan in the form of a plan file, which makes the same plan again', async () => {
    const steps = [
      { ...look, timeout: '30s', retries: { attempts: 2, backoff: '50ms' }, parameters: { q: 'tin' } },
      {
        name: 'enough',
        type: 'conditional',
        depends_on: ['look'],
        condition: { value: '{{steps.look.output.status}}', operator: 'equals', operand: 200 },
        if_true: ['tell'],
      },
      {
        name: 'tell',
        type: 'llm-call',
        provider: 'local',
        model: 'small',
        max_tokens: 50,
        prompt: 'hi',
        depends_on: ['enough'],
      },
    ]
    const id = await make({ steps })
    const { workflow_definition: document } = await get(id)
    const again = await get(await make({ steps: document.spec.steps }))
    expect(again.workflow_definition.spec).toEqual(document.spec)
    expect(document.spec.steps).toMatchObject([
      { timeout: '30000ms', retries: { attempts: 2, backoff: '50ms' } },
      { if_true: ['step_3_tell'] },
      { depends_on: ['step_2_enough'], max_tokens: 50 },
    ])
  })

  it('changes a plan only at the version that the caller has read', async () => {
    const id = await make()
    const changed = await put(id, { version: 1, execution_mode: 'confirm', domain: 'trade' })
    expect(changed.status).toBe(200)
    expect(changed.body).toMatchObject({ success: true, plan_id: id, version: 2, status: 'pending' })
    expect(await get(id)).toMatchObject({ version: 2, execution_mode: 'confirm', domain: 'trade' })
    const stale = await put(id, { version: 1, execution_mode: 'auto' })
    expect(stale.status).toBe(409)
    expect(stale.body).toMatchObject({
      success: false,
      error: 'version_conflict',
      plan_id: id,
      expected_version: 1,
      current_version: 2,
    })
    expect(await get(id)).toMatchObject({ version: 2, execution_mode: 'confirm' })
  })

  it('lets one of many callers change a version, and tells the others', async () => {
    const id = await make()
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, i) => put(id, { version: 1, domain: `d${i}` })),
    )
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)])
    const winner = replies.find(({ status }) => status === 200)
    expect(await get(id)).toMatchObject({ version: 2, domain: winner?.body.domain })
  })

  it('leaves the version as it is where nothing would be different, whatever version was read', async () => {
    const id = await make()
    const same = await put(id, { version: 9, execution_mode: 'auto' })
    expect(same.status).toBe(200)
    expect(same.body.version).toBe(1)
    expect((await team().call('GET', `${at}/${id}/versions`)).body).toEqual({ plan_id: id, versions: [] })
  })

  it('judges and estimates a changed plan anew', async () => {
    const id = await make({ steps: [look] })
    const before = await get(id)
    expect(before.policy_info.allowed).toBe(true)
    const { body } = await put(id, { version: 1, steps: [{ ...look, operation: 'pay' }] })
    expect(body.policy_info).toMatchObject({ allowed: false, applied_policies: ['no-payments-by-plan'] })
    expect(body.policy_info.decision_id).not.toBe(before.policy_info.decision_id)
    const asked = { name: 'ask', type: 'llm-call', provider: 'local', model: 'small', prompt: 'hi' }
    const { body: priced } = await put(id, { version: 2, steps: [asked] })
    expect(priced.estimated_cost_usd).toBeCloseTo((1 + 500 * 2) / 1e6, 8)
  })

  it.each([
    [{ execution_mode: 'auto' }, 'version is required'],
    [{ version: 0 }, 'version is required'],
    [{ version: 1, execution_mode: 'fast' }, 'Invalid execution mode: fast'],
    [{ version: 1, steps: [{ name: 'x' }] }, 'steps[0]: type is missing'],
    ['nonsense', 'Invalid request body'],
  ])('refuses the change %j and names what is wrong', async (body, sentence) => {
    const { status, body: reply } = await put(await make(), body)
    expect(status).toBe(400)
    expect(reply.error).toContain(sentence)
  })

  it('keeps what a plan was before each change, and goes back to it as a new version', async () => {
    const id = await make()
    await put(id, { version: 1, execution_mode: 'sequential' })
    await put(id, { version: 2, domain: 'trade' })
    const { versions } = (await team().call('GET', `${at}/${id}/versions`)).body
    expect(versions).toMatchObject([
      {
        plan_id: id,
        version: 1,
        changed_by: 'ann',
        change_type: 'update',
        change_summary: 'Changed mode',
        snapshot: { execution_mode: 'auto', version: 1 },
      },
      { version: 2, change_type: 'update', snapshot: { execution_mode: 'sequential', domain: 'generic' } },
    ])
    const back = await team().call('POST', `${at}/${id}/rollback/1`)
    expect(back.status).toBe(200)
    expect(back.body).toMatchObject({
      success: true,
      plan_id: id,
      version: 4,
      previous_version: 3,
      rolled_back_to: 1,
      status: 'pending',
      execution_mode: 'auto',
      domain: 'generic',
    })
    const after = (await team().call('GET', `${at}/${id}/versions`)).body.versions
    expect(after.at(-1)).toMatchObject({
      version: 3,
      change_type: 'rollback',
      snapshot: { domain: 'trade' },
    })
  })

  it('goes back only to a version that was', async () => {
    const id = await make()
    for (const version of ['1', '2', '99']) {
      const { status, body } = await team().call('POST', `${at}/${id}/rollback/${version}`)
      expect(status).toBe(404)
      expect(body.error).toBe(`Version ${version} not found for plan ${id}`)
    }
    expect((await team().call('POST', `${at}/${id}/rollback/one`)).status).toBe(400)
  })

  it('cancels a pending plan once; then it can neither be changed nor executed', async () => {
    const id = await make()
    const cancel = () => team().call('POST', `${at}/${id}/cancel`, { reason: 'changed our mind' })
    const { status, body } = await cancel()
    expect(status).toBe(200)
    expect(body).toEqual({
      success: true,
      plan_id: id,
      status: 'cancelled',
      reason: 'changed our mind',
      message: 'changed our mind',
    })
    expect(await get(id)).toMatchObject({ status: 'cancelled', error: 'changed our mind' })
    const again = await cancel()
    expect(again.status).toBe(409)
    expect(again.body).toMatchObject({
      error: 'Failed to cancel plan: plan is in cancelled status, cannot cancel',
      plan_id: id,
      expected_version: 1,
      current_version: 1,
    })
    const changed = await put(id, { version: 1, domain: 'trade' })
    expect(changed.status).toBe(400)
    expect(changed.body.error).toBe('Plan is in cancelled status, must be pending to update')
    const executed = await team().call('POST', `${at}/execute`, { context: { plan_id: id } })
    expect(executed.status).toBe(409)
    expect(executed.body.error).toBe(`Plan has been cancelled: ${id}`)
  })

  it('cancels without a body, and with one that cannot be read', async () => {
    for (const body of [undefined, '', '{', {}]) {
      const { status, body: reply } = await team().call('POST', `${at}/${await make()}/cancel`, body)
      expect(status).toBe(200)
      expect(reply.reason).toBe('cancelled via API')
    }
  })

  it('lets a plan expire after its time, in every view of it', async () => {
    const id = await make()
    const other = await make()
    live.advance(60 * 60 * 1000)
    expect(await get(id)).toMatchObject({ status: 'expired' })
    const executed = await team().call('POST', `${at}/execute`, { context: { plan_id: id } })
    expect(executed.status).toBe(410)
    expect(executed.body).toMatchObject({ success: false, error: `Plan has expired: ${id}` })
    expect((await put(other, { version: 1, domain: 'x' })).body.error).toBe(
      'Plan is in expired status, must be pending to update',
    )
    expect((await team().call('POST', `${at}/${other}/cancel`)).status).toBe(409)
  })

  it('writes down with one sweep all that has expired', async () => {
    for (let i = 0; i < 3; i++) await make()
    await live.stepgate.plans.expire()
    live.advance(60 * 60 * 1000)
    expect(await live.stepgate.plans.expire()).toBe(3)
    expect(await live.stepgate.plans.expire()).toBe(0)
  })

  it('lists the tenant’s plans, newest first, by status and domain', async () => {
    const lister = live.as('lister')
    const ids: string[] = []
    for (const domain of ['generic', 'travel', 'generic'])
      ids.push((await lister.call('POST', at, { query: 'Find tin', domain })).body.plan_id)
    await lister.call('POST', `${at}/${ids[0]}/cancel`)
    const list = async (query: string) => (await lister.call('GET', `/api/v1/plans${query}`)).body
    const shown = (page: { plans: { plan_id: string }[] }) => page.plans.map((plan) => plan.plan_id)
    const all = await list('')
    expect(all).toMatchObject({ total: 3, limit: 20, offset: 0, has_more: false })
    expect(shown(all)).toEqual([...ids].reverse())
    expect(all.plans[0]).not.toHaveProperty('steps')
    expect(shown(await list('?status=cancelled'))).toEqual([ids[0]])
    expect(shown(await list('?domain=travel'))).toEqual([ids[1]])
    expect(shown(await list('?status=running'))).toEqual([])
    expect(await list('?status=dreaming')).toMatchObject({ plans: [], total: 0 })
    expect(await list('?limit=1&offset=1')).toMatchObject({
      plans: [{ plan_id: ids[1] }],
      total: 3,
      has_more: true,
    })
    expect((await list('?limit=9999')).limit).toBe(100)
  })

  it('estimates steps that are no plan, and names models without a price', async () => {
    const { status, body } = await team().call('POST', '/api/v1/plans/estimate', {
      provider: 'local',
      model: 'small',
      steps: [
        { name: 'a', type: 'llm-call', prompt: 'x'.repeat(400) },
        { name: 'b', type: 'llm-call', prompt: 'x', provider: 'local', model: 'unpriced', max_tokens: 10 },
        look,
      ],
    })
    expect(status).toBe(200)
    expect(body).toEqual({
      estimated_cost_usd: (100 + 500 * 2) / 1e6,
      unpriced_models: ['local/unpriced'],
      currency: 'USD',
      breakdown: [
        {
          step_name: 'a',
          provider: 'local',
          model: 'small',
          estimated_tokens_in: 100,
          estimated_tokens_out: 500,
          estimated_cost_usd: (100 + 500 * 2) / 1e6,
        },
        {
          step_name: 'b',
          provider: 'local',
          model: 'unpriced',
          estimated_tokens_in: 1,
          estimated_tokens_out: 10,
          estimated_cost_usd: 0,
        },
      ],
    })
    const bad = await team().call('POST', '/api/v1/plans/estimate', {})
    expect(bad.status).toBe(400)
    expect(bad.body).toEqual({ error: 'bad_request', code: 'BAD_REQUEST', message: 'steps is required' })
  })

  it('tells what a plan is estimated to cost', async () => {
    const id = await make({ query: 'Write a poem' })
    const { status, body } = await team().call('GET', `/api/v1/plans/${id}/cost`)
    expect(status).toBe(200)
    expect(body).toMatchObject({ plan_id: id, currency: 'USD', breakdown: [{ step_name: 'writer' }, {}] })
    expect(body).not.toHaveProperty('actual_cost_usd')
    const unknown = await team().call('GET', '/api/v1/plans/plan_x/cost')
    expect(unknown.status).toBe(404)
    expect(unknown.body).toMatchObject({ error: 'plan_not_found', code: 'PLAN_NOT_FOUND' })
  })

  it('keeps every plan of a tenant from all others', async () => {
    const id = await make()
    const other = live.as('other')
    const calls: [string, string, unknown?][] = [
      ['GET', `${at}/${id}`],
      ['PUT', `${at}/${id}`, { version: 1, domain: 'x' }],
      ['POST', `${at}/${id}/cancel`],
      ['GET', `${at}/${id}/versions`],
      ['POST', `${at}/${id}/rollback/1`],
      ['POST', `${at}/${id}/resume`],
      ['GET', `/api/v1/plans/${id}/cost`],
      ['POST', `${at}/execute`, { context: { plan_id: id } }],
      ['POST', '/api/request', { request_type: 'execute-plan', context: { plan_id: id } }],
    ]
    for (const [method, path, body] of calls)
      expect(`${path} ${(await other.call(method, path, body)).status}`).toBe(`${path} 404`)
    expect((await other.call('GET', '/api/v1/plans')).body.total).toBe(0)
    expect(await get(id)).toMatchObject({ status: 'pending', version: 1, domain: 'generic' })
  })
})
