/** HTTP as bytes, for what clients' libraries hide. @module */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach } from 'vitest'

export interface Wire {
  readonly socket: Socket
  send(text: string): Promise<void>
  /** What came, once so many replies have. */
  replies(count: number): Promise<string[]>
}

/** Opens connections to what listens then, and destroys them after each test. */
export function wires(url: () => string): () => Promise<Wire> {
  const sockets: Socket[] = []
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy()
  })
  return async () => {
    const opened = await openWire(url())
    sockets.push(opened.socket)
    return opened
  }
}

/** Open a connection. */
export async function openWire(url: string): Promise<Wire> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.setEncoding('utf8')
  await once(socket, 'connect')
  const received: string[] = []
  let last = ''
  let told = () => {}
  socket.on('data', (data) => {
    const parts = (last + data).split(/(?=HTTP\/1\.1 )/)
    last = parts.pop() as string
    received.push(...parts)
    told()
  })
  socket.on('close', () => told())
  return {
    socket,
    send: (text) => new Promise<void>((sent) => void socket.write(text, () => sent())),
    replies: async (count) => {
      const all = () => (isWhole(last) ? [...received, last] : received)
      while (all().length < count) {
        if (socket.destroyed) throw new Error(`Closed after ${received.join('')}${last}`)
        await new Promise<void>((resolve) => {
          told = resolve
        })
      }
      return all()
    },
  }
}

function isWhole(reply: string): boolean {
  const end = reply.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = Number(/^Content-Length: (\d+)$/im.exec(reply.slice(0, end))?.[1] ?? 0)
  return Buffer.byteLength(reply.slice(end + 4)) >= length
}
