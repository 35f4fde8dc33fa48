import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { openOutbound } from '#src/outbound/open-outbound.js'
import { callConnector, failed, httpConnector, json, open, output, type Place, startPlace } from './places.js'

const outbound = open()
const closers: (() => Promise<unknown>)[] = []
const place = async (...given: Parameters<typeof startPlace>): Promise<Place> => {
  const started = await startPlace(...given)
  closers.push(started.close)
  return started
}
/** A server that speaks in bytes. */
const raw = async (talk: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined))
    talk(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})
afterAll(() => outbound.close())

describe('the other end', () => {
  it('that never answers is left when the time is up', async () => {
    const there = await place(() => undefined)
    const connector = httpConnector(there.url, { idempotent: true })
    expect(failed(await callConnector(outbound, connector, {}, { timeoutMs: 300 }))).toEqual({
      ok: false,
      error: 'POST shop.run did not finish within 300 ms',
      retryable: true,
      maybeDone: true,
    })
    await there.cut
  })

  it('is not asked again after such a silence where that could do it twice', async () => {
    const there = await place(() => undefined)
    const result = failed(await callConnector(outbound, httpConnector(there.url, { timeoutMs: 300 })))
    expect(result).toMatchObject({ retryable: false, maybeDone: true })
    expect(result.error).toContain('is not idempotent, so it is not sent again')
  })

  it('that drips its answer is left when the time is up', async () => {
    const there = await place((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' })
      const drip = setInterval(() => response.write('.'), 5)
      response.on('close', () => clearInterval(drip))
    })
    const result = await callConnector(
      outbound,
      httpConnector(there.url, { method: 'GET' }),
      {},
      { timeoutMs: 300 },
    )
    expect(failed(result)).toMatchObject({
      error: 'GET shop.run did not finish within 300 ms',
      retryable: true,
    })
    await there.cut
  })

  it('that drips its headers is left when the time is up', async () => {
    const url = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const drip = setInterval(() => socket.write('x: y\r\n'), 5)
      socket.on('close', () => clearInterval(drip))
    })
    const result = await callConnector(
      outbound,
      httpConnector(url, { method: 'GET' }),
      {},
      { timeoutMs: 300 },
    )
    expect(failed(result).error).toBe('GET shop.run did not finish within 300 ms')
  })

  it.each([{ 'content-length': `${10 * 1024 * 1024}` }, {}])(
    'that answers 10 MB is cut off (%j)',
    async (headers) => {
      const there = await place((_, response) =>
        response.writeHead(200, headers).end(Buffer.alloc(10 * 1024 * 1024)),
      )
      expect(failed(await callConnector(outbound, httpConnector(there.url)))).toEqual({
        ok: false,
        error: 'POST shop.run answered more than 4 MiB',
        retryable: false,
        maybeDone: true,
      })
    },
  )

  it('may answer 4 MiB', async () => {
    const there = await place((_, response) =>
      response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(4 * 1024 * 1024)),
    )
    expect(output(await callConnector(outbound, httpConnector(there.url))).body).toHaveLength(4 * 1024 * 1024)
  })

  it('that sends headers without end is cut off', async () => {
    const url = await raw((socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`))
    expect(failed(await callConnector(outbound, httpConnector(url)))).toMatchObject({
      error: 'POST shop.run got no answer: the connection failed with HPE_HEADER_OVERFLOW',
      retryable: false,
      maybeDone: true,
    })
  })

  it('that cuts the connection before it answers may have done it', async () => {
    const there = await place((_, response) => response.socket?.destroy())
    expect(failed(await callConnector(outbound, httpConnector(there.url, { idempotent: true })))).toEqual({
      ok: false,
      error: 'POST shop.run got no answer: the connection failed with ECONNRESET',
      retryable: true,
      maybeDone: true,
    })
  })

  it('that cuts the connection within the answer may have done it', async () => {
    const there = await place((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half')
      setTimeout(() => response.socket?.destroy(), 5)
    })
    expect(failed(await callConnector(outbound, httpConnector(there.url, { idempotent: true })))).toEqual({
      ok: false,
      error: 'POST shop.run was cut off in the middle of the answer',
      retryable: true,
      maybeDone: true,
    })
  })

  it('that speaks something else is a failure', async () => {
    const url = await raw((socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'))
    expect(failed(await callConnector(outbound, httpConnector(url)))).toMatchObject({ retryable: false })
  })

  it('that switches to another protocol is a failure', async () => {
    const url = await raw((socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    )
    expect(failed(await callConnector(outbound, httpConnector(url)))).toMatchObject({ maybeDone: true })
  })

  it('that does not speak TLS where the document says so did nothing', async () => {
    const there = await place((_, response) => json(response, 1))
    const result = await callConnector(outbound, httpConnector(there.url.replace('http:', 'https:')))
    expect(failed(result)).toMatchObject({
      error: expect.stringMatching(/^POST shop\.run got no answer: the connection failed with /),
      retryable: false,
      maybeDone: false,
    })
    expect(there.received).toEqual([])
  })

  it('that is not there did nothing', async () => {
    const there = await startPlace(() => undefined)
    await there.close()
    expect(failed(await callConnector(outbound, httpConnector(there.url)))).toEqual({
      ok: false,
      error: 'POST shop.run got no answer: the connection failed with ECONNREFUSED',
      retryable: true,
      maybeDone: false,
    })
  })

  it('gets the request again over a new connection where it had just closed the one that was kept', async () => {
    let requests = 0
    const url = await raw((socket) =>
      socket.on('data', () => {
        requests++
        // The second request on a connection is met by a closed door.
        if (socket.bytesWritten > 0) socket.destroy()
        else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
      }),
    )
    const connector = httpConnector(url, { method: 'GET' })
    for (let call = 0; call < 3; call++)
      expect(output(await callConnector(outbound, connector))).toEqual({ status: 200, body: 'ok' })
    expect(requests).toBeGreaterThanOrEqual(4)
  })

  it.each([301, 302, 303, 307, 308])('that redirects (%d) is not followed', async (status) => {
    const target = await place((_, response) => json(response, { stolen: true }))
    const there = await place((_, response) =>
      response
        .writeHead(status, { location: status === 307 ? `${target.url}/` : 'http://169.254.169.254/' })
        .end(),
    )
    expect(failed(await callConnector(outbound, httpConnector(there.url, { method: 'GET' })))).toMatchObject({
      error: `GET shop.run answered ${status}, a redirect; redirects are not followed`,
      retryable: false,
    })
    expect(target.received).toEqual([])
  })
})

describe('a host', () => {
  const guarded = (resolve: (host: string) => Promise<string[]>) => {
    const opened = open({}, { resolve })
    closers.push(() => opened.close())
    return opened
  }

  it.each(['127.0.0.1', '::1', '169.254.169.254', 'fd00:ec2::254', '::ffff:10.0.0.1'])(
    'that resolves to %s is not called unless its document allows it',
    async (address) => {
      const there = await place((_, response) => json(response, {}))
      const url = `http://shop.example:${there.port}`
      const result = await callConnector(
        guarded(async () => ['93.184.215.14', address]),
        {
          ...httpConnector(url),
          allowPrivate: false,
        } as never,
      )
      expect(failed(result)).toMatchObject({
        error: expect.stringMatching(
          /^POST shop\.run was not sent: shop\.example is at an address that is not public/,
        ),
        retryable: false,
        maybeDone: false,
      })
      expect(there.received).toEqual([])
    },
  )

  it('is reached at the address that was given where its document allows it', async () => {
    const there = await place((request, response) => json(response, request.headers.host))
    const url = `http://shop.example:${there.port}`
    const result = await callConnector(
      guarded(async () => ['127.0.0.1']),
      httpConnector(url),
    )
    expect(output(result).body).toBe(`shop.example:${there.port}`)
  })

  it('is looked up once for each connection, so that a second answer cannot be another one', async () => {
    const there = await place((_, response) => json(response, 1))
    let asked = 0
    const rebinding = guarded(async () => (asked++ === 0 ? ['127.0.0.1'] : ['127.0.0.2']))
    const result = await callConnector(rebinding, httpConnector(`http://shop.example:${there.port}`))
    expect(output(result).body).toBe(1)
    expect(asked).toBe(1)
  })

  it('does not lend a connection to a document that may not have it', async () => {
    const there = await place((_, response) => json(response, 1))
    const shared = guarded(async () => ['127.0.0.1'])
    const connector = httpConnector(`http://shop.example:${there.port}`, { method: 'GET' })
    expect(output(await callConnector(shared, connector)).body).toBe(1)
    expect(
      failed(await callConnector(shared, { ...connector, allowPrivate: false } as never)).error,
    ).toContain('not public')
  })

  it.each([
    [async () => [], 'ENOTFOUND', true],
    [async () => Promise.reject(Object.assign(new Error('x'), { code: 'EAI_AGAIN' })), 'EAI_AGAIN', true],
  ] as const)('that has no address is a failure of the network', async (resolve, code, retryable) => {
    const result = await callConnector(
      guarded(resolve as () => Promise<string[]>),
      httpConnector('http://shop.example'),
    )
    expect(failed(result)).toMatchObject({
      error: expect.stringContaining(code),
      retryable,
      maybeDone: false,
    })
  })

  it('whose lookup hangs is given up in time', async () => {
    const hanging = guarded(() => new Promise(() => undefined))
    const result = await callConnector(hanging, httpConnector('http://shop.example'), {}, { timeoutMs: 30 })
    expect(failed(result)).toMatchObject({
      error: 'POST shop.run did not finish within 30 ms',
      retryable: true,
      maybeDone: false,
    })
  })
})

describe('the caller', () => {
  it('that gives up closes the connection, and nothing is tried again', async () => {
    const caller = new AbortController()
    const there = await place(() => caller.abort())
    const connector = httpConnector(there.url, { idempotent: true })
    expect(failed(await callConnector(outbound, connector, {}, { signal: caller.signal }))).toEqual({
      ok: false,
      error: 'POST shop.run was aborted',
      retryable: false,
      maybeDone: true,
    })
    await there.cut
  })

  it('that had given up before sends nothing', async () => {
    const there = await place((_, response) => json(response, 1))
    const result = await callConnector(
      outbound,
      httpConnector(there.url),
      {},
      { signal: AbortSignal.abort() },
    )
    expect(failed(result)).toMatchObject({
      error: 'POST shop.run was aborted',
      maybeDone: false,
      retryable: false,
    })
    expect(there.received).toEqual([])
  })

  it('asking for what no document names is refused', async () => {
    expect(
      failed(
        await callConnector(
          outbound,
          httpConnector('http://x'),
          {},
          { registry: { connectors: new Map() } as never },
        ),
      ).error,
    ).toBe('no connector named shop is in the policy folder')
  })

  it('gets a failure from an environment that throws', async () => {
    const broken = openOutbound({
      readEnv: () => {
        throw new Error('no')
      },
    })
    const result = await callConnector(
      broken,
      httpConnector('http://127.0.0.1:1', { headers: { a: { env: 'A' } } }),
    )
    expect(failed(result)).toMatchObject({ retryable: false })
  })
})

describe('closing', () => {
  it('ends what is running and refuses what comes later', async () => {
    const own = open()
    let arrived: () => void = () => undefined
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const there = await place(() => arrived())
    const running = callConnector(own, httpConnector(there.url))
    await arrival
    await own.close()
    expect(failed(await running)).toMatchObject({ error: 'POST shop.run was aborted', maybeDone: true })
    expect(failed(await callConnector(own, httpConnector(there.url))).error).toContain(
      'the process is stopping',
    )
    await there.cut
  })
})
