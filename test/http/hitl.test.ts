import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, type Live, startLive } from './live.js'

const hour = 60 * 60 * 1000
const queue = '/api/v1/hitl/queue'
const asked = { client_id: 'loan-desk', original_query: 'pay out 50000', request_type: 'chat' }
const reviewer = { reviewer_id: 'ada', reviewer_email: 'ada@example.com' }

describe('requests for review in the HITL queue', () => {
  let live: Live
  let tenants = 0
  beforeAll(async () => {
    live = await startLive()
  })
  afterAll(() => live.close())

  const team = (user?: string) => {
    const name = `desk-${++tenants}`
    return { name, caller: live.as(name, user), as: (person?: string) => live.as(name, person) }
  }
  const ask = (by: Caller, fields: Record<string, unknown> = {}) =>
    by.call('POST', queue, { ...asked, ...fields })

  it('takes a request with what the clients always send, and shows every member they need', async () => {
    const { name, caller } = team('bot')
    const { status, body } = await ask(caller)
    expect(status).toBe(201)
    expect(body).toEqual({
      success: true,
      data: {
        id: body.data.request_id,
        request_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
        org_id: 'local',
        tenant_id: name,
        ...asked,
        triggered_policy_id: '',
        triggered_policy_name: '',
        trigger_reason: '',
        severity: 'high',
        status: 'pending',
        requested_by: 'bot',
        expires_at: expect.any(String),
        created_at: expect.any(String),
        updated_at: body.data.created_at,
      },
    })
    expect(Date.parse(body.data.expires_at) - Date.parse(body.data.created_at)).toBe(24 * hour)
    const read = await caller.call('GET', `${queue}/${body.data.request_id}`)
    expect(read.body).toEqual(body)
  })

  it('keeps all that a request says; null is the same as absent', async () => {
    const said = {
      user_id: 'u-7',
      request_context: { amount: 50000, nested: { a: [1, null] } },
      triggered_policy_id: 'loan-cap',
      triggered_policy_name: 'Loan cap',
      trigger_reason: 'above 10k',
      severity: 'critical',
      eu_ai_act_article: 'Article 14',
      compliance_framework: 'GDPR',
      notify_url: 'https://example.com/hook',
    }
    const { body } = await ask(team().caller, { ...said, risk_classification: null, expires_in_seconds: 90 })
    expect(body.data).toMatchObject(said)
    expect(body.data).not.toHaveProperty('risk_classification')
    expect(Date.parse(body.data.expires_at) - Date.parse(body.data.created_at)).toBe(90_000)
  })

  it('lets nothing wait longer than a week', async () => {
    const { body } = await ask(team().caller, { expires_in_seconds: 30 * 24 * 3600 })
    expect(Date.parse(body.data.expires_at) - Date.parse(body.data.created_at)).toBe(7 * 24 * hour)
  })

  it.each([
    ['client_id', undefined, 'client_id is required'],
    ['original_query', '', 'original_query is required'],
    ['request_type', null, 'request_type is required'],
    ['client_id', 7, 'client_id must be a string'],
    ['user_id', 'x'.repeat(256), 'user_id must be at most 255 characters'],
    ['triggered_policy_id', 'a\nb', 'triggered_policy_id must not hold control characters'],
    ['request_context', [1], 'request_context must be an object'],
    ['severity', 'urgent', 'severity must be one of low, medium, high, critical'],
    ['expires_in_seconds', -1, 'expires_in_seconds must be a whole number'],
    ['expires_in_seconds', 'soon', 'expires_in_seconds must be a whole number'],
    ['notify_url', 'ftp://example.com', 'notify_url must be an http or https URL'],
    ['notify_url', 'example.com', 'notify_url must be an http or https URL'],
    ['notify_url', 'javascript:alert(1)', 'notify_url must be an http or https URL'],
  ])('refuses a request whose %s is %j, and keeps nothing of it', async (field, value, sentence) => {
    const { caller } = team()
    const refused = await ask(caller, { [field]: value })
    expect(refused.status).toBe(400)
    expect(refused.body).toMatchObject({ success: false, code: 'BAD_REQUEST' })
    expect(refused.body.error).toContain(sentence)
    expect((await caller.call('GET', queue)).body.meta.total).toBe(0)
  })

  it.each([
    ['approve', 'approved'],
    ['reject', 'rejected'],
  ])('lets a person %s it, once; a poller reads that it is %s', async (ruling, status) => {
    const { caller, as } = team('bot')
    const id = (await ask(caller)).body.data.request_id
    const { status: code, body } = await as('ada').call('POST', `${queue}/${id}/${ruling}`, {
      ...reviewer,
      comment: 'ok',
    })
    expect(code).toBe(200)
    expect(body).toMatchObject({ success: true, data: { request_id: id, status, reviewer_id: 'ada' } })
    const polled = await caller.call('GET', `${queue}/${id}`)
    expect(polled.body.data).toMatchObject({
      status,
      reviewer_id: 'ada',
      review_comment: 'ok',
    })
    expect(polled.body.data.reviewed_at).toBe(polled.body.data.updated_at)
    const again = await as('eve').call('POST', `${queue}/${id}/approve`, {})
    expect(again).toMatchObject({
      status: 409,
      body: { success: false, code: 'REVIEW_DECIDED', error: `The request is already ${status}` },
    })
  })

  it('lets exactly one of those who decide together win', async () => {
    const { caller } = team()
    const id = (await ask(caller)).body.data.request_id
    const replies = await Promise.all(
      ['approve', 'reject', 'approve'].map((ruling) =>
        caller.call('POST', `${queue}/${id}/${ruling}`, reviewer),
      ),
    )
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409])
  })

  it('takes the reviewer from authentication and keeps beside it whom the body named', async () => {
    const { caller, as } = team()
    const id = (await ask(caller)).body.data.request_id
    await as('eve').call('POST', `${queue}/${id}/approve`, { ...reviewer, reviewer_role: 'cfo' })
    expect((await caller.call('GET', `${queue}/${id}`)).body.data).toMatchObject({ reviewer_id: 'eve' })
    const history = await caller.call('GET', `${queue}/${id}/history`)
    expect(history.body.data).toMatchObject([
      { request_id: id, action: 'requested', open_identity: true },
      {
        action: 'approved',
        actor_id: 'eve',
        claimed_by: { id: 'ada', email: 'ada@example.com', role: 'cfo' },
        open_identity: true,
      },
    ])
  })

  it('lets the body name the reviewer in open mode where no header does', async () => {
    const { caller } = team()
    const id = (await ask(caller)).body.data.request_id
    await caller.call('POST', `${queue}/${id}/reject`, reviewer)
    expect((await caller.call('GET', `${queue}/${id}`)).body.data).toMatchObject(reviewer)
  })

  it('overrides a request with a justification and a name, and not without', async () => {
    const { caller } = team()
    const id = (await ask(caller)).body.data.request_id
    const override = (body: unknown) => caller.call('POST', `${queue}/${id}/override`, body)
    expect((await override({ authorized_by_id: 'cfo', justification: 'because' })).body.error).toBe(
      'justification is required (minimum 10 characters)',
    )
    expect((await override({ justification: 'the customer is known to us' })).body.error).toBe(
      'authorized_by_id is required',
    )
    const done = await override({ authorized_by_id: 'cfo', justification: 'the customer is known to us' })
    expect(done.body.data.status).toBe('overridden')
    expect((await caller.call('GET', `${queue}/${id}`)).body.data).toMatchObject({
      status: 'overridden',
      override_justification: 'the customer is known to us',
      override_authorized_by: 'cfo',
    })
  })

  it('shows a request that nobody decided in time as expired, writes that down, and takes no decision any more', async () => {
    const { caller } = team()
    const id = (await ask(caller, { expires_in_seconds: 60 })).body.data.request_id
    live.advance(60_000)
    expect((await caller.call('POST', `${queue}/${id}/approve`, reviewer)).body).toMatchObject({
      code: 'REVIEW_DECIDED',
      error: 'The request is already expired',
    })
    const { body } = await caller.call('GET', `${queue}/${id}`)
    expect(body.data).toMatchObject({ status: 'expired', reviewer_id: 'system:auto-expired' })
    const history = await caller.call('GET', `${queue}/${id}/history`)
    expect(history.body.data.map(({ action }: { action: string }) => action)).toEqual([
      'requested',
      'expired',
    ])
  })

  it('writes down what has expired when it is told to, for the tenant that tells it', async () => {
    const [here, there] = [team().caller, team().caller]
    await ask(here, { expires_in_seconds: 60 })
    await ask(there, { expires_in_seconds: 60 })
    live.advance(60_000)
    expect((await here.call('POST', '/api/v1/hitl/expire')).body).toEqual({
      success: true,
      data: { expired_count: 1 },
    })
    expect((await here.call('POST', '/api/v1/hitl/expire')).body.data.expired_count).toBe(0)
    // The process's own sweep is of all tenants.
    expect(await live.stepgate.reviews.expire()).toBeGreaterThanOrEqual(1)
    expect(await live.stepgate.reviews.expire()).toBe(0)
    expect((await there.call('GET', `${queue}?status=expired`)).body.meta.total).toBe(1)
  })

  it('keeps a tenant’s requests to itself', async () => {
    const { caller } = team()
    const id = (await ask(caller)).body.data.request_id
    const stranger = live.as('stranger')
    for (const [method, path] of [
      ['GET', `${queue}/${id}`],
      ['GET', `${queue}/${id}/history`],
      ['POST', `${queue}/${id}/approve`],
      ['POST', `${queue}/${id}/reject`],
    ] as const) {
      expect(await stranger.call(method, path)).toMatchObject({
        status: 404,
        body: { success: false, error: 'Approval request not found' },
      })
    }
    expect((await stranger.call('GET', queue)).body).toMatchObject({
      success: true,
      data: [],
      meta: { total: 0 },
    })
  })

  it('wants a UUID, and finds it in whatever letter case', async () => {
    const { caller } = team()
    const id = (await ask(caller)).body.data.request_id
    expect((await caller.call('GET', `${queue}/nonsense`)).body).toMatchObject({
      success: false,
      error: 'request_id must be a UUID',
    })
    expect((await caller.call('GET', `${queue}/${id.toUpperCase()}`)).status).toBe(200)
  })

  it('tells how much waits, how urgent it is and since when', async () => {
    const { caller } = team()
    const stats = async () => (await caller.call('GET', '/api/v1/hitl/stats')).body
    expect(await stats()).toEqual({
      success: true,
      data: { total_pending: 0, high_priority: 0, critical_priority: 0 },
    })
    await ask(caller, { severity: 'low' })
    await ask(caller, { severity: 'critical' })
    const decided = await ask(caller, { severity: 'critical' })
    await caller.call('POST', `${queue}/${decided.body.data.request_id}/approve`, reviewer)
    live.advance(3 * hour)
    await ask(caller)
    const { data } = await stats()
    expect(data).toMatchObject({ total_pending: 3, high_priority: 1, critical_priority: 1 })
    expect(data.oldest_pending_hours).toBeGreaterThanOrEqual(3)
    expect((await caller.call('GET', '/api/v1/hitl/status')).body.data).toMatchObject({ enabled: true })
  })

  it('refuses a body over a mebibyte', async () => {
    const { caller } = team()
    const refused = await ask(caller, { original_query: 'x'.repeat(1024 * 1024) })
    expect(refused).toMatchObject({ status: 413, body: { success: false, code: 'REQUEST_TOO_LARGE' } })
  })
})
