import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { callConnector, failed, httpConnector, json, open, output, type Place, startPlace } from './places.js'

const env = { TOKEN: 'tok-very-secret', QUOTED: 'a"b\\c-secret' }
const outbound = open(env, { now: () => Date.parse('2026-01-01T00:00:00Z') })
const places: Place[] = []
const place = async (...given: Parameters<typeof startPlace>): Promise<Place> => {
  const started = await startPlace(...given)
  places.push(started)
  return started
}
const echo = () => place((request, response) => json(response, request))

afterEach(async () => {
  await Promise.all(places.splice(0).map((each) => each.close()))
})
afterAll(() => outbound.close())

describe('a request', () => {
  it('has method, path, query, headers and body of the operation, filled with the parameters', async () => {
    const { url } = await echo()
    const connector = httpConnector(
      `${url}/v1`,
      {
        path: '/items/{{parameters.id}}/find',
        query: { q: '{{parameters.q}}', page: 2, tag: ['a', '{{parameters.id}}'], none: null },
        headers: { 'X-Of': 'operation {{parameters.id}}' },
        body: { text: 'say {{parameters.q}}', list: '{{parameters.list}}' },
      },
      {
        headers: {
          'x-of': 'connector',
          authorization: { env: 'TOKEN', prefix: 'Bearer ' },
          'x-plain': 'yes',
        },
      },
    )
    const result = output(
      await callConnector(outbound, connector, { id: 7, q: 'a b&c', list: [1, { x: true }] }),
    )
    expect(result.status).toBe(200)
    expect(result.body).toMatchObject({
      method: 'POST',
      url: '/v1/items/7/find?q=a+b%26c&page=2&tag=a&tag=7',
      headers: {
        'x-of': 'operation 7',
        'x-plain': 'yes',
        'content-type': 'application/json',
        'idempotency-key': 'key-1',
      },
    })
    expect(JSON.parse(result.body.body)).toEqual({ text: 'say a b&c', list: [1, { x: true }] })
  })

  it('carries its secret, and the output does not', async () => {
    const there = await echo()
    const connector = httpConnector(
      there.url,
      {},
      { headers: { authorization: { env: 'TOKEN', prefix: 'Bearer ' } } },
    )
    const result = await callConnector(outbound, connector)
    expect(there.received[0]?.headers.authorization).toBe('Bearer tok-very-secret')
    expect(output(result).body.headers.authorization).toBe('Bearer [secret]')
  })

  it('reads its secret from a file each time, without the line end', async () => {
    const there = await echo()
    const file = join(mkdtempSync(join(tmpdir(), 'stepgate-')), 'key')
    const connector = httpConnector(there.url, { headers: { 'x-key': { file } } })
    for (const value of ['first-secret\n', 'second-secret\r\n', ' third-secret']) {
      writeFileSync(file, value)
      expect(output(await callConnector(outbound, connector)).body.headers['x-key']).toBe('[secret]')
    }
    rmSync(dirname(file), { recursive: true })
    expect(there.received.map(({ headers }) => headers['x-key'])).toEqual([
      'first-secret',
      'second-secret',
      'third-secret',
    ])
  })

  it('sends a text body as text, and no body where the operation has none', async () => {
    const { url } = await echo()
    const text = output(
      await callConnector(outbound, httpConnector(url, { body: 'hi {{parameters.who}}' }), { who: 'you' }),
    )
    expect(text.body.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(text.body.body).toBe('hi you')
    const none = output(await callConnector(outbound, httpConnector(url)))
    expect(none.body.headers['content-length']).toBe('0')
  })

  it('has an idempotency key unless it is a GET', async () => {
    const there = await echo()
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'POST'] as const)
      await callConnector(outbound, httpConnector(there.url, { method }))
    expect(there.received.map(({ headers }) => headers['idempotency-key'])).toEqual([
      undefined,
      ...Array(4).fill('key-1'),
    ])
  })

  it('is not sent where a template cannot be filled, a secret is missing, or the operation is not declared', async () => {
    const there = await echo()
    const cases = [
      [httpConnector(there.url, { path: '/{{parameters.id}}' }), '{{parameters.id}} is not there'],
      [httpConnector(there.url, { headers: { a: { env: 'NOT_SET' } } }), 'variable NOT_SET is not set'],
      [
        httpConnector(there.url, { headers: { a: { file: '/nowhere/key' } } }),
        'file /nowhere/key cannot be read',
      ],
      [
        httpConnector(there.url, { headers: { 'content-length': '3' } }),
        'content-length is not a header that can be set',
      ],
      [httpConnector(there.url, { path: '/{{steps.a}}' }), '{{steps.a}} is not there'],
    ] as const
    for (const [connector, sentence] of cases)
      expect(failed(await callConnector(outbound, connector))).toMatchObject({
        error: expect.stringContaining(sentence),
        retryable: false,
        maybeDone: false,
      })
    for (const operation of ['other', 'constructor', '__proto__'])
      expect(failed(await callConnector(outbound, httpConnector(there.url), {}, { operation })).error).toBe(
        `The connector shop has no operation named ${operation}`,
      )
    expect(there.received).toEqual([])
  })
})

describe('a parameter', () => {
  it.each([
    ['a/b', '/items/a%2Fb/end'],
    ['a?b=c', '/items/a%3Fb%3Dc/end'],
    ['a#b', '/items/a%23b/end'],
    ['..\\x', '/items/..%5Cx/end'],
    ['../../admin', '/items/..%2F..%2Fadmin/end'],
    ['%2e%2e', '/items/%252e%252e/end'],
    ['a\r\nb', '/items/a%0D%0Ab/end'],
    ['\ud800', '/items/%EF%BF%BD/end'],
    ['@evil.example', '/items/%40evil.example/end'],
  ])('stays in its place of the path: %j', async (id, path) => {
    const { url } = await echo()
    const result = await callConnector(
      outbound,
      httpConnector(url, { path: '/items/{{parameters.id}}/end' }),
      { id },
    )
    expect(output(result).body.url).toBe(path)
  })

  it.each(['.', '..', ''])('may not be a segment of the path that leads elsewhere: %j', async (id) => {
    const there = await echo()
    const result = await callConnector(
      outbound,
      httpConnector(there.url, { path: '/items/{{parameters.id}}' }),
      { id },
    )
    expect(failed(result).error).toMatch(
      /was not sent: (its path holds a segment|a value in its path is empty)/,
    )
    expect(there.received).toEqual([])
  })

  it.each([[null], [['a', 'b']], [{ a: 1 }]])(
    'may not be a segment of the path that nobody meant: %j',
    async (id) => {
      const there = await echo()
      const connector = httpConnector(there.url, { path: '/items/{{parameters.id}}' })
      const result = await callConnector(outbound, connector, { id })
      expect(failed(result).error).toMatch(/was not sent: a value in its path is (null|a list|an object)/)
      expect(there.received).toEqual([])
    },
  )

  it('does not make two dots together with another one', async () => {
    const { url } = await echo()
    const connector = httpConnector(url, { path: '/items/{{parameters.a}}{{parameters.a}}/x' })
    expect(failed(await callConnector(outbound, connector, { a: '.' })).error).toContain('segment . or ..')
  })

  it.each(['.evil.example', ':1', '@evil.example', '1'])('does not go on with the host: %j', async (path) => {
    const there = await echo()
    const result = await callConnector(outbound, httpConnector(there.url, { path: '{{parameters.path}}' }), {
      path,
    })
    expect(output(result).body.url).toBe(`/${encodeURIComponent(path)}`)
  })

  it.each(['a\r\nx-evil: 1', 'a\nb', 'a\0b', 'snow ☃'])('may not end a header: %j', async (value) => {
    const there = await echo()
    const connector = httpConnector(there.url, { headers: { 'x-value': 'v {{parameters.value}}' } })
    expect(failed(await callConnector(outbound, connector, { value })).error).toBe(
      'POST shop.run was not sent: its header x-value holds characters that a header cannot carry',
    )
    expect(there.received).toEqual([])
  })

  it('is not read for templates again, nor as a secret', async () => {
    const { url } = await echo()
    const connector = httpConnector(url, { body: { v: '{{parameters.v}}' } })
    const sent = output(
      await callConnector(outbound, connector, { v: { env: 'TOKEN', t: '{{parameters.v}}' } }),
    )
    expect(JSON.parse(sent.body.body)).toEqual({ v: { env: 'TOKEN', t: '{{parameters.v}}' } })
  })
})

describe('an answer of 2xx', () => {
  it.each([
    ['application/json', '{"a":1}', { a: 1 }],
    ['application/problem+json; charset=utf-8', '[1]', [1]],
    ['application/json', '', null],
    ['text/plain', 'hallo', 'hallo'],
    ['text/plain; charset=iso-8859-1', Buffer.from([0xe4]), 'ä'],
    ['text/html; charset=unknown-thing', '<p>', '<p>'],
    [undefined, 'untyped', 'untyped'],
  ])('of type %s is told by what it is', async (type, body, told) => {
    const { url } = await place((_, response) =>
      response.writeHead(201, type === undefined ? {} : { 'content-type': type }).end(body),
    )
    expect(output(await callConnector(outbound, httpConnector(url)))).toEqual({ status: 201, body: told })
  })

  it.each(['image/png', undefined])('of bytes (%s) is told in base64', async (type) => {
    const bytes = Buffer.from([0, 255, 128, 7])
    const { url } = await place((_, response) =>
      response.writeHead(200, type === undefined ? {} : { 'content-type': type }).end(bytes),
    )
    expect(output(await callConnector(outbound, httpConnector(url)))).toEqual({
      status: 200,
      body: bytes.toString('base64'),
      encoding: 'base64',
    })
  })

  it.each([
    ['{"a":', 'JSON that does not parse'],
    ['['.repeat(300) + ']'.repeat(300), 'nested deeper than 200'],
  ])('of bad JSON is a failure of something that was done', async (body, sentence) => {
    const { url } = await place((_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(body),
    )
    expect(failed(await callConnector(outbound, httpConnector(url)))).toMatchObject({
      error: expect.stringContaining(sentence),
      retryable: false,
      maybeDone: true,
    })
  })

  it('in a coding that was not asked for is refused', async () => {
    const { url } = await place((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    )
    expect(failed(await callConnector(outbound, httpConnector(url))).error).toBe(
      'POST shop.run answered in the coding gzip, which was not asked for',
    )
  })
})

describe('an answer of another status', () => {
  const answers = async (
    status: number,
    headers: Record<string, string> = {},
    idempotent = true,
    body = 'no',
  ) => {
    const { url } = await place((_, response) => response.writeHead(status, headers).end(body))
    return failed(await callConnector(outbound, httpConnector(url, { idempotent })))
  }

  it.each([
    [400, false, false],
    [401, false, false],
    [404, false, false],
    [409, false, false],
    [408, true, false],
    [425, true, false],
    [429, true, false],
    [500, true, true],
    [503, true, true],
  ])('%d: retryable %s, maybe done %s', async (status, retryable, maybeDone) => {
    expect(await answers(status)).toEqual({
      ok: false,
      error: `POST shop.run answered ${status}: no`,
      retryable,
      maybeDone,
    })
  })

  it('is not retried where it may have been done twice', async () => {
    expect(await answers(500, {}, false)).toMatchObject({
      error:
        'POST shop.run answered 500: no; it may have been done and is not idempotent, so it is not sent again',
      retryable: false,
      maybeDone: true,
    })
    expect(await answers(429, {}, false)).toMatchObject({ retryable: true, maybeDone: false })
  })

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['86400', 3_600_000],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ])('passes on Retry-After: %s', async (header, ms) => {
    expect((await answers(503, { 'retry-after': header })).retryAfterMs).toBe(ms)
  })

  it('has no Retry-After where it cannot be read or does not matter', async () => {
    expect(await answers(503, { 'retry-after': 'soon' })).not.toHaveProperty('retryAfterMs')
    expect(await answers(400, { 'retry-after': '7' })).not.toHaveProperty('retryAfterMs')
  })

  it('is told in short, on one line, and not in bytes', async () => {
    const long = await answers(
      400,
      { 'content-type': 'text/plain' },
      true,
      `a\r\n\u001b[31m${'x'.repeat(5_000)}`,
    )
    expect(long.error).toBe(`POST shop.run answered 400: a [31m${'x'.repeat(193)}…`)
    expect((await answers(400, { 'content-type': 'image/png' })).error).toBe('POST shop.run answered 400')
  })

  it.each([
    ['TOKEN', 'tok-very-secret'],
    ['QUOTED', 'a"b\\c-secret'],
  ])('that repeats the secret %s loses it', async (variable, secret) => {
    const { url } = await place(({ headers }, response) =>
      json(response, { you: headers['x-key'], sent: secret }, 403),
    )
    const connector = httpConnector(url, { headers: { 'x-key': { env: variable } } })
    const { error } = failed(await callConnector(outbound, connector))
    expect(error).toBe('POST shop.run answered 403: {"you":"[secret]","sent":"[secret]"}')
  })
})
