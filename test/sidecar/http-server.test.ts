import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type HttpServer, openHttpServer } from '#sidecar/http-server.js'

const longGrace = 30_000
const revision = () => undefined
let open: HttpServer[] = []

afterEach(async () => {
  await Promise.all(open.map((server) => server.stop(0)))
  open = []
})

/** More than the system's buffers between two sockets take. */
const large = Buffer.alloc(24 * 1024 * 1024, 'x')

/** Answers `/now` and `/large` at once, and `/held` when told to. */
async function server() {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let arrived = () => {}
  const held = new Promise<void>((resolve) => {
    arrived = resolve
  })
  let arrivals = 0
  const http = await openHttpServer(
    (request, response) => {
      if (request.url === '/now') return response.end('now')
      if (request.url === '/large') return response.end(large)
      arrivals++
      arrived()
      released.then(() => response.end('held'))
    },
    { host: '127.0.0.1', port: 0, revision },
  )
  open.push(http)
  return { http, release, held, arrivals: () => arrivals }
}

async function client(
  port: number,
  text = '',
): Promise<{ socket: Socket; received: () => string; closed: Promise<unknown> }> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  let received = ''
  socket.on('data', (data) => {
    received += data
  })
  socket.on('error', () => {})
  const closed = once(socket, 'close')
  if (text) socket.write(text)
  return { socket, received: () => received, closed }
}

/** The bodies in what a connection brought, each with a word about its `connection: close`. */
const replies = (received: string) =>
  received
    .split('HTTP/1.1 200 OK\r\n')
    .slice(1)
    .map((reply) => {
      const body = reply.match(/\b(now|held)(?=(\r\n0\r\n\r\n)?$)/)?.[0]
      return /^connection: close/im.test(reply) ? `${body}, close` : body
    })

/** Has asked for `/large` and reads no more than its beginning until it is resumed. */
async function slowClient(port: number) {
  const socket = connect(port, '127.0.0.1')
  let length = 0
  socket.on('data', (data) => {
    length += data.length
  })
  socket.on('error', () => {})
  socket.write(get('/large'))
  await once(socket, 'data')
  socket.pause()
  return { socket, length: () => length, closed: once(socket, 'close') }
}

/** Long enough for the server to have looked for idle connections several times. */
const looks = () => new Promise((resolve) => setTimeout(resolve, 150))

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: gate\r\n\r\n`

describe('stopping the server', () => {
  it('answers what is under way, then closes its connection', async () => {
    const { http, release, held } = await server()
    const caller = await client(http.port, get('/held'))
    await held
    const stopped = http.stop(longGrace)
    release()
    expect(await stopped).toBe(0)
    await caller.closed
    expect(caller.received()).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*held$/)
  })

  it('does not wait for connections that are kept alive or were never used', async () => {
    const { http } = await server()
    const [used, unused] = [await client(http.port, get('/now')), await client(http.port)]
    await once(used.socket, 'data')
    expect(await http.stop(longGrace)).toBe(0)
    await Promise.all([used.closed, unused.closed])
  })

  it('takes no new connection', async () => {
    const { http, release, held } = await server()
    await client(http.port, get('/held'))
    await held
    const stopped = http.stop(longGrace)
    await expect(client(http.port)).rejects.toThrow('ECONNREFUSED')
    release()
    await stopped
  })

  it('tells the client of a request under way to send the next one elsewhere', async () => {
    const { http, release, held } = await server()
    const caller = await client(http.port, get('/held'))
    await held
    const stopped = http.stop(longGrace)
    release()
    await Promise.all([stopped, caller.closed])
    expect(caller.received()).toMatch(/connection: close[\s\S]*held$/i)
  })

  it('answers requests that were sent before it, on connections used and new, and not read yet', async () => {
    const { http } = await server()
    const used = await Promise.all(Array.from({ length: 20 }, () => client(http.port, get('/now'))))
    const fresh = await Promise.all(Array.from({ length: 20 }, () => client(http.port)))
    for (const { received } of used) await expect.poll(received).toMatch('now')
    for (const { socket } of [...used, ...fresh]) socket.write(get('/now'))
    expect(await http.stop(longGrace)).toBe(0)
    for (const { closed } of [...used, ...fresh]) await closed
    expect(used.map(({ received }) => replies(received()))).toEqual(used.map(() => ['now', 'now, close']))
    expect(fresh.map(({ received }) => replies(received()))).toEqual(fresh.map(() => ['now, close']))
  })

  it('answers all requests that came on one connection, and announces its end on the last reply', async () => {
    const { http, release, held } = await server()
    const caller = await client(http.port, get('/held') + get('/now') + get('/held'))
    await held
    const stopped = http.stop(longGrace)
    release()
    expect(await stopped).toBe(0)
    await caller.closed
    expect(replies(caller.received())).toEqual(['held', 'now', 'held, close'])
  })

  it('answers requests that come on a connection behind one under way', async () => {
    const { http, release, held, arrivals } = await server()
    const caller = await client(http.port, get('/held'))
    await held
    const stopped = http.stop(longGrace)
    caller.socket.write(get('/held') + get('/held'))
    while (arrivals() < 3) await looks()
    release()
    expect(await stopped).toBe(0)
    await caller.closed
    expect(replies(caller.received())).toEqual(['held', 'held', 'held, close'])
  })

  it('announces the end of a connection whose requests behind one another are answered already', async () => {
    const { http, release, held } = await server()
    const pair = await client(http.port, get('/now') + get('/now'))
    while (replies(pair.received()).length < 2) await once(pair.socket, 'data')
    pair.socket.write(get('/held'))
    await held
    const stopped = http.stop(longGrace)
    release()
    expect(await stopped).toBe(0)
    await pair.closed
    expect(replies(pair.received())).toEqual(['now', 'now', 'held, close'])
  })

  it('sends all of a reply that its client reads slowly', async () => {
    const { http } = await server()
    const caller = await slowClient(http.port)
    const stopped = http.stop(longGrace)
    await looks()
    caller.socket.resume()
    expect(await stopped).toBe(0)
    await caller.closed
    expect(caller.length()).toBeGreaterThan(large.length)
  })

  it('answers on other connections while one is still being written to, and closes them all', async () => {
    const { http } = await server()
    const idle = await client(http.port, get('/now'))
    await once(idle.socket, 'data')
    const slow = await slowClient(http.port)
    const stopped = http.stop(longGrace)
    await looks()
    idle.socket.write(get('/now'))
    await idle.closed
    expect(replies(idle.received())).toEqual(['now', 'now, close'])
    slow.socket.resume()
    expect(await stopped).toBe(0)
    await slow.closed
    expect(slow.length()).toBeGreaterThan(large.length)
  })

  it('cuts off a reply that is not read within the grace, and counts it', async () => {
    const { http } = await server()
    const caller = await slowClient(http.port)
    expect(await http.stop(50)).toBe(1)
    caller.socket.resume()
    await caller.closed
    expect(caller.length()).toBeLessThan(large.length)
  })

  it('cuts off what outlasts the grace, and counts it', async () => {
    const { http, held } = await server()
    const caller = await client(http.port, get('/held'))
    await held
    expect(await http.stop(50)).toBe(1)
    await caller.closed
  })
})

it('what cannot be read is refused with the policy revision and a sentence', async () => {
  const { http } = await server()
  const caller = await client(http.port, 'GARBAGE\r\n\r\n')
  await caller.closed
  expect(caller.received()).toMatch(
    /^HTTP\/1.1 400 Bad Request\r\n[\s\S]*\bX-Stepgate-Policy-Revision: none\r\n[\s\S]*"Malformed HTTP: /,
  )
})

it('a taken port is refused with the system’s own code', async () => {
  const { http } = await server()
  await expect(
    openHttpServer(() => {}, { host: '127.0.0.1', port: http.port, revision }),
  ).rejects.toMatchObject({
    code: 'EADDRINUSE',
  })
})

it('a stopped server can be stopped again', async () => {
  const { http } = await server()
  await http.stop(0)
  expect(await http.stop(0)).toBe(0)
})
