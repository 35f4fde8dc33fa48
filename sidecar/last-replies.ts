/** Says on the last reply of a connection that the connection ends with it. @module */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * A client may send requests before it has the replies to those before them. Node ends a connection after the reply that
 * says `connection: close`, so the ones that wait behind it would never be sent, though they may be decided already.
 */
export class LastReplies {
  private readonly waiting = new WeakMap<Socket, ServerResponse>()

  /** Told of each response that has no connection yet, because the reply to an earlier request has it. */
  waits(socket: Socket, response: ServerResponse): void {
    this.waiting.set(socket, response)
  }

  /**
   * Tells the client not to send another request on this connection.
   * @param response of a request that has just come; without it, of the latest request under way, if there is one
   */
  announceClose(socket: Socket, response = this.last(socket)): void {
    const before = this.last(socket)
    // It had the announcement until now.
    if (before && before !== response && !before.headersSent) before.removeHeader('connection')
    // One that has its headers keeps its connection, which is closed once it is idle.
    if (response && !response.headersSent) response.setHeader('connection', 'close')
  }

  private last(socket: Socket): ServerResponse | undefined {
    const waiting = this.waiting.get(socket)
    if (waiting && !waiting.writableFinished) return waiting
    // Node's own link from a connection to the response it is busy with; asking for it here spares a list of our own,
    // which every request would have to enter and leave.
    return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined
  }
}
