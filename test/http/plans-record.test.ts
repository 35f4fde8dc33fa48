import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PastEvent } from '#src/domain/event.js'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import { type PlansLive, startPlans } from './plans-fixture.js'

const at = '/api/v1/plan'

describe('the record of a plan', () => {
  let folder: string
  let live: PlansLive
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stepgate-record-'))
    live = await startPlans({ database: `file:${join(folder, 'record.db')}` })
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** What is written down about a plan, read after the gate has let go of the database. */
  const recordOf = async (plan: string): Promise<readonly PastEvent[]> => {
    await live.close()
    const store = await openSqliteStore({ path: join(folder, 'record.db'), pid: process.pid })
    const events = await store.transact((tx) => tx.history.about(`plan:${plan}`))
    await store.close()
    return events
  }
  const types = (events: readonly PastEvent[]) => events.map(({ type }) => type)

  it('holds the judgement with all it was made from, masked where a policy says so', async () => {
    const { body } = await live.call('POST', at, { query: 'Find 4111 1111 1111 1111' })
    expect(body.policy_info).toMatchObject({ allowed: true, policies_evaluated: ['card-numbers'] })
    const events = await recordOf(body.plan_id)
    expect(types(events)).toEqual(['plan_created', 'plan_judged'])
    expect(JSON.parse(events[1]!.body)).toMatchObject({
      decision_id: body.policy_info.decision_id,
      decision: 'allow',
      revision: body.policy_info.policy_bundle,
      policies: [{ policyId: 'card-numbers', action: 'redact' }],
      redacted: ['plan.query', 'plan.steps', 'step_input'],
      open_identity: true,
      input: {
        request_type: 'map_execution',
        plan: { query: '[redacted]', steps: '[redacted]', planned_by: 'rules', tools: ['catalog.search'] },
        step_input: '[redacted]',
      },
    })
    expect(events.map((event) => event.body).join()).not.toContain('4111')
  })

  it('is shown and exported as it is masked, as the run’s name too', async () => {
    const { body } = await live.call('POST', at, { query: 'Find 4111 1111 1111 1111' })
    await live.call('POST', `${at}/execute`, { context: { plan_id: body.plan_id } })
    const run = await live.call('GET', `/api/v1/unified/executions/${body.plan_id}`)
    expect(run.body.name).toBe('[redacted]')
    expect(run.text).not.toContain('4111')
    const { summary } = (await live.call('GET', `/api/v1/executions/${body.plan_id}/export`)).body.execution
    expect([summary.workflow_name, summary.input_summary]).toEqual(['[redacted]', '[redacted]'])
    await live.close()
  })

  it('tells of every change: who, what, and how it was judged then', async () => {
    const ann = live.as('team', 'ann')
    const { plan_id: id } = (await ann.call('POST', at, { query: 'Find tin' })).body
    await ann.call('PUT', `${at}/${id}`, { version: 1, execution_mode: 'sequential' })
    await live.as('team', 'bob').call('POST', `${at}/${id}/rollback/1`)
    await live.as('team', 'cid').call('POST', `${at}/${id}/cancel`, { reason: 'not needed' })
    const events = await recordOf(id)
    expect(types(events)).toEqual([
      'plan_created',
      'plan_judged',
      'plan_updated',
      'plan_judged',
      'plan_rolled_back',
      'plan_judged',
      'plan_cancelled',
    ])
    const bodies = events.filter(({ type }) => type !== 'plan_judged').map(({ body }) => JSON.parse(body))
    expect(bodies).toMatchObject([
      { by: 'ann', planned_by: 'rules', steps: ['step_1_searcher', 'step_2_synthesize-results'] },
      { by: 'ann', version: 2, previous_version: 1, summary: 'Changed mode' },
      { by: 'bob', version: 3, previous_version: 2, summary: 'Rolled back to version 1' },
      { by: 'cid', reason: 'not needed' },
    ])
  })

  it('tells that a plan expired, once, whoever has noticed', async () => {
    const { plan_id: id } = (await live.call('POST', at, { query: 'Find tin' })).body
    live.advance(60 * 60 * 1000)
    await Promise.all([live.stepgate.plans.expire(), live.call('GET', `${at}/${id}`)])
    await live.call('POST', `${at}/execute`, { context: { plan_id: id } })
    expect(types(await recordOf(id))).toEqual(['plan_created', 'plan_judged', 'plan_expired'])
  })
})
