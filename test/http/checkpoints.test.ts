import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Live, startLive } from './live.js'

describe('checkpoints', () => {
  let live: Live
  beforeAll(async () => {
    live = await startLive()
  })
  afterAll(() => live.close())
  const list = async (workflow: string) =>
    (await live.call('GET', `/api/v1/workflows/${workflow}/checkpoints`)).body.checkpoints
  const resume = (workflow: string, id?: number | string) =>
    live.call('POST', `/api/v1/workflows/${workflow}/checkpoints/${id === undefined ? '' : `${id}/`}resume`)

  it('block where what was asked is redacted in the record, until the caller gates again with it', async () => {
    const workflow = await live.workflow()
    const gate = (password: string) => live.gate(workflow, 's', { step_input: { password } })
    expect((await gate('hunter2')).body.decision).toBe('allow')
    const resumed = await resume(workflow)
    expect(resumed.body).toMatchObject({ new_decision: 'block' })
    const again = await gate('hunter2')
    expect(again.body).toMatchObject({
      decision: 'block',
      cached: false,
      policy_ids: ['mask-password', 'weak-password-again'],
    })
    expect((await gate('hunter2')).body).toMatchObject({ decision: 'block', cached: true })
  })

  it('allow again what policy allows, once the caller gates again with what is redacted in the record', async () => {
    const workflow = await live.workflow()
    const gate = (password: string) => live.gate(workflow, 's', { step_input: { password } })
    await gate('correct horse')
    const { body } = await resume(workflow)
    expect(body).toMatchObject({ new_decision: 'block' })
    expect((await gate('other horse')).status).toBe(409)
    expect((await gate('correct horse')).body).toMatchObject({ decision: 'allow', cached: false })
    expect((await gate('correct horse')).body).toMatchObject({ decision: 'allow', cached: true })
  })

  it('are one a step, in order, with integer ids that a re-evaluation keeps', async () => {
    const workflow = await live.workflow()
    expect(await list(workflow)).toEqual([])
    const tool = {
      step_type: 'tool_call',
      tool_context: { tool_name: 't', tool_input: { a: 1 } },
      model: 'm',
    }
    await live.gate(workflow, 'a', tool)
    await live.gate(workflow, 'b', { step_input: { q: 1 } })
    const before = await list(workflow)
    await live.gate(workflow, 'a', { ...tool, retry_policy: 'reevaluate' })
    const after = await list(workflow)
    expect(after.map((c: { id: number }) => c.id)).toEqual(before.map((c: { id: number }) => c.id))
    expect(after[0]).toMatchObject({
      workflow_id: workflow,
      step_id: 'a',
      step_index: 1,
      checkpoint_type: 'step_gate',
      gate_decision: 'allow',
      tool_context: { tool_name: 't', tool_input: { a: 1 } },
      model: 'm',
      is_resumable: true,
      resume_count: 0,
      tenant_id: 'community',
      org_id: 'local',
    })
    expect(Number.isInteger(after[0].id)).toBe(true)
    expect(after[1].step_input).toEqual({ q: 1 })
  })

  it('resume the highest step that was not blocked, and count it', async () => {
    const workflow = await live.workflow({ metadata: { environment: 'production' } })
    await live.gate(workflow, 'a', { step_input: { x: 1 } })
    await live.gate(workflow, 'b', { model: 'gpt-4' })
    const first = await resume(workflow)
    expect(first).toMatchObject({
      status: 200,
      body: {
        workflow_id: workflow,
        resumed_from_checkpoint: 'a',
        resumed_from_index: 1,
        new_decision: 'allow',
        decision_source: 'fresh',
        resume_count: 1,
      },
    })
    expect((await resume(workflow)).body.resume_count).toBe(2)
    expect((await live.gate(workflow, 'a', { step_input: { x: 1 } })).body).toMatchObject({
      cached: true,
      retry_context: { gate_count: 4 },
    })
  })

  it('refuse a blocked one, an unknown one, one of another workflow, and what is not a number', async () => {
    const workflow = await live.workflow({ metadata: { environment: 'production' } })
    const blocked = await live.gate(workflow, 'b', { model: 'gpt-4' })
    expect(blocked.body.decision).toBe('block')
    const [checkpoint] = await list(workflow)
    expect(checkpoint).toMatchObject({ is_resumable: false, gate_decision: 'block' })
    expect((await resume(workflow, checkpoint.id)).body.code).toBe('NOT_RESUMABLE')
    expect((await resume(workflow)).body.code).toBe('NOT_RESUMABLE')
    expect((await resume(workflow, 999_999_999)).status).toBe(404)
    expect(await resume(workflow, 'x')).toMatchObject({
      status: 400,
      body: { message: 'Invalid checkpoint ID' },
    })
    const other = await live.workflow()
    await live.gate(other, 'a')
    expect((await resume(workflow, (await list(other))[0].id)).status).toBe(404)
    expect((await resume('wf_unknown')).status).toBe(404)
  })

  it('take an aborted workflow up again, but not a completed or failed one', async () => {
    const aborted = await live.workflow()
    await live.gate(aborted, 'a', { idempotency_key: 'K' })
    await live.call('POST', `/api/v1/workflows/${aborted}/abort`)
    expect((await resume(aborted)).body.new_decision).toBe('allow')
    const { body } = await live.call('GET', `/api/v1/workflows/${aborted}`)
    expect(body.status).toBe('in_progress')
    expect(body).not.toHaveProperty('completed_at')
    for (const verb of ['complete', 'fail']) {
      const workflow = await live.workflow()
      await live.gate(workflow, 'a')
      await live.call('POST', `/api/v1/workflows/${workflow}/${verb}`)
      expect((await resume(workflow)).body.code).toBe('NOT_RESUMABLE')
    }
  })

  it('refuse to go around a denied approval, and leave the workflow aborted', async () => {
    const workflow = await live.workflow()
    await live.gate(workflow, 'a')
    await live.gate(workflow, 'b', { step_name: 'deploy' })
    expect((await resume(workflow)).body.code).toBe('APPROVAL_HOLD')
    await live.call('POST', `/api/v1/workflows/${workflow}/steps/b/reject`, { reason: 'certainly not' })
    const [a] = await list(workflow)
    expect(await resume(workflow, a.id)).toMatchObject({
      status: 409,
      body: { code: 'APPROVAL_HOLD', message: 'Step b is held: its approval is rejected' },
    })
    expect((await live.call('GET', `/api/v1/workflows/${workflow}`)).body.status).toBe('aborted')
  })

  it('hold the workflow when policy now wants a person', async () => {
    const workflow = await live.workflow()
    await live.gate(workflow, 'a', { step_name: 'hold-on-retry' })
    expect((await resume(workflow)).body).toMatchObject({ new_decision: 'require_approval' })
    expect((await list(workflow))[0].checkpoint_type).toBe('approval_boundary')
  })
})
