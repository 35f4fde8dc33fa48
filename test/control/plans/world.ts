/** The world outside, for plans to act on: a real server that counts what was really done, once per idempotency key. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Connector, emptyRegistry, type HttpOperation, type Registry } from '#src/domain/agent.js'

export interface Effect {
  readonly operation: string
  readonly key: string | undefined
  readonly body: unknown
}

export interface World {
  readonly url: string
  /** All requests that came, refused ones too. */
  readonly requests: Effect[]
  /** What was done: of several requests with one key only the first. */
  readonly effects: Effect[]
  /** Requests that are being answered now, and the most there were. */
  readonly open: { now: number; most: number }
  /** Answer an operation with this text from now on. */
  answer(operation: string, text: string): void
  /** Make the next requests of an operation fail in this way: a status, or `cut` to end the connection. */
  fail(operation: string, ...how: (number | 'cut')[]): void
  /** Let an operation's requests wait until this is called with false. */
  hold(operation: string, held: boolean): void
  /** A registry with one connector, `world`, of these operations. */
  registry(operations?: Record<string, Partial<HttpOperation>>, more?: Partial<Connector>): Registry
  close(): Promise<void>
}

export async function openWorld(): Promise<World> {
  const requests: Effect[] = []
  const effects: Effect[] = []
  const done = new Map<string, unknown>()
  const failures = new Map<string, (number | 'cut')[]>()
  const held = new Map<string, (() => void)[]>()
  const open = { now: 0, most: 0 }
  const answers = new Map<string, string>()

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    open.now++
    open.most = Math.max(open.most, open.now)
    response.on('close', () => open.now--)
    let text = ''
    for await (const chunk of request) text += chunk
    const operation = (request.url ?? '').slice(1)
    const key = request.headers['idempotency-key'] as string | undefined
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    requests.push({ operation, key, body })
    const how = failures.get(operation)?.shift()
    if (how === 'cut') {
      request.socket.destroy()
      return
    }
    if (how !== undefined) {
      response.writeHead(how, { 'content-type': 'application/json' }).end('{"message":"not now"}')
      return
    }
    const waiting = held.get(operation)
    if (waiting) await new Promise<void>((resolve) => waiting.push(resolve))
    const id = `${operation} ${key}`
    if (!done.has(id)) {
      effects.push({ operation, key, body })
      done.set(id, { did: operation, number: effects.length, given: body })
    }
    const said = answers.get(operation) ?? JSON.stringify(done.get(id))
    response.writeHead(200, { 'content-type': 'application/json' }).end(said)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    url,
    requests,
    effects,
    open,
    answer: (operation, text) => void answers.set(operation, text),
    fail: (operation, ...how) => void failures.set(operation, how),
    hold: (operation, wanted) => {
      if (wanted) held.set(operation, [])
      else {
        for (const go of held.get(operation) ?? []) go()
        held.delete(operation)
      }
    },
    registry: (operations = {}, more = {}) => ({
      ...emptyRegistry,
      connectors: new Map([['world', connector(url, operations, more)]]),
    }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Operations that any test may name. */
const names = ['search', 'price', 'order', 'cancel', 'mail', 'a', 'b', 'c', 'd']

function connector(
  baseUrl: string,
  operations: Record<string, Partial<HttpOperation>>,
  more: Partial<Connector>,
): Connector {
  const all = Object.fromEntries(
    [...names, ...Object.keys(operations)].map((name) => [
      name,
      { method: 'POST', path: `/${name}`, body: '{{parameters}}', idempotent: true, ...operations[name] },
    ]),
  )
  return {
    name: 'world',
    type: 'http',
    baseUrl,
    allowPrivate: true,
    headers: {},
    operations: all as Record<string, HttpOperation>,
    timeoutMs: 5000,
    retries: { attempts: 3, backoffMs: 5 },
    ...more,
  } as Connector
}
