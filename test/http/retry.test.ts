import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Live, startLive } from './live.js'

describe('gates that are asked again', () => {
  let live: Live
  beforeAll(async () => {
    live = await startLive()
  })
  afterAll(() => live.close())
  const complete = (workflow: string, step: string, body?: unknown) =>
    live.call('POST', `/api/v1/workflows/${workflow}/steps/${step}/complete`, body)

  it('answers the same call from the record and counts every attempt', async () => {
    const workflow = await live.workflow()
    const replies = []
    for (let i = 0; i < 5; i++)
      replies.push((await live.gate(workflow, 's', { step_input: { a: 1, b: [2] } })).body)
    expect(replies.map((body) => body.retry_context.gate_count)).toEqual([1, 2, 3, 4, 5])
    expect(replies.map((body) => body.cached)).toEqual([false, true, true, true, true])
    expect(replies.map((body) => body.decision_source)).toEqual([
      'fresh',
      'cached',
      'cached',
      'cached',
      'cached',
    ])
    expect(new Set(replies.map((body) => body.decision_id)).size).toBe(1)
    expect(replies[1].retry_context.prior_completion_status).toBe('gated_not_completed')
  })

  it('does not care about the order of keys, absent against null, or an absent input against an empty one', async () => {
    const workflow = await live.workflow()
    await live.gate(workflow, 's', { step_input: { a: 1, b: { c: 2, d: 3 } } })
    expect((await live.gate(workflow, 's', { step_input: { b: { d: 3, c: 2 }, a: 1 } })).body.cached).toBe(
      true,
    )
    await live.gate(workflow, 't', { step_input: null, model: null })
    expect((await live.gate(workflow, 't', { step_input: {} })).body.cached).toBe(true)
  })

  it.each([
    ['a changed value', { step_input: { a: 2 } }],
    ['an added key', { step_input: { a: 1, b: 1 } }],
    ['no input', {}],
    ['another model', { step_input: { a: 1 }, model: 'gpt-4' }],
    ['another provider', { step_input: { a: 1 }, provider: 'x' }],
    ['another step type', { step_input: { a: 1 }, step_type: 'tool_call' }],
    ['a tool context', { step_input: { a: 1 }, tool_context: { tool_name: 't' } }],
  ])('refuses to answer %s from the record, and counts nothing', async (_, fields) => {
    const workflow = await live.workflow()
    await live.gate(workflow, 's', { step_input: { a: 1 } })
    const refused = await live.gate(workflow, 's', fields)
    expect(refused.status).toBe(409)
    expect(refused.body.error).toMatchObject({
      code: 'STEP_INPUT_MISMATCH',
      details: {
        workflow_id: workflow,
        step_id: 's',
        expected_idempotency_key: '',
        received_idempotency_key: '',
      },
    })
    expect((await live.gate(workflow, 's', { step_input: { a: 1 } })).body.retry_context.gate_count).toBe(2)
  })

  it.each([
    ['other tool input', { tool_name: 't', tool_input: { a: 2 } }],
    ['another tool', { tool_name: 'u', tool_input: { a: 1 } }],
    ['no tool context', undefined],
  ])('compares the tool context too: %s is refused', async (_, tool_context) => {
    const workflow = await live.workflow()
    await live.gate(workflow, 's', { tool_context: { tool_name: 't', tool_input: { a: 1 } } })
    expect((await live.gate(workflow, 's', { tool_context })).status).toBe(409)
  })

  it('gives the recorded output back only where it is asked for with the word true', async () => {
    const workflow = await live.workflow()
    await live.gate(workflow, 's')
    expect((await complete(workflow, 's', { output: { rows: 3 } })).status).toBe(204)
    const plain = await live.gate(workflow, 's')
    expect(plain.body.retry_context).toMatchObject({
      gate_count: 2,
      completion_count: 1,
      prior_completion_status: 'completed',
      prior_output_available: true,
      prior_output: null,
    })
    expect(plain.body.retry_context.prior_completion_at).not.toBeNull()
    const asked = await live.gate(workflow, 's', {}, '?include_prior_output=true')
    expect(asked.body.retry_context.prior_output).toEqual({ rows: 3 })
    const wrongWord = await live.gate(workflow, 's', {}, '?include_prior_output=1')
    expect(wrongWord.body.retry_context.prior_output).toBeNull()
  })

  it('evaluates anew on reevaluate, remembers the decision before, and keeps the new one', async () => {
    const workflow = await live.workflow()
    const first = await live.gate(workflow, 's', { step_name: 'once' })
    expect(first.body.decision).toBe('allow')
    const anew = await live.gate(workflow, 's', { step_name: 'once', retry_policy: 'reevaluate' })
    expect(anew.body).toMatchObject({ decision: 'block', cached: false, reason: 'this step is allowed once' })
    expect(anew.body.decision_id).not.toBe(first.body.decision_id)
    expect(anew.body.retry_context).toMatchObject({ gate_count: 2, last_decision: 'allow' })
    const again = await live.gate(workflow, 's', { step_name: 'once' })
    expect(again.body).toMatchObject({ decision: 'block', cached: true, policy_ids: ['once-only'] })
    expect(again.body.retry_context.last_decision).toBe('block')
    const { body } = await live.call('GET', `/api/v1/workflows/${workflow}`)
    expect(body.current_step_index).toBe(1)
  })

  it('compares later calls with the content that was evaluated last', async () => {
    const workflow = await live.workflow()
    await live.gate(workflow, 's', { step_input: { v: 1 } })
    await live.gate(workflow, 's', { step_input: { v: 2 }, retry_policy: 'reevaluate' })
    expect((await live.gate(workflow, 's', { step_input: { v: 1 } })).status).toBe(409)
    expect((await live.gate(workflow, 's', { step_input: { v: 2 } })).body.cached).toBe(true)
  })

  describe('with an idempotency key', () => {
    const keys = [undefined, 'K'] as const
    it.each(keys)('accepts the key that the first gate bound (%s)', async (idempotency_key) => {
      const workflow = await live.workflow()
      await live.gate(workflow, 's', { idempotency_key })
      const again = await live.gate(workflow, 's', { idempotency_key })
      expect(again.body.retry_context.idempotency_key).toBe(idempotency_key ?? '')
      expect((await complete(workflow, 's', { idempotency_key })).status).toBe(204)
    })

    it.each([
      [undefined, 'K'],
      ['K', undefined],
      ['K', 'L'],
    ])('refuses %s then %s on the gate, on reevaluate and on completion', async (bound, sent) => {
      const workflow = await live.workflow()
      await live.gate(workflow, 's', { idempotency_key: bound })
      const refusals = [
        await live.gate(workflow, 's', { idempotency_key: sent }),
        await live.gate(workflow, 's', { idempotency_key: sent, retry_policy: 'reevaluate' }),
        await complete(workflow, 's', { idempotency_key: sent }),
      ]
      for (const { status, body } of refusals) {
        expect(status).toBe(409)
        expect(body.error).toMatchObject({
          code: 'IDEMPOTENCY_KEY_MISMATCH',
          details: {
            workflow_id: workflow,
            step_id: 's',
            expected_idempotency_key: bound ?? '',
            received_idempotency_key: sent ?? '',
          },
        })
      }
      const still = await live.gate(workflow, 's', { idempotency_key: bound })
      expect(still.body.retry_context).toMatchObject({ gate_count: 2, completion_count: 0 })
    })

    it('lets two steps have the same key', async () => {
      const workflow = await live.workflow()
      expect((await live.gate(workflow, 'a', { idempotency_key: 'K' })).status).toBe(200)
      expect((await live.gate(workflow, 'b', { idempotency_key: 'K' })).status).toBe(200)
    })
  })
})
