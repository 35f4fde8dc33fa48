/** A reader of server-sent events over a bare socket: it sees every byte, and reads no faster than it is told to. @module */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Frame {
  readonly id: number | undefined
  readonly event: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: looked into by contract names
  readonly data: any
  readonly comments: readonly string[]
}

export interface StreamClient {
  readonly socket: Socket
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The body so far, chunks put together. */
  text(): string
  /** Frames so far: blocks between blank lines. */
  frames(): Frame[]
  /** Frames with data so far. */
  events(): Frame[]
  /** Wait until there are as many frames with data, or fail when the stream ends before. */
  until(count: number): Promise<Frame[]>
  /** When the server has ended the response. */
  readonly ended: Promise<void>
  close(): void
}

export interface StreamRequest {
  readonly tenant?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Read nothing after the head until `socket.resume()`. */
  readonly paused?: boolean
}

/** Open one; answers once the head of the response has arrived. */
export async function openStream(
  url: string,
  path: string,
  request: StreamRequest = {},
): Promise<StreamClient> {
  const { hostname, port, host } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  const given = {
    host,
    // As the Python SDK sends it.
    accept: '*/*, text/event-stream',
    ...(request.tenant
      ? { authorization: `Basic ${Buffer.from(`${request.tenant}:`).toString('base64')}` }
      : {}),
    ...request.headers,
  }
  const lines = Object.entries(given).map(([name, value]) => `${name}: ${value}`)
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  let raw = Buffer.alloc(0)
  const changed = new Set<() => void>()
  let isEnded = false
  let finish = () => {}
  const ended = new Promise<void>((resolve) => {
    finish = () => {
      isEnded = true
      resolve()
      for (const tell of changed) tell()
    }
  })
  const body = () => dechunked(raw.subarray(raw.indexOf('\r\n\r\n') + 4), head())
  const head = () => raw.subarray(0, Math.max(0, raw.indexOf('\r\n\r\n'))).toString('latin1')
  socket.on('data', (part: Buffer) => {
    const first = raw.length === 0
    raw = Buffer.concat([raw, part])
    if (request.paused && first) socket.pause()
    if (head() !== '' && (isLast(part) || raw.length < 4096) && body().done) finish()
    for (const tell of changed) tell()
  })
  socket.on('close', finish)
  socket.on('error', finish)
  while (head() === '' && !isEnded) await new Promise<void>((resolve) => changed.add(resolve))
  const [first, ...rest] = head().split('\r\n')
  const headers = Object.fromEntries(
    rest.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  )
  const client: StreamClient = {
    socket,
    status: Number(first?.split(' ')[1]),
    headers,
    text: () => body().text,
    frames: () => framesOf(body().text),
    events: () => client.frames().filter(({ data }) => data !== undefined),
    until: async (count) => {
      while (client.events().length < count) {
        if (isEnded) throw new Error(`The stream ended after ${client.events().length} of ${count} events`)
        await new Promise<void>((resolve) => changed.add(resolve))
      }
      return client.events()
    },
    ended,
    close: () => socket.destroy(),
  }
  return client
}

const isLast = (part: Buffer): boolean => part.subarray(-5).toString('latin1') === '0\r\n\r\n'

function dechunked(raw: Buffer, head: string): { text: string; done: boolean } {
  const length = /content-length: (\d+)/i.exec(head)
  if (length) return { text: raw.toString('utf8'), done: raw.length >= Number(length[1]) }
  if (!/transfer-encoding: chunked/i.test(head)) return { text: raw.toString('utf8'), done: true }
  const parts: Buffer[] = []
  let from = 0
  for (;;) {
    const end = raw.indexOf('\r\n', from)
    if (end < 0) break
    const size = Number.parseInt(raw.toString('latin1', from, end), 16)
    if (size === 0) return { text: Buffer.concat(parts).toString('utf8'), done: true }
    if (raw.length < end + 2 + size) break
    parts.push(raw.subarray(end + 2, end + 2 + size))
    from = end + 2 + size + 2
  }
  return { text: Buffer.concat(parts).toString('utf8'), done: false }
}

function framesOf(text: string): Frame[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((block) => {
      const lines = block.split('\n')
      const field = (name: string) =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
      const id = field('id')
      const data = field('data')
      return {
        id: id === undefined ? undefined : Number(id),
        event: field('event'),
        data: data === undefined ? undefined : JSON.parse(data),
        comments: lines.filter((line) => line.startsWith(':')).map((line) => line.slice(1).trim()),
      }
    })
}
