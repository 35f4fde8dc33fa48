/** What node's server answers by itself, before a listener hears of a request. @module */
import { maxHeaderSize, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Refusal, refuse } from '../domain/errors.js'
import { replyHeaders } from './exchange.js'
import type { HttpOptions } from './options.js'
import { refusalReply } from './wire/errors.js'

/**
 * Have a server say in the gate's own words, and with the policy revision, why it cannot read a request: malformed HTTP, too
 * large headers, a client that dawdles, an expectation that cannot be met, a tunnel. The connection ends with each of these.
 *
 * ```ts
 * // A missing Host is for the listener to refuse.
 * const server = createServer({ requireHostHeader: false }, createListener(options))
 * answerEarly(server, options)
 * ```
 */
export function answerEarly(server: Server, options: Pick<HttpOptions, 'revision'>): void {
  const say = (socket: Duplex, refusal: Refusal) => socket.end(asText(earlyReply(options, refusal)))
  const ending = new WeakSet<Duplex>()
  server.on('clientError', (error: ParseError, socket) => {
    // Nothing that still comes can be read, and node's parser says so of each part of it.
    if (ending.has(socket)) return
    ending.add(socket)
    afterReplies(socket, (isBegun) => {
      if (!socket.writable || isBegun) return void socket.destroy(error)
      say(socket, unreadable(error, server))
      socket.once('finish', () => socket.destroy())
    })
  })
  server.on('checkExpectation', ({ headers: { expect } }, response) => {
    const refusal = refuse('EXPECTATION_FAILED', { expectation: String(expect).slice(0, 100) })
    const { status, headers, text } = earlyReply(options, refusal)
    response.writeHead(status, headers).end(text)
  })
  server.on('connect', ({ method }, socket) => {
    say(socket, refuse('METHOD_NOT_ALLOWED', { method: String(method) }))
  })
}

/** What node's parser says of what it cannot read. */
interface ParseError extends Error {
  readonly code?: string
  /** The parser's own words, without a byte of what came. */
  readonly reason?: string
}

function unreadable({ code, reason }: ParseError, server: Server): Refusal {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refuse('REQUEST_TIMEOUT')
  if (code === 'HPE_HEADER_OVERFLOW') {
    const { maxHeaderSize: limit = maxHeaderSize } = server as { maxHeaderSize?: number }
    return refuse('HEADERS_TOO_LARGE', { limit })
  }
  return refuse('BAD_REQUEST', { message: `Malformed HTTP: ${reason || code || 'it cannot be read'}` })
}

/**
 * Wait for the replies to requests that came whole: a refusal in their place would be taken for one of them.
 * @param then told whether a reply to what cannot be read has begun: another one would be taken for a part of it
 */
function afterReplies(socket: Duplex, then: (isBegun: boolean) => void): void {
  // Node's own link from a connection to the reply that is next.
  const { _httpMessage: next } = socket as { _httpMessage?: ServerResponse | null }
  if (next?.req.complete) next.once('close', () => afterReplies(socket, then))
  else then(next?.headersSent === true)
}

interface EarlyReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number>>
  readonly text: string
}

function earlyReply(options: Pick<HttpOptions, 'revision'>, refusal: Refusal): EarlyReply {
  const { status, text } = refusalReply(refusal)
  const headers = {
    'Content-Type': 'application/json',
    ...replyHeaders(options),
    Connection: 'close',
    'Content-Length': Buffer.byteLength(text),
  }
  return { status, headers, text }
}

function asText({ status, headers, text }: EarlyReply): string {
  const fields = Object.entries({ ...headers, Date: new Date().toUTCString() })
  const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${text}`
}
