import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, type Live, startLive } from './live.js'

const hour = 60 * 60 * 1000

describe('approvals through plans', () => {
  let live: Live
  let tenants = 0
  beforeAll(async () => {
    live = await startLive()
  })
  afterAll(() => live.close())

  /** A held step of a workflow that somebody's orchestrator runs for a plan, in a tenant of its own. */
  const held = async (plan: string, fields: Record<string, unknown> = { step_name: 'deploy' }) => {
    const name = `team-${++tenants}`
    const team = live.as(name)
    const made = await team.call('POST', '/api/v1/workflows', {
      workflow_name: 'run of a plan',
      metadata: { plan_id: plan },
    })
    const workflow: string = made.body.workflow_id
    const gate = () =>
      team.call('POST', `/api/v1/workflows/${workflow}/steps/step_1_deploy/gate`, {
        step_type: 'tool_call',
        ...fields,
      })
    expect((await gate()).body.decision).toBe('require_approval')
    return { name, team, workflow, gate }
  }
  const rule = (
    by: Caller,
    plan: string,
    ruling: 'approve' | 'reject',
    body?: unknown,
    step = 'step_1_deploy',
  ) => by.call('POST', `/api/v1/plans/${plan}/steps/${step}/${ruling}`, body)
  const pending = (by: Caller, plane: string, query = '') =>
    by.call('GET', `/api/v1/${plane}/approvals/pending${query}`)

  it('approves the hold of the plan’s workflow, and answers what the workflow’s own door answers plus the plan', async () => {
    const { name, workflow, gate, team } = await held('plan_a')
    const { status, body } = await rule(live.as(name, 'ada'), 'plan_a', 'approve', {
      comment: 'looks right to me',
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      workflow_id: workflow,
      plan_id: 'plan_a',
      step_id: 'step_1_deploy',
      status: 'approved',
      decision: 'allow',
      approval_status: 'approved',
      approved_by: 'ada',
      reason: 'Approved: deployments are approved by a person',
      message: 'Step approved',
    })
    expect(Object.keys(body.retry_context)).toHaveLength(10)
    expect((await gate()).body.decision).toBe('allow')

    const twin = await held('plan_a')
    const theirs = await live
      .as(twin.name, 'ada')
      .call('POST', `/api/v1/workflows/${twin.workflow}/steps/step_1_deploy/approve`, {
        comment: 'looks right to me',
      })
    expect(Object.keys(theirs.body).sort()).toEqual(
      Object.keys(body)
        .filter((key) => key !== 'plan_id')
        .sort(),
    )
    expect((await pending(team, 'plans')).body).toEqual({ pending_approvals: [], count: 0 })
  })

  it('rejects the hold, which aborts the workflow', async () => {
    const { name, team, workflow } = await held('plan_a')
    const { status, body } = await rule(live.as(name, 'eve'), 'plan_a', 'reject', {
      reason: 'not on a Friday',
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      plan_id: 'plan_a',
      status: 'rejected',
      decision: 'block',
      rejected_by: 'eve',
      message: 'Step rejected, workflow aborted',
    })
    expect((await team.call('GET', `/api/v1/workflows/${workflow}`)).body.status).toBe('aborted')
  })

  it.each([
    ['no body', undefined],
    ['an empty object', {}],
    ['a short word', { comment: 'ok' }],
    ['text that is no JSON', 'yes!'],
  ])('takes %s: a stock sentence fills what the record needs', async (_, body) => {
    const { name } = await held('plan_a')
    expect((await rule(live.as(name), 'plan_a', 'approve', body)).status).toBe(200)
  })

  it('takes the actor from authentication, whatever the body says', async () => {
    const { name } = await held('plan_a')
    const { body } = await rule(live.as(name, 'ada'), 'plan_a', 'approve', { approved_by: 'the-boss' })
    expect(body.approved_by).toBe('ada')
  })

  it('knows no plan of another tenant, and none that never was, with the flat body', async () => {
    await held('plan_theirs')
    for (const plan of ['plan_theirs', 'plan_unknown']) {
      expect(await rule(live.as('stranger'), plan, 'approve')).toMatchObject({
        status: 404,
        body: {
          success: false,
          error: 'No paused execution found for this plan',
          code: 'NO_PAUSED_EXECUTION',
        },
      })
    }
  })

  it('answers 409 with the flat body for what the hold refuses, and 404 for a step that the plan does not have', async () => {
    const { name, team } = await held('plan_a')
    const decider = live.as(name)
    expect((await rule(decider, 'plan_a', 'approve', {}, 'step_9_none')).body).toMatchObject({
      success: false,
      error: 'Step not found',
    })
    await rule(decider, 'plan_a', 'approve')
    expect(await rule(decider, 'plan_a', 'reject')).toMatchObject({
      status: 409,
      body: {
        success: false,
        code: 'NOT_PENDING',
        error: 'The approval of step step_1_deploy is already approved',
      },
    })
    expect((await pending(team, 'plans')).body.count).toBe(0)
  })

  it('refuses an approval that comes too late', async () => {
    const { name } = await held('plan_a')
    live.advance(hour + 1)
    expect((await rule(live.as(name), 'plan_a', 'approve')).body).toMatchObject({
      success: false,
      code: 'APPROVAL_EXPIRED',
    })
  })

  it('counts a quorum over all doors', async () => {
    const wire = { tool_context: { tool_name: 'wire_transfer' } }
    const { name, workflow, gate } = await held('plan_money', wire)
    const first = await rule(live.as(name, 'ada'), 'plan_money', 'approve')
    expect(first.body).toMatchObject({
      status: 'pending',
      decision: 'require_approval',
      plan_id: 'plan_money',
    })
    const twice = await live
      .as(name, 'ada')
      .call('POST', `/api/v1/workflows/${workflow}/steps/step_1_deploy/approve`, {
        comment: 'looks right to me',
      })
    expect(twice.body.code).toBe('APPROVAL_ALREADY_COUNTED')
    expect((await rule(live.as(name, 'bob'), 'plan_money', 'approve')).body.status).toBe('approved')
    expect((await gate()).body.decision).toBe('allow')
  })

  it('takes the step that waits where a plan is tried again in another workflow', async () => {
    const { name, team } = await held('plan_again')
    await rule(live.as(name), 'plan_again', 'reject')
    const second = await team.call('POST', '/api/v1/workflows', {
      workflow_name: 'second try',
      metadata: { plan_id: 'plan_again' },
    })
    const at = `/api/v1/workflows/${second.body.workflow_id}/steps/step_1_deploy/gate`
    await team.call('POST', at, { step_type: 'tool_call', step_name: 'deploy' })
    const { status, body } = await rule(live.as(name), 'plan_again', 'approve')
    expect(status).toBe(200)
    expect(body.workflow_id).toBe(second.body.workflow_id)
  })

  it('lists what waits with the plan on every entry, by plan or all, newest first, with the total beside the page', async () => {
    const { team, workflow } = await held('plan_one')
    const more = []
    for (const plan of ['plan_two', 'plan_one', undefined]) {
      const made = await team.call('POST', '/api/v1/workflows', {
        workflow_name: `run of ${plan}`,
        ...(plan === undefined ? {} : { metadata: { plan_id: plan } }),
      })
      more.push(made.body.workflow_id)
      await team.call('POST', `/api/v1/workflows/${made.body.workflow_id}/steps/s/gate`, {
        step_type: 'tool_call',
        step_name: 'deploy',
      })
    }
    type Row = { workflow_id: string; plan_id?: string }
    const rows = (body: { pending_approvals: Row[] }) =>
      body.pending_approvals.map(({ workflow_id, plan_id }) => [workflow_id, plan_id])
    const all = await pending(team, 'plans')
    expect(all.body.count).toBe(3)
    expect(rows(all.body)).toEqual([
      [more[1], 'plan_one'],
      [more[0], 'plan_two'],
      [workflow, 'plan_one'],
    ])
    const one = await pending(team, 'plans', '?plan_id=plan_one&limit=1')
    expect(one.body.count).toBe(2)
    expect(rows(one.body)).toEqual([[more[1], 'plan_one']])
    expect((await pending(team, 'plans', '?plan_id=plan_none')).body).toEqual({
      pending_approvals: [],
      count: 0,
    })
    // The workflows' list shows all four, with the plan where there is one.
    const theirs = await pending(team, 'workflows')
    expect(rows(theirs.body)[0]).toEqual([more[2], undefined])
    expect(rows(theirs.body).slice(1)).toEqual(rows(all.body))
    expect((await pending(live.as('stranger'), 'plans')).body.count).toBe(0)
  })

  it('lets exactly one of all doors win', async () => {
    for (let round = 0; round < 5; round++) {
      const { name, workflow, team } = await held('plan_race')
      const list = await pending(team, 'plans')
      const approval = list.body.pending_approvals[0].approval_id
      const by = live.as(name)
      const replies = await Promise.all([
        rule(by, 'plan_race', 'approve'),
        rule(by, 'plan_race', 'reject'),
        by.call('POST', `/api/v1/workflows/${workflow}/steps/step_1_deploy/reject`, {
          reason: 'not on a Friday',
        }),
        by.call('POST', `/api/v1/hitl/queue/${approval}/approve`, {
          reviewer_id: 'a',
          reviewer_email: 'a@b.c',
        }),
      ])
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409])
      const status = replies.find((reply) => reply.status === 200)?.body.status
      const row = await by.call('GET', `/api/v1/hitl/queue/${approval}`)
      expect(row.body.data.status).toBe(status)
    }
  })
})
