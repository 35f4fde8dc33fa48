import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ExecutionStream, StreamFrame } from '#src/control/executions/subscriber.js'
import { type Live, startLive } from './live.js'
import { openStream } from './stream-client.js'

const identity = { org: 'local', tenant: 'community', client: 'community', open: true }

describe('a reader that is slower than its run', () => {
  let live: Live
  beforeEach(async () => {
    live = await startLive()
  })
  afterEach(() => live.close())

  const complete = (workflow: string, step: string) =>
    live.call('POST', `/api/v1/workflows/${workflow}/steps/${step}/complete`, {})
  const open = async (workflow: string): Promise<ExecutionStream> =>
    (await live.stepgate.executions.streams.open(identity, workflow, undefined)) as ExecutionStream
  const next = async (stream: ExecutionStream): Promise<StreamFrame> => (await stream.next()) as StreamFrame

  it('gets the first state as it was, then the newest, which says how many it stands for', async () => {
    const workflow = await live.workflow()
    const stream = await open(workflow)
    for (let i = 0; i < 10; i++) {
      await live.gate(workflow, `s${i}`)
      await complete(workflow, `s${i}`)
    }
    const first = await next(stream)
    expect(first).toMatchObject({ name: 'status', coalesced: 0 })
    expect(first.execution.steps).toEqual([])
    const second = await next(stream)
    expect(second).toMatchObject({ name: 'step.completed', coalesced: 19 })
    expect(second.execution.completedSteps).toBe(10)
    await live.gate(workflow, 'last')
    expect(await next(stream)).toMatchObject({ name: 'step.decision', coalesced: 0 })
    stream.close()
    expect(await stream.next()).toBeUndefined()
  })

  it('does not hold up those who keep up, nor miss the end', async () => {
    const workflow = await live.workflow()
    const [slow, quick] = [await open(workflow), await open(workflow)]
    await next(slow)
    await next(quick)
    const names: string[] = []
    for (let i = 0; i < 5; i++) {
      await live.gate(workflow, `s${i}`)
      names.push((await next(quick)).name)
    }
    await live.call('POST', `/api/v1/workflows/${workflow}/complete`)
    expect((await next(quick)).name).toBe('execution.completed')
    expect(await quick.next()).toBeUndefined()
    expect(names).toEqual(Array(5).fill('step.decision'))
    expect(await next(slow)).toMatchObject({ name: 'execution.completed', coalesced: 5 })
    expect(await slow.next()).toBeUndefined()
    expect(live.stepgate.executions.streams.size).toBe(0)
  })

  it('that reads nothing from its socket costs no more than what the socket holds, and hears of every change in the end', async () => {
    const workflow = await live.workflow()
    const steps = 400
    const many = Array.from({ length: steps }, (_, i) => `${'long-step-id-'.repeat(15)}${i}`)
    await Promise.all(many.map((step) => live.gate(workflow, step, { step_name: step })))
    const stream = await openStream(live.url, `/api/v1/unified/executions/${workflow}/stream`, {
      paused: true,
    })
    const before = many.slice(0, 100)
    for (const step of before) await complete(workflow, step)
    expect(stream.events().length).toBeLessThan(50)
    await live.call('POST', `/api/v1/workflows/${workflow}/complete`)
    stream.socket.resume()
    await stream.ended
    const frames = stream.frames()
    const merged = frames
      .flatMap(({ comments }) => comments)
      .map((comment) => Number(/^coalesced: (\d+)$/.exec(comment)?.[1] ?? 0))
    expect(frames.at(-1)).toMatchObject({ event: 'execution.completed', data: { completed_steps: steps } })
    const changes = before.length + 1
    expect(frames.length - 1 + merged.reduce((sum, count) => sum + count, 0)).toBe(changes)
    expect(frames.length - 1).toBeLessThan(changes)
    stream.close()
  })
})
