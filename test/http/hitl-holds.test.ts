import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { approvalId } from '#src/domain/ids.js'
import { type Caller, type Live, startLive } from './live.js'

const hour = 60 * 60 * 1000
const queue = '/api/v1/hitl/queue'
const reviewer = { reviewer_id: 'ada', reviewer_email: 'ada@example.com' }
type Row = Record<string, string>

describe('holds of steps in the HITL queue', () => {
  let live: Live
  let tenants = 0
  beforeAll(async () => {
    live = await startLive()
  })
  afterAll(() => live.close())

  const team = () => {
    const name = `crew-${++tenants}`
    return { name, caller: live.as(name), as: (person: string) => live.as(name, person) }
  }
  const hold = async (by: Caller, fields: Record<string, unknown> = {}, metadata = {}) => {
    const made = await by.call('POST', '/api/v1/workflows', { workflow_name: 'nightly', metadata })
    const workflow: string = made.body.workflow_id
    const at = `/api/v1/workflows/${workflow}/steps/s/gate`
    const gate = await by.call('POST', at, { step_type: 'tool_call', step_name: 'deploy', ...fields })
    return { workflow, id: gate.body.approval_id as string }
  }
  const ask = (by: Caller, fields: Record<string, unknown> = {}) =>
    by.call('POST', queue, { client_id: 'c', original_query: 'q', request_type: 'chat', ...fields })

  it('shows a hold under the approval id that the gate answered, with what a reviewer needs', async () => {
    const { name, caller } = team()
    const { workflow, id } = await hold(caller, {
      step_input: { version: 7, customer: { email: 'a@b.c' } },
      tool_context: { tool_name: 'kubectl', tool_input: { apply: true } },
    })
    expect(id).toBe(approvalId(workflow, 's', 1))
    const { status, body } = await caller.call('GET', `${queue}/${id}`)
    expect(status).toBe(200)
    expect(body.data).toMatchObject({
      id,
      request_id: id,
      org_id: 'local',
      tenant_id: name,
      client_id: name,
      original_query: 'deploy (tool_call): deployments are approved by a person',
      request_type: 'workflow_step',
      request_context: {
        workflow_id: workflow,
        step_id: 's',
        step_type: 'tool_call',
        step_input: { version: 7, customer: { email: '[redacted]' } },
        tool_name: 'kubectl',
        tool_input: { apply: true },
      },
      triggered_policy_id: 'deploy-needs-approval',
      triggered_policy_name: 'deploy-needs-approval',
      trigger_reason: 'deployments are approved by a person',
      severity: 'high',
      status: 'pending',
      requested_by: name,
      roles: ['release-manager'],
      quorum: 1,
      approvals: [],
    })
    expect(Date.parse(body.data.expires_at) - Date.parse(body.data.created_at)).toBe(hour)
    const planned = await hold(caller, {}, { plan_id: 'plan_x' })
    const row = await caller.call('GET', `${queue}/${planned.id}`)
    expect(row.body.data).toMatchObject({ request_type: 'plan_step', request_context: { plan_id: 'plan_x' } })
  })

  it('approves a hold: the workflow’s door, the gate and the lists see it at once', async () => {
    const { caller, as } = team()
    const { workflow, id } = await hold(caller)
    const { status, body } = await as('ada').call('POST', `${queue}/${id}/approve`, {
      ...reviewer,
      comment: 'ok',
    })
    expect(status).toBe(200)
    expect(body.data).toMatchObject({ request_id: id, status: 'approved', reviewer_id: 'ada' })
    const seen = await caller.call('GET', `/api/v1/workflows/${workflow}`)
    expect(seen.body.steps[0]).toMatchObject({ approval_status: 'approved', approved_by: 'ada' })
    expect((await caller.call('GET', '/api/v1/workflows/approvals/pending')).body.count).toBe(0)
    expect((await caller.call('GET', `${queue}?status=pending`)).body.meta.total).toBe(0)
    const again = await caller.call('POST', `/api/v1/workflows/${workflow}/steps/s/reject`, {
      reason: 'not on a Friday',
    })
    expect(again.body.code).toBe('NOT_PENDING')
  })

  it('rejects a hold, which aborts its workflow', async () => {
    const { caller } = team()
    const { workflow, id } = await hold(caller)
    expect((await caller.call('POST', `${queue}/${id}/reject`, reviewer)).body.data.status).toBe('rejected')
    expect((await caller.call('GET', `/api/v1/workflows/${workflow}`)).body).toMatchObject({
      status: 'aborted',
      reason: 'Step s rejected by ada',
    })
  })

  it('shows what another door decided', async () => {
    const { caller, as } = team()
    const { workflow, id } = await hold(caller)
    await as('bob').call('POST', `/api/v1/workflows/${workflow}/steps/s/approve`, {
      comment: 'looks right to me',
    })
    expect((await caller.call('GET', `${queue}/${id}`)).body.data).toMatchObject({
      status: 'approved',
      reviewer_id: 'bob',
      review_comment: 'looks right to me',
    })
    expect((await caller.call('POST', `${queue}/${id}/approve`, reviewer)).status).toBe(409)
  })

  it('leaves a hold pending until its quorum is there, and shows who has approved', async () => {
    const { caller, as } = team()
    const { id } = await hold(caller, { step_name: 'pay', tool_context: { tool_name: 'wire_transfer' } })
    const first = await as('ada').call('POST', `${queue}/${id}/approve`, {})
    expect(first).toMatchObject({ status: 200, body: { data: { status: 'pending', approvals_missing: 1 } } })
    expect((await caller.call('GET', `${queue}/${id}`)).body.data).toMatchObject({
      status: 'pending',
      quorum: 2,
      approvals: [{ by: 'ada' }],
    })
    expect((await as('ada').call('POST', `${queue}/${id}/approve`, {})).status).toBe(409)
    expect((await as('bob').call('POST', `${queue}/${id}/approve`, {})).body.data.status).toBe('approved')
    const history = await caller.call('GET', `${queue}/${id}/history`)
    expect(history.body.data.map(({ action, actor_id }: Row) => [action, actor_id])).toEqual([
      ['requested', expect.any(String)],
      ['granted', 'ada'],
      ['approved', 'bob'],
    ])
  })

  it('overrides no hold: its policy says how many people it takes', async () => {
    const { caller } = team()
    const { id } = await hold(caller)
    const refused = await caller.call('POST', `${queue}/${id}/override`, {
      justification: 'the customer is known to us',
      authorized_by_id: 'cfo',
    })
    expect(refused).toMatchObject({ status: 409, body: { success: false, code: 'NOT_OVERRIDABLE' } })
    expect((await caller.call('GET', `${queue}/${id}`)).body.data.status).toBe('pending')
  })

  it('shows a hold that timed out as expired, and writes it down for all doors', async () => {
    const { caller } = team()
    const { workflow, id } = await hold(caller)
    live.advance(hour)
    expect((await caller.call('GET', `${queue}?status=pending`)).body.meta.total).toBe(0)
    expect((await caller.call('GET', `${queue}?status=expired`)).body.data[0]).toMatchObject({
      status: 'expired',
    })
    expect((await caller.call('POST', `${queue}/${id}/approve`, reviewer)).body.code).toBe('APPROVAL_EXPIRED')
    expect((await caller.call('GET', `${queue}/${id}`)).body.data).toMatchObject({
      status: 'expired',
      reviewer_id: 'system:auto-expired',
    })
    expect((await caller.call('GET', `/api/v1/workflows/${workflow}`)).body.steps[0].approval_expired).toBe(
      true,
    )
    const again = await hold(caller)
    live.advance(hour)
    expect((await caller.call('POST', '/api/v1/hitl/expire')).body.data.expired_count).toBe(1)
    const history = await caller.call('GET', `${queue}/${again.id}/history`)
    expect(history.body.data.map(({ action }: Row) => action)).toEqual(['requested', 'expired'])
  })

  it('keeps a tenant’s holds to itself', async () => {
    const { caller } = team()
    const { id } = await hold(caller)
    const stranger = live.as('stranger')
    expect((await stranger.call('GET', `${queue}/${id}`)).status).toBe(404)
    expect((await stranger.call('POST', `${queue}/${id}/approve`, reviewer)).status).toBe(404)
    expect((await stranger.call('GET', queue)).body.data).toEqual([])
  })

  it('lists requests and holds in one order, and each page is the right part of it', async () => {
    const { caller } = team()
    const made: string[] = []
    for (let i = 0; i < 12; i++) {
      if (i % 3 === 0) made.push((await hold(caller)).id)
      else made.push((await ask(caller, { severity: i % 2 === 0 ? 'low' : 'critical' })).body.data.request_id)
      live.advance(1000)
    }
    await caller.call('POST', `${queue}/${made[3]}/approve`, reviewer)
    await caller.call('POST', `${queue}/${made[4]}/reject`, reviewer)
    const list = async (query: string) => {
      const { body } = await caller.call('GET', `${queue}?${query}`)
      return { ids: body.data.map((row: Row) => row.request_id) as string[], meta: body.meta }
    }
    const newest = [...made].reverse()
    expect(await list('')).toEqual({ ids: newest, meta: { total: 12, limit: 50, offset: 0 } })
    for (let offset = 0; offset < 14; offset += 5) {
      expect(await list(`limit=5&offset=${offset}`)).toEqual({
        ids: newest.slice(offset, offset + 5),
        meta: { total: 12, limit: 5, offset },
      })
    }
    expect((await list('order_by=created_at&order_dir=ASC&limit=3')).ids).toEqual(made.slice(0, 3))
    expect((await list('order_by=created_at&order_dir=asc&limit=1')).ids).toEqual(newest.slice(0, 1))
    expect((await list('order_by=reviewed_at&limit=2')).ids).toEqual([made[4], made[3]])
    expect((await list('order_by=updated_at&limit=2')).ids).toEqual([made[4], made[3]])
    expect((await list('status=approved,rejected')).ids).toEqual([made[4], made[3]])
    expect((await list('status=pending')).meta.total).toBe(10)
    expect((await list('severity=high')).ids).toEqual([made[9], made[6], made[3], made[0]])
    expect((await list('severity=low,critical')).meta.total).toBe(8)
    expect((await list('order_by=severity&limit=4&severity=critical,low')).ids.sort()).toEqual(
      made.filter((_, i) => i % 3 !== 0 && i % 2 === 1).sort(),
    )
    expect((await list('order_by=expires_at&order_dir=ASC&limit=4')).ids).toEqual([
      made[0],
      made[3],
      made[6],
      made[9],
    ])
    expect((await list('status=nonsense')).meta.total).toBe(0)
    expect((await list('limit=1000')).meta.limit).toBe(100)
    expect((await caller.call('GET', `${queue}?order_by=colour`)).status).toBe(400)
  })

  it('finds by policy, by client and by user in both halves', async () => {
    const { name, caller, as } = team()
    const held = await hold(as('uma'))
    const request = await ask(caller, {
      client_id: 'app',
      user_id: 'udo',
      triggered_policy_id: 'loan-cap',
    })
    const id = request.body.data.request_id
    const found = async (query: string) =>
      (await caller.call('GET', `${queue}?${query}`)).body.data.map((row: Row) => row.request_id)
    expect(await found('policy_id=deploy-needs-approval')).toEqual([held.id])
    expect(await found('policy_id=loan-cap')).toEqual([id])
    expect(await found(`client_id=${name}`)).toEqual([held.id])
    expect(await found('client_id=app')).toEqual([id])
    expect(await found('user_id=uma')).toEqual([held.id])
    expect(await found('user_id=udo&status=pending')).toEqual([id])
    expect((await caller.call('GET', '/api/v1/hitl/stats')).body.data.total_pending).toBe(2)
  })
})
