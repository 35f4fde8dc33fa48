/** Reading a request's bytes, no more than a limit. @module */
import type { IncomingMessage } from 'node:http'
import { WholeMessage } from './whole-message.js'

/** @returns the bytes, or `too-large` as soon as the limit is passed, or `cut-off` when the client went away */
export type BodyBytes = Buffer | 'too-large' | 'cut-off'

/**
 * A client that is still sending hears no answer: the connection is reset under it. So what is over the limit is read to its
 * end and thrown away before it is refused, up to this many bytes.
 */
const discardLimit = 64 * 1024 * 1024

/** Read a fetch request's body. */
export async function requestBytes(request: Request, limit: number): Promise<BodyBytes> {
  if (!request.body) return Buffer.alloc(0)
  let parts: Uint8Array[] = []
  let size = 0
  for await (const part of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += part.length
    if (size <= limit) parts.push(part)
    else parts = []
    if (size > discardLimit) break
  }
  return size > limit ? 'too-large' : Buffer.concat(parts)
}

/** Read a node request's body: most fit one packet, which is then taken as it is. */
export function incomingBytes(
  incoming: IncomingMessage,
  limit: number,
  done: (bytes: BodyBytes) => void,
): void {
  let first: Buffer | undefined
  let rest: Buffer[] | undefined
  let size = 0
  let answered = false
  const answer = (bytes: BodyBytes): void => {
    if (answered) return
    answered = true
    done(bytes)
  }
  const add = (part: Buffer): void => {
    size += part.length
    if (size > limit) {
      first = undefined
      rest = undefined
      if (size > discardLimit) answer('too-large')
    } else if (!first) first = part
    else {
      rest ??= [first]
      rest.push(part)
    }
  }
  const end = (): void =>
    answer(size > limit ? 'too-large' : rest ? Buffer.concat(rest) : (first ?? Buffer.alloc(0)))
  // Where the client goes away nobody waits for an answer.
  const take = (part: Buffer | null): void => (part === null ? end() : add(part))
  if (incoming instanceof WholeMessage && incoming.takeBody(take)) return
  incoming.on('data', add)
  incoming.on('end', end)
  incoming.on('error', () => answer('cut-off'))
}
