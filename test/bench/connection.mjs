/**
 * One keep-alive HTTP/1.1 connection over a raw socket, one request at a time. The general clients of Node cost more
 * than the server under test; this one writes prepared bytes and reads no more than a status line and Content-Length.
 * @module
 */
import net from 'node:net'

const headEnd = Buffer.from('\r\n\r\n')
const nothing = Buffer.alloc(0)

/**
 * Splits a byte stream into replies. Knows Content-Length alone; a reply without it is refused, not guessed at.
 */
export class ReplyReader {
  #held = nothing

  /**
   * @param {Buffer} chunk bytes as they came; not kept after the call
   * @param {(reply: { status: number, bytes: Buffer, headEnd: number }) => void} onReply called for each complete
   *   reply. `bytes` is the whole reply, its body starts at `headEnd`; valid only during the call.
   */
  read(chunk, onReply) {
    let bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    this.#held = nothing
    while (bytes.length > 0) {
      const head = bytes.indexOf(headEnd)
      const length = head === -1 ? -1 : contentLength(bytes, head)
      const end = head + headEnd.length + length
      if (head === -1 || bytes.length < end) {
        this.#held = Buffer.from(bytes)
        return
      }
      onReply({ status: statusOf(bytes), bytes: bytes.subarray(0, end), headEnd: head + headEnd.length })
      bytes = bytes.subarray(end)
    }
  }
}

/** @param {Buffer} bytes starting with `HTTP/1.1 200` */
function statusOf(bytes) {
  return (bytes[9] - 48) * 100 + (bytes[10] - 48) * 10 + (bytes[11] - 48)
}

/** @param {Buffer} bytes @param {number} head */
function contentLength(bytes, head) {
  if (statusOf(bytes) === 204) return 0
  const found = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString('latin1', 0, head))
  if (found === null) throw new Error('A reply without Content-Length cannot be read')
  return Number(found[1])
}

/**
 * Opens a connection.
 * @param {number} port on 127.0.0.1
 * @param {(reply: { status: number, bytes: Buffer, headEnd: number }) => void} onReply
 * @param {(error: Error) => void} onError the socket broke, was closed by the server, or sent something unreadable
 * @returns {Promise<{ send(bytes: Buffer): void, close(): void }>}
 */
export function connect(port, onReply, onError) {
  return new Promise((resolve, reject) => {
    const reader = new ReplyReader()
    let open = true
    const fail = (/** @type {Error} */ error) => {
      if (open) onError(error)
      open = false
      reject(error)
    }
    const socket = net.connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      // One buffer a socket, used again for every read: no allocation in the loop that is being timed.
      onread: {
        buffer: Buffer.allocUnsafe(16_384),
        callback: (size, buffer) => {
          try {
            reader.read(/** @type {Buffer} */ (buffer).subarray(0, size), onReply)
          } catch (error) {
            fail(/** @type {Error} */ (error))
            socket.destroy()
          }
          return true
        },
      },
    })
    socket.on('error', fail)
    socket.on('close', () => fail(new Error('The server closed a connection')))
    socket.on('connect', () =>
      resolve({
        send: (bytes) => void socket.write(bytes),
        close: () => {
          open = false
          socket.destroy()
        },
      }),
    )
  })
}
