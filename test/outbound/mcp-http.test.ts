import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Connector } from '#src/domain/agent.js'
import { callConnector, failed, listen, open, output } from './places.js'

const closers: (() => Promise<unknown>)[] = []

// Loaded here, so that the short times below are those of the calls.
beforeAll(() =>
  Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
  ]),
)
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** Looks at a request first. @returns true where it has answered itself */
type Before = (request: IncomingMessage, response: ServerResponse, body: string) => boolean

/** A streamable HTTP server with sessions, by the SDK. */
async function startServer(options: { json?: boolean; before?: Before } = {}) {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const seen: { method: string; headers: IncomingMessage['headers']; session: string | undefined }[] = []
  let ended = 0
  let cancelled: () => void = () => undefined
  const cancellation = new Promise<void>((resolve) => {
    cancelled = resolve
  })

  const begin = async () => {
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: options.json ?? false,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: () => void ended++,
    })
    const server = new McpServer({ name: 'catalog', version: '1' })
    const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value) }] })
    server.registerTool('find', { inputSchema: { q: z.string() } }, ({ q }, { _meta, sessionId }) =>
      text({ q, key: _meta?.['stepgate.dev/idempotency-key'], sessionId }),
    )
    server.registerTool('echo', { inputSchema: {} }, (_, { requestInfo }) => text(requestInfo?.headers))
    server.registerTool('never', { inputSchema: {} }, (_, { signal }) => {
      signal.addEventListener('abort', cancelled)
      return new Promise<never>(() => undefined)
    })
    server.registerTool('big', { inputSchema: {} }, () => text('x'.repeat(10_000_000)))
    // biome-ignore lint/suspicious/noExplicitAny: the SDK's own types disagree under exactOptionalPropertyTypes
    await server.connect(transport as any)
    return transport
  }

  const place = await listen(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const session = request.headers['mcp-session-id'] as string | undefined
    seen.push({ method: request.method!, headers: request.headers, session })
    if (options.before?.(request, response, body)) return
    const known = session === undefined ? await begin() : sessions.get(session)
    if (known) await known.handleRequest(request, response, body === '' ? undefined : JSON.parse(body))
    else response.writeHead(404).end('no such session')
  })
  closers.push(place.close)
  return { ...place, seen, sessions, cancellation, ended: () => ended }
}

const catalog = (url: string, rest: Partial<Extract<Connector, { type: 'mcp-http' }>> = {}) =>
  ({
    name: 'catalog',
    type: 'mcp-http',
    url: `${url}/mcp`,
    allowPrivate: true,
    headers: { authorization: { env: 'KEY', prefix: 'Bearer ' } },
    tools: ['find', 'echo', 'never', 'big'],
    idempotentTools: ['find'],
    timeoutMs: 20_000,
    retries: { attempts: 1, backoffMs: 1 },
    ...rest,
  }) satisfies Connector

const start = (env: Record<string, string> = { KEY: 'mcp-very-secret' }) => {
  const outbound = open(env)
  closers.push(() => outbound.close())
  return {
    outbound,
    call: (connector: Connector, operation = 'find', options: object = {}) =>
      callConnector(outbound, connector, { q: 'shoes' }, { operation, ...options }),
  }
}

describe.each([{ json: false }, { json: true }])('a tool over streamable HTTP (%j)', (options) => {
  it('gets its arguments, the key and the headers of the document, in one session for all calls', async () => {
    const server = await startServer(options)
    const { call } = start()
    const connector = catalog(server.url)
    const results = await Promise.all([call(connector), call(connector), call(connector)])
    const told = [...results, await call(connector)].map((result) => JSON.parse(output(result).text))
    expect(told[0]).toEqual({ q: 'shoes', key: 'key-1', sessionId: expect.any(String) })
    expect(new Set(told.map(({ sessionId }) => sessionId)).size).toBe(1)
    expect(new Set(server.seen.map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer mcp-very-secret']),
    )
    // No stream is held open beside the calls.
    expect(server.seen.map(({ method }) => method)).toEqual(Array(6).fill('POST'))
  })

  it('does not repeat the secret', async () => {
    const server = await startServer(options)
    const { call } = start()
    expect(JSON.parse(output(await call(catalog(server.url), 'echo')).text).authorization).toBe(
      'Bearer [secret]',
    )
  })

  it('that never answers is left in time, and told so', async () => {
    const server = await startServer(options)
    const { call } = start()
    const connector = catalog(server.url)
    await call(connector)
    expect(failed(await call(connector, 'never', { timeoutMs: 300 }))).toMatchObject({
      error: expect.stringContaining('catalog.never did not finish within 300 ms; it may have been done'),
      retryable: false,
      maybeDone: true,
    })
    await server.cancellation
    output(await call(connector))
  })

  it('that answers 10 MB is cut off', async () => {
    const server = await startServer(options)
    const { call } = start()
    expect(failed(await call(catalog(server.url), 'big'))).toMatchObject({
      maybeDone: true,
      retryable: false,
    })
    output(await call(catalog(server.url)))
  })

  it('takes a call with a new session where the server has forgotten the old one', async () => {
    const server = await startServer(options)
    const { call } = start()
    const connector = catalog(server.url)
    const before = JSON.parse(output(await call(connector)).text)
    server.sessions.clear()
    const after = JSON.parse(output(await call(connector)).text)
    expect(after.sessionId).not.toBe(before.sessionId)
  })

  it('tells the server when the session ends', async () => {
    const server = await startServer(options)
    const { call, outbound } = start()
    output(await call(catalog(server.url)))
    await outbound.close()
    expect(server.seen.at(-1)).toMatchObject({ method: 'DELETE', session: expect.any(String) })
    expect(server.ended()).toBe(1)
  })
})

describe('a server over streamable HTTP', () => {
  const failing = async (before: Before, operation = 'find', rest = {}) => {
    const server = await startServer({ before })
    const { call } = start()
    return failed(await call(catalog(server.url), operation, rest))
  }
  const isCall = (body: string) => body.includes('"tools/call"')

  it('that cuts its stream off fails the call at once', async () => {
    const cut: Before = (_, response, body) => {
      if (!isCall(body)) return false
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: message\ndata: {"json')
      setTimeout(() => response.socket?.destroy(), 5)
      return true
    }
    expect(await failing(cut)).toEqual({
      ok: false,
      error: 'catalog.find was cut off in the middle of the answer',
      retryable: true,
      maybeDone: true,
    })
    expect(await failing(cut, 'echo')).toMatchObject({ retryable: false, maybeDone: true })
  })

  it('that repeats the secret in a refusal loses it', async () => {
    const refusing: Before = ({ headers }, response) => {
      response.writeHead(401, { 'content-type': 'text/plain' }).end(`who is ${headers.authorization}?`)
      return true
    }
    expect(await failing(refusing)).toEqual({
      ok: false,
      error: 'catalog.find answered 401: who is Bearer [secret]?',
      retryable: false,
      maybeDone: false,
    })
  })

  it.each([
    [429, true, false],
    [503, true, true],
    [403, false, false],
  ])('that answers %d to a call', async (status, retryable, maybeDone) => {
    const answer: Before = (_, response, body) => {
      if (!isCall(body)) return false
      response.writeHead(status, { 'retry-after': '2' }).end('no')
      return true
    }
    expect(await failing(answer)).toEqual({
      ok: false,
      error: `catalog.find answered ${status}: no`,
      retryable,
      maybeDone,
      ...(retryable ? { retryAfterMs: 2_000 } : {}),
    })
  })

  it.each(['http://169.254.169.254/', '/elsewhere'])(
    'that redirects to %s is not followed',
    async (location) => {
      const paths: string[] = []
      const redirect: Before = ({ url }, response) => {
        paths.push(url!)
        response.writeHead(307, { location }).end()
        return true
      }
      expect(await failing(redirect)).toMatchObject({
        error: 'catalog.find answered 307, a redirect; redirects are not followed',
        retryable: false,
      })
      expect(paths).toEqual(['/mcp'])
    },
  )

  it('that never begins a session is given up in time', async () => {
    expect(await failing(() => true, 'find', { timeoutMs: 50 })).toEqual({
      ok: false,
      error: 'catalog.find did not finish within 50 ms',
      retryable: true,
      maybeDone: false,
    })
  })

  it('that speaks something else did nothing', async () => {
    const other: Before = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
      return true
    }
    expect(await failing(other)).toMatchObject({
      error: 'catalog.find was not called: its session did not begin',
    })
  })

  it('at a private address is not called, nor without its secret', async () => {
    const server = await startServer()
    const { call } = start({})
    expect(failed(await call(catalog(server.url))).error).toContain('the secret in variable KEY is not set')
    expect(failed(await call(catalog(server.url, { allowPrivate: false, headers: {} })))).toMatchObject({
      error: expect.stringContaining('is at an address that is not public (loopback)'),
      retryable: false,
      maybeDone: false,
    })
    expect(server.seen).toEqual([])
  })
})
