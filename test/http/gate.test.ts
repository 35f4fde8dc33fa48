import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Live, startLive } from './live.js'

describe.each([{ mounted: false }, { mounted: true }])(
  'the gate (mounted as a Hono app: $mounted)',
  ({ mounted }) => {
    let live: Live
    beforeAll(async () => {
      live = await startLive({ mounted, publicUrl: 'https://review.example' })
    })
    afterAll(() => live.close())

    it('allows a step that no policy speaks of, and says so', async () => {
      const { status, body, headers } = await live.gate(await live.workflow(), 'step-1')
      expect(status).toBe(200)
      expect(body).toMatchObject({
        decision: 'allow',
        step_id: 'step-1',
        reason: 'No matching policies',
        cached: false,
        decision_source: 'fresh',
      })
      expect(body.decision_id).toMatch(/^dec_/)
      expect(headers.get('x-stepgate-policy-revision')).toBe(body.policy_bundle)
      expect(body.policies_evaluated).toBeUndefined()
      expect(headers.get('content-type')).toBe('application/json')
    })

    it('gives all ten keys of the retry context on the first gate', async () => {
      const { body } = await live.gate(await live.workflow(), 's')
      const { first_attempt_at, last_attempt_at, ...rest } = body.retry_context
      expect(rest).toEqual({
        gate_count: 1,
        completion_count: 0,
        prior_completion_status: 'none',
        prior_output_available: false,
        prior_output: null,
        prior_completion_at: null,
        last_decision: 'allow',
        idempotency_key: '',
      })
      expect(first_attempt_at).toBe(last_attempt_at)
      expect(first_attempt_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    })

    it('blocks with 200 and the reason of the policy that matched', async () => {
      const workflow = await live.workflow({ metadata: { environment: 'production' } })
      const { status, body } = await live.gate(workflow, 's', { model: 'gpt-4' })
      expect(status).toBe(200)
      expect(body).toMatchObject({
        decision: 'block',
        reason: 'gpt-4 is not allowed in production',
        policy_ids: ['gpt-4-in-production'],
        policies_matched: [
          {
            policy_id: 'gpt-4-in-production',
            policy_name: 'GPT-4 in production',
            action: 'block',
            reason: 'gpt-4 is not allowed in production',
          },
        ],
      })
    })

    it('lists an alert among the evaluated policies of an allowed step, and not among those to act on', async () => {
      const { body } = await live.gate(await live.workflow(), 's', { provider: 'openai' })
      expect(body.decision).toBe('allow')
      expect(body.policies_evaluated).toEqual([
        {
          policy_id: 'llm-cost',
          policy_name: 'LLM Cost Optimization',
          action: 'alert',
          reason: 'an LLM call at list price',
        },
      ])
      expect(body.policies_matched).toBeUndefined()
      expect(body.policy_ids).toBeUndefined()
    })

    it('holds a step with an approval id and a link, and repeats the link but not the id while it waits', async () => {
      const workflow = await live.workflow()
      const held = await live.gate(workflow, 'ship it', { step_name: 'deploy' })
      expect(held.body).toMatchObject({
        decision: 'require_approval',
        reason: 'deployments are approved by a person',
        approval_enqueue: 'created',
        approval_url: `https://review.example/workflows/${workflow}/steps/ship%20it/approve`,
      })
      expect(held.body.approval_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab]/)
      const again = await live.gate(workflow, 'ship it', { step_name: 'deploy' })
      expect(again.body).toMatchObject({ decision: 'require_approval', cached: true })
      expect(again.body.approval_url).toBe(held.body.approval_url)
      expect(again.body.approval_id).toBeUndefined()
    })

    it('reports a shadow policy without letting it decide', async () => {
      const { body } = await live.gate(await live.workflow(), 's', { step_name: 'shadowed' })
      expect(body.decision).toBe('allow')
      expect(body.policies_evaluated).toEqual([
        expect.objectContaining({ policy_id: 'shadowed-block', action: 'block', enforcement: 'shadow' }),
      ])
      expect(body.policies_matched).toBeUndefined()
    })

    it('obliges the caller to redact, and keeps the value out of the record', async () => {
      const workflow = await live.workflow()
      const { body } = await live.gate(workflow, 's', {
        step_input: { customer: { email: 'ada@example.org', name: 'Ada' } },
      })
      expect(body.decision).toBe('allow')
      expect(body.obligations).toEqual([{ type: 'redact', paths: ['step_input.customer.email'] }])
      const { body: listed } = await live.call('GET', `/api/v1/workflows/${workflow}/checkpoints`)
      expect(listed.checkpoints[0].step_input).toEqual({ customer: { email: '[redacted]', name: 'Ada' } })
    })

    it('still knows the same content again when the record is redacted', async () => {
      const workflow = await live.workflow()
      const fields = { step_input: { customer: { email: 'ada@example.org' } } }
      await live.gate(workflow, 's', fields)
      expect((await live.gate(workflow, 's', fields)).body.cached).toBe(true)
      const other = await live.gate(workflow, 's', { step_input: { customer: { email: 'eve@example.org' } } })
      expect(other.status).toBe(409)
    })

    it('looks for detectors in tool arguments as well as in step_input', async () => {
      const inTool = await live.gate(await live.workflow(), 's', {
        step_type: 'tool_call',
        tool_context: { tool_name: 'crm', tool_input: { note: { text: 'SSN 536-22-1234 on file' } } },
      })
      expect(inTool.body).toMatchObject({ decision: 'block', policy_ids: ['ssn-anywhere'] })
      const clean = await live.gate(await live.workflow(), 's', { step_input: { note: 'nothing here' } })
      expect(clean.body.decision).toBe('allow')
    })

    it('judges a step by the steps before it', async () => {
      const workflow = await live.workflow()
      const tool = (tool_name: string) => ({ step_type: 'tool_call', tool_context: { tool_name } })
      expect((await live.gate(workflow, 'a', tool('email.send'))).body.decision).toBe('allow')
      expect((await live.gate(workflow, 'b', tool('db.export'))).body.decision).toBe('allow')
      expect((await live.gate(workflow, 'c', tool('email.send'))).body).toMatchObject({
        decision: 'block',
        policy_ids: ['export-then-email'],
      })
    })

    it('judges a step by what the workflow has spent so far', async () => {
      const workflow = await live.workflow()
      await live.gate(workflow, 'a', { cost_usd: 4 })
      await live.call('POST', `/api/v1/workflows/${workflow}/steps/a/complete`, { cost_usd: 5.5 })
      expect((await live.gate(workflow, 'b')).body).toMatchObject({
        decision: 'block',
        reason: 'the workflow has spent 5.5 dollars',
      })
    })

    it('counts what an attempt that was done has spent, also when its step is asked about anew', async () => {
      const workflow = await live.workflow()
      const path = `/api/v1/workflows/${workflow}/steps/a`
      await live.gate(workflow, 'a', { cost_usd: 4 })
      await live.call('POST', `${path}/complete`, { cost_usd: 3 })
      const anew = { retry_policy: 'reevaluate' }
      await live.gate(workflow, 'a', { ...anew, cost_usd: 1.5 })
      // What was only expected to be spent is replaced by what is expected now.
      await live.gate(workflow, 'a', { ...anew, cost_usd: 1 })
      expect((await live.gate(workflow, 'b')).body.decision).toBe('allow')
      await live.call('POST', `${path}/complete`, { cost_usd: 2 })
      await live.gate(workflow, 'a', anew)
      expect((await live.gate(workflow, 'c')).body).toMatchObject({
        decision: 'block',
        reason: 'the workflow has spent 5 dollars',
      })
    })

    it('numbers steps without gaps or repeats when their gates race', async () => {
      const workflow = await live.workflow()
      const ids = Array.from({ length: 20 }, (_, i) => `step-${i}`)
      await Promise.all(ids.map((id) => live.gate(workflow, id)))
      const { body } = await live.call('GET', `/api/v1/workflows/${workflow}`)
      expect(body.steps.map((step: { step_index: number }) => step.step_index)).toEqual(
        ids.map((_, i) => i + 1),
      )
    })

    it('serves the winner to a racing first call with the same content, and refuses other content', async () => {
      const workflow = await live.workflow()
      const same = await Promise.all([1, 2, 3].map(() => live.gate(workflow, 's', { model: 'm' })))
      expect(same.map(({ body }) => body.cached).sort()).toEqual([false, true, true])
      expect(new Set(same.map(({ body }) => body.decision_id)).size).toBe(1)
      const other = await Promise.all(['a', 'b'].map((model) => live.gate(workflow, 't', { model })))
      expect(other.map(({ status }) => status).sort()).toEqual([200, 409])
    })

    it('decodes step ids from the path and echoes them unchanged', async () => {
      const workflow = await live.workflow()
      for (const id of ['with space', 'a.b:c', 'ünïcode-日本', '100%', "quote'd"]) {
        expect((await live.gate(workflow, id)).body.step_id).toBe(id)
      }
    })
  },
)
