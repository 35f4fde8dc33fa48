import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Live, listeners, startLive } from './live.js'
import { wires } from './wire.js'

describe.each(listeners)('a gate call on the wire ($server)', ({ options }) => {
  let live: Live
  let workflow: string
  beforeAll(async () => {
    live = await startLive(options)
    workflow = await live.workflow()
  })
  afterAll(() => live.close())

  const wire = wires(() => live.url)
  const body = (prompt: string) => JSON.stringify({ step_type: 'llm_call', step_input: { prompt } })
  const head = (step: string, framing: string) =>
    `POST /api/v1/workflows/${workflow}/steps/${step}/gate HTTP/1.1\r\nHost: localhost\r\n${framing}\r\n\r\n`
  const call = (step: string, text = body('hello')) =>
    head(step, `Content-Length: ${Buffer.byteLength(text)}`) + text
  const allowed = (step: string) => new RegExp(`^HTTP/1\\.1 200 [^]*"decision":"allow","step_id":"${step}"`)

  it('is answered when its body comes byte by byte', async () => {
    const { send, replies } = await wire()
    for (const byte of call('bytes')) {
      await send(byte)
      await setImmediate()
    }
    expect((await replies(1))[0]).toMatch(allowed('bytes'))
  })

  it('is answered when its body is chunked, with trailers', async () => {
    const { send, replies } = await wire()
    const text = body('chunks')
    const chunks = [text.slice(0, 7), text.slice(7)].map(
      (part) => `${part.length.toString(16)}\r\n${part}\r\n`,
    )
    await send(head('chunked', 'Transfer-Encoding: chunked\r\nTrailer: x-end'))
    for (const chunk of chunks) await send(chunk)
    await send('0\r\nx-end: yes\r\n\r\n')
    expect((await replies(1))[0]).toMatch(allowed('chunked'))
  })

  it('is answered in its order when several come in one packet, other routes among them', async () => {
    const { send, replies } = await wire()
    const health = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n'
    await send(call('p1') + call('p2') + health + call('p3'))
    const [first, second, third, fourth] = await replies(4)
    expect(first).toMatch(allowed('p1'))
    expect(second).toMatch(allowed('p2'))
    expect(third).toMatch(/^HTTP\/1\.1 200 /)
    expect(third).not.toMatch('decision')
    expect(fourth).toMatch(allowed('p3'))
  })

  it('may wait to be told to go on', async () => {
    const { send, replies } = await wire()
    const text = body('wait')
    await send(head('expecting', `Content-Length: ${text.length}\r\nExpect: 100-continue`))
    expect((await replies(1))[0]).toMatch('HTTP/1.1 100 Continue')
    await send(text)
    expect((await replies(2))[1]).toMatch(allowed('expecting'))
  })

  it('leaves its connection to a hundred others, refused and allowed', async () => {
    const { send, replies } = await wire()
    for (let i = 0; i < 100; i++) {
      const wanted = i % 3 === 0 ? call(`r${i}`, '{') : call(`r${i}`)
      await send(wanted)
      const reply = (await replies(i + 1))[i] as string
      expect(reply.slice(0, 12)).toBe(i % 3 === 0 ? 'HTTP/1.1 400' : 'HTTP/1.1 200')
    }
  })

  it('is refused with 400 and the connection closed where its framing is not HTTP', async () => {
    const { socket, send, replies } = await wire()
    await send(head('smuggled', 'Content-Length: 5\r\nTransfer-Encoding: chunked'))
    expect((await replies(1))[0]).toMatch(/^HTTP\/1\.1 400 /)
    if (!socket.closed) await once(socket, 'close')
    const { body: steps } = await live.call('GET', `/api/v1/workflows/${workflow}`)
    expect(steps.steps.map((step: { step_id: string }) => step.step_id)).not.toContain('smuggled')
  })

  it('that lost its client changes nothing, and the next one on another connection is answered', async () => {
    const lost = await wire()
    const text = call('lost')
    await lost.send(text.slice(0, -3))
    lost.socket.destroy()
    await once(lost.socket, 'close')
    const { send, replies } = await wire()
    await send(call('after'))
    expect((await replies(1))[0]).toMatch(allowed('after'))
    const { body: found } = await live.call('GET', `/api/v1/workflows/${workflow}`)
    expect(found.steps.map((step: { step_id: string }) => step.step_id)).not.toContain('lost')
  })
})
