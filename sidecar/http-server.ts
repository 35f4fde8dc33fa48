/** The listening socket: limits on how long a client may dawdle, and an end that drops no answer. @module */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { answerEarly, type HttpOptions, WholeMessage, WholeReply } from '../src/http/index.js'
import { LastReplies } from './last-replies.js'

// Longer than the idle time of common client pools (httpx 5 s, undici 4 s, proxies 60 s), so that the client closes
// first and never writes into a connection that is going away.
const keepAliveMs = 65_000
const headersMs = 10_000
/** To receive a whole request; the answer may take longer. */
const requestMs = 30_000
const maxHeaderBytes = 16 * 1024
const drainLookMs = 20

export interface HttpServer {
  readonly host: string
  readonly port: number
  /**
   * Stops accepting and waits for the requests under way.
   * @param graceMs after which what is left is cut off
   * @returns how many connections were cut
   */
  stop(graceMs: number): Promise<number>
}

export interface HttpServerOptions extends Pick<HttpOptions, 'revision'> {
  readonly host: string
  readonly port: number
}

/** @throws the system's error, such as EADDRINUSE */
export async function openHttpServer(
  listener: RequestListener,
  { host, port, revision }: HttpServerOptions,
): Promise<HttpServer> {
  const sockets = new Set<Socket>()
  const replies = new LastReplies()
  let stopping = false
  const server = createServer(
    {
      keepAliveTimeout: keepAliveMs,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      maxHeaderSize: maxHeaderBytes,
      connectionsCheckingInterval: 5_000,
      // The listener says that it is missing.
      requireHostHeader: false,
      IncomingMessage: WholeMessage,
      ServerResponse: WholeReply,
    },
    (request, response) => {
      if (stopping) replies.announceClose(request.socket, response)
      if (response.socket === null) replies.waits(request.socket, response)
      listener(request, response)
    },
  )
  answerEarly(server, { revision })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(port, host)
  await once(server, 'listening')
  const bound = server.address() as AddressInfo

  return {
    host: bound.address,
    port: bound.port,
    async stop(graceMs) {
      stopping = true
      let cut = 0
      const closed = once(server, 'close')
      // Not its own way of closing: that takes connections for idle which have a reply left to write.
      NetServer.prototype.close.call(server)
      for (const socket of sockets) replies.announceClose(socket)
      // Requests that were sent before are read now: they are under way, though nobody here has heard of them.
      for (let turn = 0; turn < 2; turn++) await setImmediate()
      // Opened ahead of need by a pool and never used: Node does not count these as idle.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
      // Node calls a connection idle as soon as its reply is complete, however much of that a slow reader has left here.
      const closeIdle = () => {
        if (![...sockets].some((socket) => socket.writableLength > 0)) server.closeIdleConnections()
      }
      closeIdle()
      const drain = setInterval(closeIdle, drainLookMs)
      const end = setTimeout(() => {
        cut = sockets.size
        server.closeAllConnections()
      }, graceMs)
      await closed
      clearInterval(drain)
      clearTimeout(end)
      // Nothing is left to close but the timer that looks for slow requests.
      server.close()
      return cut
    },
  }
}
