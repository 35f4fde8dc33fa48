import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { type Live, type LiveOptions, startLive } from './live.js'
import { openStream, type StreamClient, type StreamRequest } from './stream-client.js'

let live: Live
let clients: StreamClient[] = []

afterEach(async () => {
  for (const client of clients) client.close()
  clients = []
  await live.close()
})

const start = async (options: LiveOptions = {}) => {
  live = await startLive(options)
}
const follow = async (id: string, request: StreamRequest = {}, query = '') => {
  const client = await openStream(live.url, `/api/v1/unified/executions/${id}/stream${query}`, request)
  clients.push(client)
  return client
}
const end = (workflow: string, verb: string, body: unknown = {}) =>
  live.call('POST', `/api/v1/workflows/${workflow}/${verb}`, body)
const complete = (workflow: string, step: string, body: unknown = {}) =>
  live.call('POST', `/api/v1/workflows/${workflow}/steps/${step}/complete`, body)
const approve = (workflow: string, step: string) =>
  live.call('POST', `/api/v1/workflows/${workflow}/steps/${step}/approve`, { comment: 'looks right to me' })
/** Until the gate counts as many open streams. */
const untilOpen = async (count: number) => {
  while (live.stepgate.executions.streams.size !== count) await wait(2)
}

describe('the stream of a run', () => {
  it('begins with the present state, tells every change with the whole state, and ends with the run', async () => {
    await start()
    const workflow = await live.workflow()
    await live.gate(workflow, 'draft')
    const stream = await follow(workflow)
    expect(stream.status).toBe(200)
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    })
    await stream.until(1)
    await complete(workflow, 'draft', { tokens_in: 5, cost_usd: 0.5 })
    await live.gate(workflow, 'ship', { step_name: 'deploy' })
    await approve(workflow, 'ship')
    await live.gate(workflow, 'pay', { model: 'gpt-4', metadata: {} })
    await complete(workflow, 'ship')
    await end(workflow, 'complete')
    await stream.ended
    const events = stream.events()
    expect(events.map(({ event }) => event)).toEqual([
      'status',
      'step.completed',
      'step.decision',
      'step.decision',
      'step.decision',
      'step.completed',
      'execution.completed',
    ])
    const states = events.map(({ data }) =>
      data.steps.map((step: { status: string }) => step.status).join(' '),
    )
    expect(states).toEqual([
      'running',
      'completed',
      'completed approval',
      'completed running',
      'completed running running',
      'completed completed running',
      'completed completed completed',
    ])
    expect(events.map(({ data }) => data.execution_id)).toEqual(events.map(() => workflow))
    expect(events[2]?.data.signals).toEqual(['approval_pending'])
    expect(events.at(-1)?.data).toMatchObject({ status: 'completed', progress_percent: 100 })
    const ids = events.map(({ id }) => id as number)
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
    expect(new Set(ids).size).toBe(ids.length)
    expect(stream.frames().flatMap(({ comments }) => comments)).toEqual([])
  })

  it('is framed by plain line feeds, with the JSON of each event on one line', async () => {
    await start()
    const workflow = await live.workflow({ workflow_name: 'two\nlines' })
    await end(workflow, 'complete')
    const stream = await follow(workflow)
    await stream.ended
    expect(stream.text()).not.toContain('\r')
    expect(stream.text()).toMatch(/^id: \d+\nevent: status\ndata: \{.*\}\n\n$/)
    expect(stream.events()[0]?.data.name).toBe('two\nlines')
  })

  it.each(['complete', 'fail', 'abort'])('ends at once where the run is over (%s)', async (verb) => {
    await start()
    const workflow = await live.workflow()
    await end(workflow, verb)
    const stream = await follow(workflow)
    await stream.ended
    expect(stream.events()).toHaveLength(1)
    expect(stream.events()[0]).toMatchObject({ event: 'status' })
    await untilOpen(0)
  })

  it.each([
    ['fail', 'execution.failed', 'failed'],
    ['abort', 'execution.cancelled', 'aborted'],
  ])('says how the run ended: %s', async (verb, event, status) => {
    await start()
    const workflow = await live.workflow()
    const stream = await follow(workflow)
    await stream.until(1)
    await end(workflow, verb, { reason: 'because' })
    await stream.ended
    expect(stream.events().at(-1)).toMatchObject({ event, data: { status, error: 'because' } })
  })

  it('tells a rejection and the end it brings as one, and says so in a comment', async () => {
    await start()
    const workflow = await live.workflow()
    await live.gate(workflow, 's', { step_name: 'deploy' })
    const stream = await follow(workflow)
    await stream.until(1)
    await live.call('POST', `/api/v1/workflows/${workflow}/steps/s/reject`, { reason: 'not on a Friday' })
    await stream.ended
    const last = stream.frames().at(-1)
    expect(last).toMatchObject({ event: 'execution.cancelled', comments: ['coalesced: 1'] })
    expect(last?.data.steps[0]).toMatchObject({ status: 'failed', approval_status: 'rejected' })
  })

  it('tells that a hold ran out once that is written down', async () => {
    await start()
    const workflow = await live.workflow()
    await live.gate(workflow, 's', { step_name: 'deploy' })
    const stream = await follow(workflow)
    await stream.until(1)
    live.advance(60 * 60 * 1000 + 1)
    await live.stepgate.expireApprovals()
    const [, second] = await stream.until(2)
    expect(second).toMatchObject({ event: 'step.decision' })
    expect(second?.data.steps[0]).toMatchObject({
      status: 'failed',
      approval_status: 'rejected',
      approval_expired: true,
    })
  })

  it('tells nothing of other runs, nor of a gate that was answered from the record', async () => {
    await start()
    const [mine, other] = [await live.workflow(), await live.workflow()]
    await live.gate(mine, 's')
    const stream = await follow(mine)
    await stream.until(1)
    await live.gate(other, 's')
    await live.gate(mine, 's')
    await live.gate(other, 't')
    await complete(mine, 's')
    const [, second] = await stream.until(2)
    expect(second?.event).toBe('step.completed')
  })

  it('gives every one of many readers every change', async () => {
    await start()
    const workflow = await live.workflow()
    const streams = await Promise.all(Array.from({ length: 20 }, () => follow(workflow)))
    await Promise.all(streams.map((stream) => stream.until(1)))
    await live.gate(workflow, 'a')
    await complete(workflow, 'a')
    await end(workflow, 'complete')
    await Promise.all(streams.map((stream) => stream.ended))
    for (const stream of streams)
      expect(stream.events().map(({ event }) => event)).toEqual([
        'status',
        'step.decision',
        'step.completed',
        'execution.completed',
      ])
    await untilOpen(0)
  })

  it('is served by the mountable app as well', async () => {
    await start({ mounted: true })
    const workflow = await live.workflow()
    const stream = await follow(workflow)
    await stream.until(1)
    await end(workflow, 'complete')
    await stream.ended
    expect(stream.events().at(-1)?.event).toBe('execution.completed')
  })
})

describe('coming back to a stream', () => {
  it('gives the present state where something happened since the last event that was seen', async () => {
    await start()
    const workflow = await live.workflow()
    const before = await follow(workflow)
    const [first] = await before.until(1)
    before.close()
    await live.gate(workflow, 'a')
    await complete(workflow, 'a')
    const after = await follow(workflow, { headers: { 'last-event-id': `${first?.id}` } })
    const [again] = await after.until(1)
    expect(again).toMatchObject({ event: 'status', data: { steps: [{ status: 'completed' }] } })
    await end(workflow, 'complete')
    expect((await after.until(2))[1]?.event).toBe('execution.completed')
  })

  it('repeats nothing where nothing happened, and goes on with the next change', async () => {
    await start()
    const workflow = await live.workflow()
    const before = await follow(workflow)
    const [first] = await before.until(1)
    before.close()
    const after = await follow(workflow, {}, `?last_event_id=${first?.id}`)
    await untilOpen(1)
    await live.gate(workflow, 'a')
    const [next] = await after.until(1)
    expect(next).toMatchObject({ event: 'step.decision', data: { steps: [{ status: 'running' }] } })
  })

  it('never misses the end: it is told to who has not seen it, and who has is told to stop coming', async () => {
    await start()
    const workflow = await live.workflow()
    const before = await follow(workflow)
    const [first] = await before.until(1)
    before.close()
    await end(workflow, 'complete')
    const late = await follow(workflow, { headers: { 'last-event-id': `${first?.id}` } })
    await late.ended
    const last = late.events().at(-1)
    expect(last?.data.status).toBe('completed')
    const again = await follow(workflow, { headers: { 'last-event-id': `${last?.id}` } })
    expect(again.status).toBe(204)
    await untilOpen(0)
  })

  it.each(['nonsense', '-1', '999999999'])('takes an id that it never gave for none: %s', async (id) => {
    await start()
    const workflow = await live.workflow()
    const stream = await follow(workflow, { headers: { 'last-event-id': id } })
    expect((await stream.until(1))[0]?.event).toBe('status')
  })
})

describe('the bounds of streams', () => {
  it('refuses what is not there, and what is another tenant’s', async () => {
    await start()
    const workflow = await live.workflow()
    for (const [id, tenant] of [
      ['wf_unknown', 'community'],
      [workflow, 'other'],
    ] as const) {
      const reply = await live.as(tenant).call('GET', `/api/v1/unified/executions/${id}/stream`)
      expect(reply).toMatchObject({
        status: 404,
        body: { error: { code: 'NOT_FOUND', message: `Execution not found: ${id}` } },
      })
    }
    expect(live.stepgate.executions.streams).toMatchObject({ size: 0, isWatching: false })
  })

  it('refuses more than a tenant may have open, and counts a stream no more once its reader has gone', async () => {
    await start({ maxStreams: 2 })
    const workflow = await live.workflow()
    const [one] = [await follow(workflow), await follow(workflow)]
    const third = await live.call('GET', `/api/v1/unified/executions/${workflow}/stream`)
    expect(third).toMatchObject({
      status: 429,
      body: {
        error: { code: 'TOO_MANY_REQUESTS', message: 'Maximum number of streams reached: 2 are open' },
      },
    })
    const elsewhere = (await live.as('other').call('POST', '/api/v1/workflows', { workflow_name: 'w' })).body
    expect((await follow(elsewhere.workflow_id, { tenant: 'other' })).status).toBe(200)
    one?.close()
    await untilOpen(2)
    expect((await follow(workflow)).status).toBe(200)
  })

  it('lets go of everything when the readers have gone, without anything having happened', async () => {
    await start()
    const workflow = await live.workflow()
    const streams = await Promise.all(Array.from({ length: 10 }, () => follow(workflow)))
    await Promise.all(streams.map((stream) => stream.until(1)))
    expect(live.stepgate.executions.streams).toMatchObject({ size: 10, isWatching: true })
    for (const stream of streams) stream.close()
    await untilOpen(0)
    expect(live.stepgate.executions.streams.isWatching).toBe(false)
    expect((await live.gate(workflow, 's')).status).toBe(200)
  })

  it('leaves nothing open after a HEAD', async () => {
    await start()
    const workflow = await live.workflow()
    const { status } = await fetch(`${live.url}/api/v1/unified/executions/${workflow}/stream`, {
      method: 'HEAD',
    })
    expect(status).toBe(200)
    await untilOpen(0)
  })

  it('gives a sign of life where nothing happens', async () => {
    await start({ streamKeepAliveMs: 20 })
    const stream = await follow(await live.workflow())
    while (stream.frames().length < 3) await wait(5)
    const [first, ...rest] = stream.frames()
    expect(first?.event).toBe('status')
    expect(rest.flatMap(({ comments }) => comments)).toEqual(rest.map(() => 'keepalive'))
  })

  it('ends every stream, and every new one after its first event, once the gate is to stop', async () => {
    await start()
    const workflow = await live.workflow()
    const stream = await follow(workflow)
    await stream.until(1)
    live.stepgate.executions.streams.end()
    await stream.ended
    const late = await follow(workflow)
    await late.ended
    expect(late.events().map(({ event }) => event)).toEqual(['status'])
    expect(live.stepgate.executions.streams).toMatchObject({ size: 0, isWatching: false })
  })
})
