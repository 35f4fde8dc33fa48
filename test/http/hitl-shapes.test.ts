import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromJSONSchema } from 'zod'
import { schemas } from '#src/http/openapi/schemas.js'
import { type Live, startLive } from './live.js'

describe('the OpenAPI shapes of approvals', () => {
  let live: Live
  beforeAll(async () => {
    live = await startLive()
  })
  afterAll(() => live.close())

  const fits = (name: keyof typeof schemas, value: unknown): void => {
    const schema = { $ref: `#/$defs/${name}`, $defs: schemas }
    const text = JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/')
    const result = fromJSONSchema(JSON.parse(text)).safeParse(value)
    expect(result.error?.issues ?? []).toEqual([])
  }

  it('tell what is really answered', async () => {
    const asked = { client_id: 'c', original_query: 'q', request_type: 'chat', user_id: null }
    fits('NewReview', asked)
    const made = await live.call('POST', '/api/v1/hitl/queue', asked)
    fits('ReviewReply', made.body)
    const id = made.body.data.request_id
    const hold = async () => {
      const workflow = await live.workflow({ metadata: { plan_id: 'plan_s' } })
      const gate = { step_name: 'pay', tool_context: { tool_name: 'wire_transfer' } }
      return (await live.gate(workflow, 's', gate)).body.approval_id
    }
    const held = await hold()
    fits('PendingApprovals', (await live.call('GET', '/api/v1/plans/approvals/pending')).body)
    for (const [path, person] of [
      [`${held}/approve`, 'ada'],
      [`${id}/override`, 'cfo'],
    ]) {
      const word = { reviewer_id: person, authorized_by_id: person, justification: 'known to all of us' }
      fits('ReviewRuled', (await live.call('POST', `/api/v1/hitl/queue/${path}`, word)).body)
    }
    fits('ReviewPage', (await live.call('GET', '/api/v1/hitl/queue')).body)
    fits('ReviewReply', (await live.call('GET', `/api/v1/hitl/queue/${held}`)).body)
    fits('ReviewHistory', (await live.call('GET', `/api/v1/hitl/queue/${held}/history`)).body)
    fits('ReviewHistory', (await live.call('GET', `/api/v1/hitl/queue/${id}/history`)).body)
    fits('ReviewStats', (await live.call('GET', '/api/v1/hitl/stats')).body)
    fits('ReviewStatus', (await live.call('GET', '/api/v1/hitl/status')).body)
    fits('ReviewsExpired', (await live.call('POST', '/api/v1/hitl/expire')).body)
    fits('FlatError', (await live.call('POST', `/api/v1/hitl/queue/${id}/approve`)).body)
    fits('FlatError', (await live.call('POST', '/api/v1/plans/none/steps/s/approve')).body)
    fits(
      'Approved',
      (await live.as('community', 'bob').call('POST', '/api/v1/plans/plan_s/steps/s/approve')).body,
    )
    await hold()
    fits('Rejected', (await live.call('POST', '/api/v1/plans/plan_s/steps/s/reject')).body)
  })
})
