import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Live, startLive } from './live.js'

const hour = 60 * 60 * 1000

describe('approvals', () => {
  let live: Live
  beforeAll(async () => {
    live = await startLive()
  })
  afterAll(() => live.close())

  const held = async (fields: Record<string, unknown> = { step_name: 'deploy' }): Promise<string> => {
    const workflow = await live.workflow()
    expect((await live.gate(workflow, 's', fields)).body.decision).toBe('require_approval')
    return workflow
  }
  const rule = (
    workflow: string,
    ruling: 'approve' | 'reject',
    body: unknown,
    by = 'community',
    user?: string,
  ) => live.as(by, user).call('POST', `/api/v1/workflows/${workflow}/steps/s/${ruling}`, body)
  const comment = { comment: 'looks right to me' }
  const reason = { reason: 'not on a Friday' }
  const again = (workflow: string) => live.gate(workflow, 's', { step_name: 'deploy' })

  it('names each hold of a step differently, whatever was decided between them', async () => {
    const workflow = await live.workflow()
    const gate = (fields = {}) => live.gate(workflow, 's', { step_name: 'hold-every-other-time', ...fields })
    const ids: string[] = []
    for (let hold = 1; hold <= 3; hold++) {
      const { body } = await gate(hold === 1 ? {} : { retry_policy: 'reevaluate' })
      expect(body.decision).toBe('require_approval')
      ids.push(body.approval_id)
      expect((await rule(workflow, 'approve', comment)).body.approval_id).toBe(body.approval_id)
      expect((await gate({ retry_policy: 'reevaluate' })).body.decision).toBe('allow')
    }
    expect(new Set(ids).size).toBe(3)
    const stale = await live.call('POST', `/api/v1/hitl/queue/${ids[0]}/approve`, {
      reviewer_id: 'ada',
      ...comment,
    })
    expect(stale.status).toBe(404)
  })

  it.each(['complete', 'fail', 'abort'])(
    'rejects a hold of a workflow that was ended by %s: it is aborted',
    async (ending) => {
      const workflow = await live.workflow()
      await live.gate(workflow, 's', { step_name: 'deploy' })
      if (ending === 'complete') {
        // Completing waits for the hold.
        await rule(workflow, 'reject', reason)
      } else {
        await live.call('POST', `/api/v1/workflows/${workflow}/${ending}`, { reason: 'ended before' })
        const rejected = await rule(workflow, 'reject', reason, 'community', 'ada')
        expect(rejected.body.message).toBe('Step rejected, workflow aborted')
      }
      const { body } = await live.call('GET', `/api/v1/workflows/${workflow}`)
      expect(body.status).toBe('aborted')
      expect(body.reason).toMatch(/^Step s rejected by /)
    },
  )

  it('shows objects to reviewers also where all of a step\u2019s input is redacted', async () => {
    const tenant = live.as('vault-readers')
    const workflow = (await tenant.call('POST', '/api/v1/workflows', { workflow_name: 'w' })).body.workflow_id
    const held = await tenant.call('POST', `/api/v1/workflows/${workflow}/steps/s/gate`, {
      step_type: 'tool_call',
      step_input: { path: 'kv/prod' },
      tool_context: { tool_name: 'vault.read', tool_input: { path: 'kv/prod' } },
    })
    expect(held.body.decision).toBe('require_approval')
    const { body } = await tenant.call('GET', '/api/v1/workflows/approvals/pending')
    expect(body.pending_approvals).toMatchObject([
      { step_input: { redacted: '[redacted]' }, tool_input: { redacted: '[redacted]' } },
    ])
  })

  it('approves a held step; its gate then allows and says that it was approved', async () => {
    const workflow = await held()
    const { status, body } = await rule(workflow, 'approve', comment, 'community', 'ada')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      workflow_id: workflow,
      step_id: 's',
      status: 'approved',
      decision: 'allow',
      approval_status: 'approved',
      approved_by: 'ada',
      message: 'Step approved',
      reason: 'Approved: deployments are approved by a person',
    })
    expect(body.rejected_by).toBeUndefined()
    expect(Object.keys(body.retry_context)).toHaveLength(10)
    const after = await again(workflow)
    expect(after.body).toMatchObject({
      decision: 'allow',
      cached: true,
      reason: 'Previously approved: deployments are approved by a person',
    })
    expect(after.body.approval_url).toBeUndefined()
    expect(after.body.retry_context.last_decision).toBe('require_approval')
  })

  it('rejects a held step, which aborts the workflow', async () => {
    const workflow = await held()
    const { status, body } = await rule(workflow, 'reject', reason, 'community', 'eve')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'rejected',
      decision: 'block',
      rejected_by: 'eve',
      message: 'Step rejected, workflow aborted',
    })
    expect(body.approved_by).toBeUndefined()
    expect((await again(workflow)).body.code).toBe('WORKFLOW_TERMINAL')
    const seen = await live.call('GET', `/api/v1/workflows/${workflow}`)
    expect(seen.body).toMatchObject({ status: 'aborted', total_steps: 1, reason: 'Step s rejected by eve' })
    expect(seen.body.steps[0]).toMatchObject({ approval_status: 'rejected', decision: 'require_approval' })
  })

  it.each([
    ['nothing', undefined],
    ['two characters', 'ok'],
    ['spaces around too few', '   short   '],
  ])(
    'wants ten characters of comment or reason: %s is refused before the step is looked up',
    async (_, words) => {
      const approve = await rule('wf_unknown', 'approve', { comment: words })
      expect(approve).toMatchObject({
        status: 400,
        body: { code: 'BAD_REQUEST', message: 'Comment is required (minimum 10 characters)' },
      })
      const reject = await rule('wf_unknown', 'reject', { reason: words })
      expect(reject.body.message).toBe('Reason is required (minimum 10 characters)')
    },
  )

  it.each([
    ['approve', '{"comment":5}', 'comment'],
    ['approve', '{"Comment":["looks right to me"]}', 'comment'],
    ['reject', '{"reason":{"text":"not on a friday"}}', 'reason'],
  ])('to %s, %s is refused as words of another type', async (verb, body, name) => {
    const reply = await live.call('POST', `/api/v1/workflows/wf_unknown/steps/s/${verb}`, body)
    expect(reply).toMatchObject({
      status: 400,
      body: { code: 'BAD_REQUEST', message: `Invalid request body: ${name} must be a string` },
    })
  })

  it('counts bytes, so that four CJK characters are enough', async () => {
    expect((await rule(await held(), 'approve', { comment: '可以部署' })).status).toBe(200)
  })

  it('answers each wrong moment with its own code', async () => {
    expect((await rule('wf_unknown', 'approve', comment)).body.code).toBe('NOT_FOUND')
    const open = await live.workflow()
    expect((await rule(open, 'approve', comment)).body).toMatchObject({
      code: 'NOT_FOUND',
      message: 'Step not found',
    })
    await live.gate(open, 's')
    expect((await rule(open, 'approve', comment)).body.code).toBe('NO_APPROVAL_NEEDED')
    expect((await rule(open, 'reject', reason)).body.code).toBe('NO_APPROVAL_NEEDED')
    const approved = await held()
    await rule(approved, 'approve', comment)
    expect((await rule(approved, 'approve', comment)).body.code).toBe('NOT_PENDING')
    expect((await rule(approved, 'reject', reason)).body.code).toBe('NOT_PENDING')
    const aborted = await held()
    await live.call('POST', `/api/v1/workflows/${aborted}/abort`)
    expect((await rule(aborted, 'approve', comment)).body.code).toBe('WORKFLOW_TERMINAL')
    expect((await rule(aborted, 'reject', reason)).status).toBe(200)
  })

  it('lets exactly one of an approval and a rejection that race win', async () => {
    const workflow = await held()
    const replies = await Promise.all([rule(workflow, 'approve', comment), rule(workflow, 'reject', reason)])
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  it('holds until as many different people have approved as the policy wants', async () => {
    const wire = { step_type: 'tool_call', tool_context: { tool_name: 'wire_transfer' } }
    const workflow = await held(wire)
    const first = await rule(workflow, 'approve', comment, 'community', 'ada')
    expect(first.body).toMatchObject({
      status: 'pending',
      decision: 'require_approval',
      message: 'Approval recorded: 1 more needed',
    })
    const twice = await rule(workflow, 'approve', comment, 'community', 'ada')
    expect(twice.body.code).toBe('APPROVAL_ALREADY_COUNTED')
    expect((await live.gate(workflow, 's', wire)).body.decision).toBe('require_approval')
    const second = await rule(workflow, 'approve', comment, 'community', 'bob')
    expect(second.body).toMatchObject({ status: 'approved', decision: 'allow' })
    expect((await live.gate(workflow, 's', wire)).body.decision).toBe('allow')
  })

  it('refuses to gate another step, to complete or to resume while a step waits; the held step itself may be asked', async () => {
    const workflow = await held()
    for (const refused of [
      await live.gate(workflow, 'other'),
      await live.call('POST', `/api/v1/workflows/${workflow}/complete`),
      await live.call('POST', `/api/v1/workflows/${workflow}/resume`),
    ]) {
      expect(refused).toMatchObject({
        status: 409,
        body: {
          error: 'approval_pending',
          code: 'APPROVAL_PENDING',
          message: 'Step s is waiting for approval',
        },
      })
    }
    expect((await again(workflow)).status).toBe(200)
    await rule(workflow, 'approve', comment)
    expect((await live.gate(workflow, 'other')).status).toBe(200)
    expect((await live.call('POST', `/api/v1/workflows/${workflow}/resume`)).body).toEqual({
      workflow_id: workflow,
      status: 'in_progress',
      message: 'Workflow resumed',
    })
  })

  it('holds the workflow when an earlier step is held again', async () => {
    const workflow = await live.workflow()
    await live.gate(workflow, 'early', { step_name: 'hold-on-retry' })
    await live.gate(workflow, 'later')
    const hold = await live.gate(workflow, 'early', {
      step_name: 'hold-on-retry',
      retry_policy: 'reevaluate',
    })
    expect(hold.body.decision).toBe('require_approval')
    expect((await live.gate(workflow, 'third')).body.code).toBe('APPROVAL_PENDING')
  })

  it('gives a second hold on the same step an approval id of its own', async () => {
    const workflow = await live.workflow()
    const fields = { step_name: 'hold-on-retry' }
    await live.gate(workflow, 's', fields)
    const first = await live.gate(workflow, 's', { ...fields, retry_policy: 'reevaluate' })
    await rule(workflow, 'approve', comment)
    const second = await live.gate(workflow, 's', { ...fields, retry_policy: 'reevaluate' })
    expect(second.body.decision).toBe('require_approval')
    expect(second.body.approval_id).not.toBe(first.body.approval_id)
  })

  it.each(['pending', 'rejected', 'expired'])(
    'refuses to re-evaluate a step whose approval is %s',
    async (state) => {
      const workflow = await held()
      if (state === 'expired') live.advance(hour + 1)
      if (state === 'rejected') await rule(workflow, 'reject', reason)
      const refused = await live.gate(workflow, 's', { step_name: 'deploy', retry_policy: 'reevaluate' })
      expect(refused.body.code).toBe(state === 'rejected' ? 'WORKFLOW_TERMINAL' : 'APPROVAL_HOLD')
    },
  )

  it('counts a hold that timed out as denied: approve is refused, its gate blocks, resume is refused', async () => {
    const workflow = await held()
    live.advance(hour + 1)
    expect((await rule(workflow, 'approve', comment)).body.code).toBe('APPROVAL_EXPIRED')
    expect((await again(workflow)).body).toMatchObject({
      decision: 'block',
      cached: true,
      reason: 'Previously expired (approval timed out): deployments are approved by a person',
    })
    expect((await live.call('POST', `/api/v1/workflows/${workflow}/resume`)).body.code).toBe('STEP_REJECTED')
    const { body } = await live.call('GET', `/api/v1/workflows/${workflow}`)
    expect(body.status).toBe('in_progress')
    expect(body.steps[0]).toMatchObject({ approval_status: 'rejected', approval_expired: true })
  })

  it('waits for the deployment default where the policy names no deadline', async () => {
    const wire = { step_type: 'tool_call', tool_context: { tool_name: 'wire_transfer' } }
    const workflow = await held(wire)
    live.advance(24 * hour - 1000)
    expect((await live.gate(workflow, 's', wire)).body.decision).toBe('require_approval')
    live.advance(2000)
    expect((await live.gate(workflow, 's', wire)).body.decision).toBe('block')
  })

  it('writes down what the clock decided, once', async () => {
    const workflow = await held()
    live.advance(hour + 1)
    expect(await live.stepgate.expireApprovals()).toBeGreaterThanOrEqual(1)
    expect(await live.stepgate.expireApprovals()).toBe(0)
    const { body } = await live.call('GET', `/api/v1/workflows/${workflow}`)
    expect(body.steps[0].approved_by).toBe('system:auto-expired')
  })

  it('lists what waits for the tenant, newest first, with the total beside the page', async () => {
    const tenant = live.as('reviewers')
    const made = []
    for (let i = 0; i < 3; i++) {
      const { body } = await tenant.call('POST', '/api/v1/workflows', { workflow_name: `run ${i}` })
      const gate = `/api/v1/workflows/${body.workflow_id}/steps/s/gate`
      await tenant.call('POST', gate, {
        step_type: 'tool_call',
        step_name: 'deploy',
        step_input: { version: i },
      })
      made.push(body.workflow_id)
    }
    const { body } = await tenant.call('GET', '/api/v1/workflows/approvals/pending?limit=2')
    expect(body.count).toBe(3)
    expect(body.pending_approvals.map((row: { workflow_id: string }) => row.workflow_id)).toEqual([
      made[2],
      made[1],
    ])
    expect(body.pending_approvals[0]).toMatchObject({
      workflow_name: 'run 2',
      step_id: 's',
      step_index: 1,
      step_name: 'deploy',
      step_type: 'tool_call',
      decision: 'require_approval',
      decision_reason: 'deployments are approved by a person',
      step_input: { version: 2 },
      approval_status: 'pending',
      policies_matched: [expect.objectContaining({ policy_id: 'deploy-needs-approval' })],
    })
    const none = await live.as('nobody').call('GET', '/api/v1/workflows/approvals/pending')
    expect(none.body).toEqual({ pending_approvals: [], count: 0 })
  })
})
