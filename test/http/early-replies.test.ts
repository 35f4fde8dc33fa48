import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Live, listeners, startLive } from './live.js'
import { wires } from './wire.js'

interface Answer {
  readonly status: number
  readonly fields: string
  // biome-ignore lint/suspicious/noExplicitAny: replies are looked into by their contract names
  readonly body: any
}

function answer(reply: string): Answer {
  const [fields, body] = reply.split('\r\n\r\n') as [string, string]
  return { status: Number(fields.split(' ')[1]), fields, body: body === '' ? undefined : JSON.parse(body) }
}

const line = (request: string, fields = '') => `${request} HTTP/1.1\r\nHost: localhost\r\n${fields}`
const gate = (fields: string, host = 'Host: localhost\r\n', version = '1.1') =>
  `POST /api/v1/workflows/w/steps/s/gate HTTP/${version}\r\n${host}${fields}`
const filler = 'x'.repeat(20_000)

describe.each(listeners)('what is answered before a route is found ($server)', ({ options }) => {
  let live: Live
  let revision: string | null
  beforeAll(async () => {
    live = await startLive({
      ...options,
      server: { headersTimeout: 60, requestTimeout: 60, connectionsCheckingInterval: 20 },
    })
    revision = (await live.call('GET', '/health/live')).headers.get('x-stepgate-policy-revision')
  })
  afterAll(() => live.close())
  const wire = wires(() => live.url)

  it.each([
    ['what is no HTTP', 'GARBAGE\r\n\r\n', 400, 'BAD_REQUEST', /^Malformed HTTP: \w/],
    ['a method that HTTP does not know', line('FOO /health'), 400, 'BAD_REQUEST', /^Malformed HTTP: /],
    [
      'a length that is no number',
      gate('Content-Length: many\r\n\r\n'),
      400,
      'BAD_REQUEST',
      /^Malformed HTTP: .*Content-Length/,
    ],
    [
      'a length beside chunks',
      gate('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n'),
      400,
      'BAD_REQUEST',
      /^Malformed HTTP: /,
    ],
    [
      'a chunk without a size',
      gate('Transfer-Encoding: chunked\r\n\r\nzz\r\n'),
      400,
      'BAD_REQUEST',
      /^Malformed HTTP: /,
    ],
    [
      'chunks with long extensions',
      gate(`Transfer-Encoding: chunked\r\n\r\n2;${filler}\r\n`),
      400,
      'BAD_REQUEST',
      /^Malformed HTTP: /,
    ],
    [
      'headers that are too large',
      line('GET /health', `X: ${filler}\r\n\r\n`),
      431,
      'HEADERS_TOO_LARGE',
      'The request line and the headers exceed 16384 bytes',
    ],
    [
      'a path that is too large',
      line(`GET /${filler}`, '\r\n'),
      431,
      'HEADERS_TOO_LARGE',
      'The request line and the headers exceed 16384 bytes',
    ],
    [
      'an expectation that is not met',
      gate('Expect: magic\r\nContent-Length: 2\r\n\r\n{}'),
      417,
      'EXPECTATION_FAILED',
      'The expectation magic cannot be met',
    ],
    ['headers that do not end', line('GET /health'), 408, 'REQUEST_TIMEOUT', /did not come in time/],
    ['a body that does not end', gate('Content-Length: 9\r\n\r\n{'), 408, 'REQUEST_TIMEOUT', /in time/],
    [
      'a tunnel',
      'CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n',
      405,
      'METHOD_NOT_ALLOWED',
      'CONNECT is not allowed here',
    ],
  ])('refuses %s, names the revision and ends the connection', async (_, text, status, code, message) => {
    const { socket, send, replies } = await wire()
    await send(text)
    const { fields, ...reply } = answer((await replies(1))[0] as string)
    expect(reply).toEqual({
      status,
      body: {
        error: code.toLowerCase(),
        code,
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      },
    })
    expect(fields).toMatch(new RegExp(`^X-Stepgate-Policy-Revision: ${revision}$`, 'm'))
    expect(fields).toMatch(/^Content-Type: application\/json$/m)
    expect(fields).toMatch(/^Connection: close$/im)
    expect(fields).toMatch(/^Date: .* GMT$/m)
    if (!socket.closed) await once(socket, 'close')
  })

  it.each([
    ['an expectation that is not met', gate('Expect: magic\r\nContent-Length: 2\r\n\r\n{}'), 417],
    ['what is no HTTP', 'GARBAGE\r\n\r\nGARBAGE\r\n\r\n', 400],
    ['headers that are too large', line('GET /health', `X: ${filler}\r\n\r\n`), 431],
  ])(
    'refuses %s in its place, behind the replies to earlier requests of the connection',
    async (_, text, status) => {
      const workflow = await live.workflow()
      const { socket, send, replies } = await wire()
      const body = '{"step_type":"llm_call"}'
      const call = (step: string) =>
        line(
          `POST /api/v1/workflows/${workflow}/steps/${step}/gate`,
          `Content-Length: ${body.length}\r\n\r\n${body}`,
        )
      await send(call('first') + call('second') + text)
      const answers = (await replies(3)).map(answer)
      expect(answers.map(({ status }) => status)).toEqual([200, 200, status])
      expect(answers.map(({ body }) => body.step_id)).toEqual(['first', 'second', undefined])
      if (!socket.closed) await once(socket, 'close')
      expect(await replies(3)).toHaveLength(3)
    },
  )

  it.each([
    ['a gate call without a host', gate('Content-Length: 2\r\n\r\n{}', '')],
    ['a request without a host', 'GET /health HTTP/1.1\r\n\r\n'],
    ['a host with a space', 'GET /health HTTP/1.1\r\nHost: a b\r\n\r\n'],
    ['a host with a port that cannot be', 'GET /health HTTP/1.1\r\nHost: localhost:99999\r\n\r\n'],
    ['a host with a slash', 'POST /api/v1/workflows HTTP/1.1\r\nHost: a/b\r\nContent-Length: 2\r\n\r\n{}'],
    ['a whole URL that is none', line('GET http://[::1/health', '\r\n')],
    ['a URL of another kind', line('GET ftp://localhost/health', '\r\n')],
    ['no path at all', line('OPTIONS *', '\r\n')],
  ])('refuses %s with a sentence and the revision', async (_, text) => {
    const { send, replies } = await wire()
    await send(text)
    const { status, fields, body } = answer((await replies(1))[0] as string)
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        error: 'bad_request',
        code: 'BAD_REQUEST',
        message: expect.stringMatching(/^The request (has no Host header|cannot be read: \w+.+)$/),
      },
    })
    expect(fields).toMatch(new RegExp(`^X-Stepgate-Policy-Revision: ${revision}$`, 'im'))
  })

  it('answers HTTP/1.0 without a host, as old health checks send it', async () => {
    const { send, replies } = await wire()
    await send('GET /health/ready HTTP/1.0\r\n\r\n')
    expect(answer((await replies(1))[0] as string)).toMatchObject({ status: 200, body: { status: 'ready' } })
  })

  it('asks for the body of a request that waits to be asked', async () => {
    const workflow = await live.workflow()
    const { send, replies } = await wire()
    const body = '{"step_type":"llm_call"}'
    const path = `/api/v1/workflows/${workflow}/steps/s/gate`
    await send(line(`POST ${path}`, `Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`))
    expect((await replies(1))[0]).toMatch('HTTP/1.1 100 Continue')
    await send(body)
    expect(answer((await replies(2))[1] as string)).toMatchObject({ status: 200, body: { step_id: 's' } })
  })
})
