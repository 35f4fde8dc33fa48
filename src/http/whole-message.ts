/** Requests whose bodies are taken whole. @module */
import { IncomingMessage } from 'node:http'

/** Given each part of a body as it comes, then null. */
export type BodyTaker = (part: Buffer | null) => void

/** What node calls when a response ends before anybody read the request: it reads the rest and throws it away. */
const { _dump: dump } = IncomingMessage.prototype as unknown as { _dump?: () => void }

/**
 * A request as node's parser makes it, whose body can be had without the stream that it otherwise goes through. A stream
 * puts parts into a queue, wakes its reader a tick later, and tells of its end another tick later: a tenth of a gate's
 * time, for a body that is there already.
 *
 * For the `IncomingMessage` option of `http.createServer`. Whoever does not call `takeBody` has a plain request.
 */
export class WholeMessage extends IncomingMessage {
  private taker: BodyTaker | undefined = undefined
  private begun = false

  /**
   * Have the body's parts handed over as they are parsed, instead of reading the stream: that one stays empty and never ends.
   * Parts end without a null where the client goes away.
   * @returns false where some of it, or its end, is in the stream already: there it has to be read
   */
  takeBody(taker: BodyTaker): boolean {
    if (this.begun) return false
    this.taker = taker
    return true
  }

  /** Node's parser puts the parts of the body here. */
  override push(part: Buffer | null, encoding?: BufferEncoding): boolean {
    if (!this.taker) {
      this.begun = true
      return super.push(part, encoding)
    }
    this.taker(part)
    return true
  }

  /** What was taken needs no throwing away. */
  _dump(): void {
    if (!this.taker) dump?.call(this)
  }
}
