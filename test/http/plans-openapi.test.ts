import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromJSONSchema } from 'zod'
import { schemas } from '#src/http/openapi/schemas.js'
import { type PlansLive, startPlans } from './plans-fixture.js'

const at = '/api/v1/plan'
const look = { name: 'look', type: 'connector-call', connector: 'catalog', operation: 'search' }

describe('the OpenAPI document', () => {
  let live: PlansLive
  beforeAll(async () => {
    live = await startPlans()
  })
  afterAll(() => live.close())

  const fits = (name: keyof typeof schemas, value: unknown): void => {
    const schema = { $ref: `#/$defs/${name}`, $defs: schemas }
    const text = JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/')
    const result = fromJSONSchema(JSON.parse(text)).safeParse(value)
    expect(result.error?.issues ?? []).toEqual([])
  }

  it('tells the shapes of what is really answered about plans', async () => {
    const asked = { query: 'Good day! Find tin, then summarise it', context: { domain: null, ticket: 1 } }
    fits('NewPlan', asked)
    const made = await live.call('POST', at, asked)
    fits('MadePlan', made.body)
    const id = made.body.plan_id
    const change = { version: 1, execution_mode: 'sequential', domain: null }
    fits('PlanChange', change)
    fits('ChangedPlan', (await live.call('PUT', `${at}/${id}`, change)).body)
    fits('FlatError', (await live.call('PUT', `${at}/${id}`, { version: 1, domain: 'x' })).body)
    fits('PlanVersions', (await live.call('GET', `${at}/${id}/versions`)).body)
    fits('ChangedPlan', (await live.call('POST', `${at}/${id}/rollback/1`)).body)
    fits('Plan', (await live.call('GET', `${at}/${id}`)).body)
    fits('ExecutedPlan', (await live.call('POST', `${at}/execute`, { context: { plan_id: id } })).body)
    fits('Plan', (await live.call('GET', `${at}/${id}`)).body)
    fits('PlanCost', (await live.call('GET', `/api/v1/plans/${id}/cost`)).body)
    fits('PlanPage', (await live.call('GET', '/api/v1/plans')).body)
    const estimated = { steps: [look, { name: 'b', type: 'llm-call', prompt: 'x' }] }
    fits('EstimatePlan', estimated)
    fits('PlanCost', (await live.call('POST', '/api/v1/plans/estimate', estimated)).body)
  })

  it('tells the shapes of plans that wait, are resumed, cancelled and refused', async () => {
    const make = async (body: object) => (await live.call('POST', at, body)).body.plan_id
    const id = await make({ steps: [look, { ...look, name: 'b' }], execution_mode: 'confirm' })
    fits('ExecutedPlan', (await live.call('POST', `${at}/execute`, { context: { plan_id: id } })).body)
    fits('Plan', (await live.call('GET', `${at}/${id}`)).body)
    fits('ResumedPlan', (await live.call('POST', `${at}/${id}/resume`)).body)
    fits('ResumedPlan', (await live.call('POST', `${at}/${id}/resume`, { approved: false })).body)
    const other = await make({ steps: [look] })
    fits('CancelledPlan', (await live.call('POST', `${at}/${other}/cancel`)).body)
    const paying = await make({ steps: [{ ...look, operation: 'pay' }] })
    fits('FlatError', (await live.call('POST', `${at}/execute`, { context: { plan_id: paying } })).body)
    const asked = { request_type: 'generate-plan', query: 'Find tin' }
    fits('SdkRequest', asked)
    const made = await live.call('POST', '/api/request', asked)
    fits('SdkReply', made.body)
    const execute = { request_type: 'execute-plan', query: '', context: { plan_id: made.body.plan_id } }
    fits('SdkReply', (await live.call('POST', '/api/request', execute)).body)
    fits('SdkReply', (await live.call('POST', '/api/request', execute)).body)
  })
})
