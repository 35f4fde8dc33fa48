import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Live, listeners, startLive } from './live.js'
import { openWire, wires } from './wire.js'

const asked = { step_type: 'llm_call', step_input: { prompt: 'hello' } }

interface Call {
  readonly version?: string
  /** Header lines. */
  readonly fields?: string
  readonly query?: string
  readonly body?: object
}

const call = (workflow: string, step: string, options: Call = {}) => {
  const { version = 'HTTP/1.1', fields = '', query = '', body = asked } = options
  const text = JSON.stringify(body)
  return (
    `POST /api/v1/workflows/${workflow}/steps/${step}/gate${query} ${version}\r\nHost: localhost\r\n${fields}` +
    `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
  )
}

const foreignModels = `apiVersion: stepgate.dev/v1
kind: Policy
metadata: { id: foreign-models }
spec:
  when: [{ field: model, operator: exists }]
  action: warn
  reason: "{model} is far away"
`

/** A reply's head, without what differs from one reply to the next. */
const head = (reply: string) =>
  (reply.split('\r\n\r\n')[0] as string)
    .split('\r\n')
    .filter((line) => !/^(?:Date|Content-Length): /.test(line))
    .sort()

describe.each(listeners)('the reply to a gate call on the wire ($server)', ({ options }) => {
  let live: Live
  let workflow: string
  const folder = mkdtempSync(join(tmpdir(), 'stepgate-replies-'))
  beforeAll(async () => {
    writeFileSync(join(folder, 'models.yaml'), foreignModels)
    live = await startLive({ ...options, policies: folder })
    workflow = await live.workflow()
  })
  afterAll(async () => {
    await live.close()
    rmSync(folder, { recursive: true })
  })
  const wire = wires(() => live.url)

  it('has the fields that every reply has, the time it was sent, and the length of its body', async () => {
    const { send, replies } = await wire()
    const before = Math.floor(Date.now() / 1000) * 1000
    await send(call(workflow, 'fields'))
    const [reply] = await replies(1)
    const [fields, body] = (reply as string).split('\r\n\r\n') as [string, string]
    expect(head(reply as string)).toEqual([
      'Connection: keep-alive',
      'Content-Type: application/json',
      'HTTP/1.1 200 OK',
      'Keep-Alive: timeout=5',
      expect.stringMatching(/^X-Stepgate-Policy-Revision: r_[0-9a-f]{12}$/),
    ])
    const date = /^Date: (.*)$/m.exec(fields)?.[1] as string
    expect(new Date(date).toUTCString()).toBe(date)
    expect(Date.parse(date)).toBeGreaterThanOrEqual(before)
    expect(Date.parse(date)).toBeLessThanOrEqual(Date.now())
    expect(fields).toMatch(new RegExp(`^Content-Length: ${Buffer.byteLength(body)}$`, 'm'))
  })

  it('says a second later that it is a second later', async () => {
    const { send, replies } = await wire()
    const date = (reply: string | undefined) =>
      Date.parse(/^Date: (.*)$/m.exec(reply as string)?.[1] as string)
    await send(call(workflow, 'early'))
    const early = date((await replies(1))[0])
    await new Promise((later) => setTimeout(later, 1100))
    await send(call(workflow, 'late'))
    expect(date((await replies(2))[1])).toBeGreaterThanOrEqual(early + 1000)
  })

  it('is told from a refusal by its status, on one connection', async () => {
    const { send, replies } = await wire()
    await send(call(workflow, 'status') + call('wf_nobody', 'status') + call(workflow, 'status'))
    expect((await replies(3)).map((reply) => reply.split('\r\n')[0])).toEqual([
      'HTTP/1.1 200 OK',
      'HTTP/1.1 404 Not Found',
      'HTTP/1.1 200 OK',
    ])
  })

  it.each([
    ['the step', 'grün-門', {}, undefined],
    ['the idempotency key', 'key', { idempotency_key: 'grün' }, undefined],
    ['the reason', 'reason', { model: '門' }, undefined],
    ['what the step gave', 'output', {}, { output: { 門: 'grün' } }],
  ])('counts bytes where a character of %s takes several', async (_, step, more, completed) => {
    const { send, replies } = await wire()
    const query = '?include_prior_output=true'
    const gate = call(workflow, encodeURIComponent(step), { query, body: { ...asked, ...more } })
    if (completed) {
      await live.gate(workflow, step, { ...asked, ...more })
      await live.call('POST', `/api/v1/workflows/${workflow}/steps/${step}/complete`, completed)
    }
    await send(gate + gate)
    for (const reply of await replies(2)) {
      const [fields, text] = reply.split('\r\n\r\n') as [string, string]
      expect(text).toMatch(/[ü門]/)
      expect(JSON.parse(text).step_id).toBe(step)
      expect(fields).toMatch(new RegExp(`^Content-Length: ${Buffer.byteLength(text)}$`, 'm'))
    }
  })

  it.each([
    ['asks to close', 'HTTP/1.1', 'Connection: close\r\n'],
    ['speaks HTTP/1.0', 'HTTP/1.0', ''],
  ])('closes the connection of a client that %s', async (_, version, fields) => {
    const { socket, send, replies } = await wire()
    await send(call(workflow, 'closing', { version, fields }))
    const [reply] = await replies(1)
    expect(reply).toMatch('"step_id":"closing"')
    expect(head(reply as string)).toContain('Connection: close')
    if (!socket.closed) await once(socket, 'close')
  })

  it('keeps the connection of an HTTP/1.0 client that asks for it', async () => {
    const { send, replies } = await wire()
    const again = call(workflow, 'kept', { version: 'HTTP/1.0', fields: 'Connection: keep-alive\r\n' })
    await send(again)
    expect(head((await replies(1))[0] as string)).toContain('Connection: keep-alive')
    await send(again)
    expect(await replies(2)).toHaveLength(2)
  })

  it('waits, whole and in its place, for a client that reads late', async () => {
    const { socket, send, replies } = await wire()
    const steps = Array.from({ length: 12_000 }, (_, i) => `late-${i % 50}`)
    socket.pause()
    const sent = send(steps.map((step) => call(workflow, step)).join(''))
    await new Promise((later) => setTimeout(later, 300))
    socket.resume()
    await sent
    const found = (await replies(steps.length)).map((reply) => {
      const [fields, body] = reply.split('\r\n\r\n') as [string, string]
      return fields.startsWith('HTTP/1.1 200 OK\r\n') && JSON.parse(body).step_id
    })
    expect(found).toEqual(steps)
  })
})

describe('the reply to a gate call', () => {
  it('names the revision that judged, also beside another gate in the process', async () => {
    const lives = [
      await startLive(),
      await startLive({ policies: new URL('../../policies', import.meta.url).pathname }),
    ]
    try {
      const named: unknown[] = []
      const judged: unknown[] = []
      for (let i = 0; i < 6; i++) {
        const live = lives[i % 2] as Live
        const reply = await live.gate(await live.workflow(), `revision-${i}`)
        named.push(reply.headers.get('x-stepgate-policy-revision'))
        judged.push(reply.body.policy_bundle)
      }
      expect(named).toEqual(judged)
      expect(new Set(named).size).toBe(2)
    } finally {
      for (const live of lives) await live.close()
    }
  })

  it('has the headers that the server it is mounted in has set', async () => {
    const live = await startLive({ onRequest: (_, response) => void response.setHeader('X-Served-By', 'us') })
    try {
      const { headers } = await live.gate(await live.workflow(), 'set')
      expect(headers.get('x-served-by')).toBe('us')
      expect(headers.get('x-stepgate-policy-revision')).toMatch(/^r_/)
    } finally {
      await live.close()
    }
  })

  it.each([
    ['has no date where none is to be sent', { sendDate: false }, (head: string) => !/^Date: /m.test(head)],
    [
      'has the words that were set for its status',
      { statusMessage: 'Fine' },
      (head: string) => head.startsWith('HTTP/1.1 200 Fine\r\n'),
    ],
  ])('%s', async (_, members, isSo) => {
    const live = await startLive({ onRequest: (_, response) => void Object.assign(response, members) })
    const { socket, send, replies } = await openWire(live.url)
    try {
      await send(call(await live.workflow(), 'own'))
      expect((await replies(1))[0]).toSatisfy(isSo)
    } finally {
      socket.destroy()
      await live.close()
    }
  })

  it('is told of by node’s own events, as any response is', async () => {
    const told: string[] = []
    const live = await startLive({
      onRequest: (request: IncomingMessage, response: ServerResponse) => {
        if (!request.url?.endsWith('/gate')) return
        for (const event of ['finish', 'close']) {
          response.on(event, () =>
            told.push(
              `${event} ${response.statusCode} ${response.writableEnded} ${response.writableFinished}`,
            ),
          )
        }
      },
    })
    try {
      const workflow = await live.workflow()
      expect((await live.gate(workflow, 'told')).status).toBe(200)
      expect((await live.gate('wf_nobody', 'told')).status).toBe(404)
      await expect
        .poll(() => told)
        .toEqual([
          'finish 200 true true',
          'close 200 true true',
          'finish 404 true true',
          'close 404 true true',
        ])
    } finally {
      await live.close()
    }
  })

  it('is heard of no more where the client went away before it', async () => {
    const told: string[] = []
    let gone: Promise<unknown> | undefined
    const live = await startLive({
      onRequest: (request: IncomingMessage, response: ServerResponse) => {
        if (!request.url?.endsWith('/gate')) return
        for (const event of ['finish', 'close', 'error']) response.on(event, () => told.push(event))
        request.socket.destroy()
        gone = once(request.socket, 'close')
      },
    })
    try {
      const workflow = await live.workflow()
      await expect(live.gate(workflow, 'gone')).rejects.toThrow()
      await gone
      // What was decided stands: the client asks again.
      await expect
        .poll(async () => (await live.call('GET', `/api/v1/workflows/${workflow}`)).body.steps)
        .toHaveLength(1)
      expect(told).toEqual(['close'])
    } finally {
      await live.close()
    }
  })
})
