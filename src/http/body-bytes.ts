/** Reading a request's bytes, no more than a limit. @module */
import type { IncomingMessage } from 'node:http'

/** @returns the bytes, or `too-large` as soon as the limit is passed, or `cut-off` when the client went away */
export type BodyBytes = Buffer | 'too-large' | 'cut-off'

/** Read a fetch request's body. A declared length above the limit is refused unread. */
export async function requestBytes(request: Request, limit: number): Promise<BodyBytes> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return 'too-large'
  if (!request.body) return Buffer.alloc(0)
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += part.length
    if (size > limit) return 'too-large'
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** Read a node request's body: most fit one packet, which is then taken as it is. */
export function incomingBytes(
  incoming: IncomingMessage,
  limit: number,
  done: (bytes: BodyBytes) => void,
): void {
  if (Number(incoming.headers['content-length'] ?? 0) > limit) {
    done('too-large')
    return
  }
  let first: Buffer | undefined
  let rest: Buffer[] | undefined
  let size = 0
  let answered = false
  const answer = (bytes: BodyBytes): void => {
    if (answered) return
    answered = true
    done(bytes)
  }
  incoming.on('data', (part: Buffer) => {
    size += part.length
    if (size > limit) return answer('too-large')
    if (!first) first = part
    else {
      rest ??= [first]
      rest.push(part)
    }
  })
  incoming.on('end', () => answer(rest ? Buffer.concat(rest) : (first ?? Buffer.alloc(0))))
  incoming.on('error', () => answer('cut-off'))
}
