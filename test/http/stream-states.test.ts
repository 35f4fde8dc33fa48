import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromJSONSchema } from 'zod'
import type { ExecutionStream, StreamFrame } from '#src/control/executions/subscriber.js'
import { schemas } from '#src/http/openapi/schemas.js'
import { type PlansLive, startPlans } from './plans-fixture.js'

const identity = { org: 'local', tenant: 'community', client: 'community', open: true }

/** Numbers that look random and are the same in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

const fits = (name: keyof typeof schemas, value: unknown): void => {
  const text = JSON.stringify({ $ref: `#/$defs/${name}`, $defs: schemas })
  const schema = fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')))
  expect(schema.safeParse(value).error?.issues ?? []).toEqual([])
}

describe('what is told of a run', () => {
  let live: PlansLive
  beforeAll(async () => {
    live = await startPlans()
  })
  afterAll(() => live.close())

  const timeless = ({ durationMs: _, ...rest }: StreamFrame['execution']) => rest
  const step = (workflow: string, verb: string, body: unknown = {}) =>
    live.call('POST', `/api/v1/workflows/${workflow}/steps/${verb}`, body)

  it.each([1, 2, 3])(
    'is after every change what a look at the run gives, though only changes are read: run %i',
    async (seed) => {
      const roll = dice(seed)
      const workflow = await live.workflow()
      const stream = (await live.stepgate.executions.streams.open(
        identity,
        workflow,
        undefined,
      )) as ExecutionStream
      await stream.next()
      const words = { comment: 'looks right to me' }
      let told = 0
      for (let i = 0; i < 60; i++) {
        live.advance(roll(50))
        const id = `s${roll(12)}`
        const changes = [
          () => live.gate(workflow, id),
          () => live.gate(workflow, id, { step_name: 'deploy' }),
          () => live.gate(workflow, id, { step_input: { q: 'top secret' } }),
          () => live.gate(workflow, id, { retry_policy: 'reevaluate' }),
          () => step(workflow, `${id}/complete`, { tokens_in: roll(9), output: { i } }),
          () => step(workflow, `${id}/approve`, words),
          () => live.advance(25 * 60 * 60 * 1000),
        ]
        const seq = (await get(workflow)).seq
        await changes[roll(changes.length)]?.()
        const now = await get(workflow)
        if (now.seq === seq) continue
        const frame = (await stream.next()) as StreamFrame
        told++
        expect(timeless(frame.execution)).toEqual(timeless(now))
      }
      expect(told).toBeGreaterThan(20)
      stream.close()
    },
  )

  const get = async (id: string) =>
    (await live.stepgate.executions.get(identity, id)) as StreamFrame['execution']

  it('has the shapes that the OpenAPI document says', async () => {
    const look = { name: 'look', type: 'connector-call', connector: 'catalog', operation: 'search' }
    const { body: made } = await live.call('POST', '/api/v1/plan', {
      query: 'shapes',
      steps: [look, { ...look, name: 'deploy', depends_on: ['look'] }],
    })
    await live.call('POST', '/api/v1/plan/execute', { context: { plan_id: made.plan_id } })
    const workflow = await live.workflow()
    await live.gate(workflow, 'a', { step_input: { q: 'top secret' } })
    await live.gate(workflow, 'b', { step_name: 'deploy' })
    await step(workflow, 'b/approve', { comment: 'looks right to me' })
    await step(workflow, 'b/complete', { output: { x: 1 } })
    await step(workflow, 'loose/complete', { output: { x: 1 } })
    for (const id of [made.plan_id, workflow]) {
      const read = async (path: string) => (await live.call('GET', `/api/v1/${path}`)).body
      fits('ExecutionStatus', await read(`unified/executions/${id}`))
      fits('ExecutionPage', await read('unified/executions'))
      fits('ReplayPage', await read('executions'))
      fits('Replay', await read(`executions/${id}`))
      fits('ReplaySteps', await read(`executions/${id}/steps`))
      fits('ReplayStep', await read(`executions/${id}/steps/0`))
      fits('Timeline', await read(`executions/${id}/timeline`))
      fits('ExecutionExport', await read(`executions/${id}/export`))
      fits('ExecutionExport', await read(`executions/${id}/export?include_policies=false`))
      fits('ExecutionStatus', (await live.call('POST', `/api/v1/unified/executions/${id}/cancel`)).body)
      fits('CodedError', (await live.call('POST', `/api/v1/unified/executions/${id}/cancel`)).body)
    }
  })
})
