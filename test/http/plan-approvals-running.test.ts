import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PlansLive, startPlans } from './plans-fixture.js'

const documents = `
apiVersion: stepgate.dev/v1
kind: Policy
metadata: { id: releases-are-approved }
spec:
  when: [{ field: step_name, operator: contains, value: release }]
  action: require_approval
  reason: releases are approved by a person
`
const look = { type: 'connector-call', connector: 'catalog', operation: 'search' }

describe('a running plan whose branches are held together', () => {
  let live: PlansLive
  beforeAll(async () => {
    live = await startPlans({ documents })
  })
  afterAll(() => live.close())

  /** @returns the plan, its workflow, and the approval ids of the holds by step */
  const running = async () => {
    const steps = ['release-east', 'release-west', 'look'].map((name) => ({ ...look, name }))
    const made = await live.call('POST', '/api/v1/plan', { steps, execution_mode: 'parallel' })
    const plan: string = made.body.plan_id
    const started = await live.call('POST', '/api/v1/plan/execute', { context: { plan_id: plan } })
    expect(started.body.status).toBe('awaiting_approval')
    await expect.poll(async () => (await pending(plan)).count).toBe(2)
    const { pending_approvals: rows } = await pending(plan)
    const ids = Object.fromEntries(
      rows.map(({ step_id, approval_id }: Record<string, string>) => [step_id, approval_id]),
    )
    return { plan, workflow: started.body.workflow_execution_id as string, ids, rows }
  }
  const pending = async (plan: string) =>
    (await live.call('GET', `/api/v1/plans/approvals/pending?plan_id=${plan}`)).body
  const status = async (plan: string) => (await live.call('GET', `/api/v1/plan/${plan}`)).body.status

  it('shows both at every door, and ends once each was approved at another one', async () => {
    const { plan, workflow, ids, rows } = await running()
    expect(Object.keys(ids).sort()).toEqual(['step_1_release-east', 'step_2_release-west'])
    expect(rows[0]).toMatchObject({ plan_id: plan, workflow_id: workflow })
    const { body } = await live.call('GET', '/api/v1/hitl/queue?status=pending')
    expect(body.data.map(({ request_id }: { request_id: string }) => request_id).sort()).toEqual(
      Object.values(ids).sort(),
    )
    expect(body.data[0]).toMatchObject({ request_type: 'plan_step', request_context: { plan_id: plan } })
    const first = await live.call('POST', `/api/v1/plans/${plan}/steps/step_1_release-east/approve`)
    expect(first.body).toMatchObject({ plan_id: plan, workflow_id: workflow, status: 'approved' })
    expect((await pending(plan)).count).toBe(1)
    expect(await status(plan)).toBe('running')
    const second = await live.call('POST', `/api/v1/hitl/queue/${ids['step_2_release-west']}/approve`)
    expect(second.body.data.status).toBe('approved')
    await expect.poll(() => status(plan)).toBe('completed')
    expect((await live.call('GET', `/api/v1/workflows/${workflow}`)).body.status).toBe('completed')
  })

  it('counts steps by their places in the plan, whatever was gated first', async () => {
    const steps = [
      { ...look, name: 'last', depends_on: ['release'] },
      { ...look, name: 'side' },
      { ...look, name: 'release' },
    ]
    const plan: string = (await live.call('POST', '/api/v1/plan', { steps })).body.plan_id
    const { body } = await live.call('POST', '/api/v1/plan/execute', { context: { plan_id: plan } })
    expect(body).toMatchObject({ status: 'awaiting_approval', current_step: 3, step_name: 'release' })
    expect(body.approval_info.step_id).toBe('step_3_release')
    expect((await pending(plan)).pending_approvals).toMatchObject([
      { step_id: 'step_3_release', step_index: 3 },
    ])
  })

  it('ends with the rejection of one of them, whatever door it came by', async () => {
    const { plan, workflow, ids } = await running()
    await live.call('POST', `/api/v1/hitl/queue/${ids['step_2_release-west']}/reject`, { comment: 'no' })
    await expect.poll(() => status(plan)).toBe('failed')
    expect((await live.call('GET', `/api/v1/workflows/${workflow}`)).body.status).toBe('aborted')
    const late = await live.call('POST', `/api/v1/plans/${plan}/steps/step_1_release-east/approve`)
    expect(late).toMatchObject({ status: 409, body: { success: false, code: 'WORKFLOW_TERMINAL' } })
  })
})
