/** Replies that are sent whole. @module */
import {
  type IncomingMessage,
  OutgoingMessage,
  ServerResponse,
  STATUS_CODES,
  validateHeaderName,
  validateHeaderValue,
} from 'node:http'

/** Header fields: name and value by turns. Replies that are given the very same list share the making of their heads. */
export type HeaderFields = readonly string[]

/** A head up to the value of its last field, which is the length. */
interface Head {
  readonly status: number
  readonly fields: HeaderFields
  readonly second: number
  readonly keepAliveMs: number
  readonly text: string
}

// Of the whole process: a listener has a list of fields of its own, and is told its heads from another's by that.
let latest: Head | undefined

/**
 * A response as node's server makes it, which can also be sent in one piece: head and body as one string, written to the
 * connection once. Node's own way puts each head together anew, writes a second and empty part behind the body, and has
 * both collected before they leave.
 *
 * For the `ServerResponse` option of `http.createServer`. Whoever does not call `endWhole` has a plain response.
 */
export class WholeReply<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  /** Set by node's server, in milliseconds. */
  declare private readonly _keepAliveTimeout?: number
  /** Set by node's server. */
  declare private readonly _maxRequestsPerSocket?: number | null
  /** All of it was handed to the system. */
  wasSentWhole = false

  /**
   * Send this and nothing else.
   * @param fields without those that say how long the body is or whether the connection stays open
   * @param text of characters that are one byte each
   * @returns false where it has to be sent in node's own way: earlier replies have the connection, it is to be closed or is
   *   gone, or the head is not like others; nothing was sent then
   */
  endWhole(status: number, fields: HeaderFields, text: string): boolean {
    const { socket, _keepAliveTimeout: keepAliveMs } = this
    if (!socket?.writable || !keepAliveMs || !this.shouldKeepAlive || this.isTouched()) return false
    this.statusCode = status
    socket.write(`${head(status, fields, keepAliveMs)}${text.length}\r\n\r\n${text}`, 'latin1', (error) => {
      if (error) return
      this.wasSentWhole = true
      this.emit('finish')
    })
    this.finished = true
    return true
  }

  /** Whether the server around, or how it was made, has something to say in the head. */
  private isTouched(): boolean {
    return (
      this.getHeaderNames().length > 0 ||
      this.statusMessage !== undefined ||
      !this.sendDate ||
      Boolean(this._maxRequestsPerSocket)
    )
  }
}

// Newer versions of node know of the end of replies that went their own way only.
const finished = Object.getOwnPropertyDescriptor(OutgoingMessage.prototype, 'writableFinished')
Object.defineProperty(WholeReply.prototype, 'writableFinished', {
  configurable: true,
  get(this: WholeReply): boolean {
    return this.wasSentWhole || finished?.get?.call(this)
  },
})

function head(status: number, fields: HeaderFields, keepAliveMs: number): string {
  const second = Math.floor(Date.now() / 1000)
  if (
    latest?.second !== second ||
    latest.fields !== fields ||
    latest.status !== status ||
    latest.keepAliveMs !== keepAliveMs
  ) {
    let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i] as string
      const value = fields[i + 1] as string
      validateHeaderName(name)
      validateHeaderValue(name, value)
      text += `${name}: ${value}\r\n`
    }
    text += `Date: ${new Date(second * 1000).toUTCString()}\r\n`
    text += `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveMs / 1000)}\r\nContent-Length: `
    latest = { status, fields, second, keepAliveMs, text }
  }
  return latest.text
}
