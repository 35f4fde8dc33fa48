/** The body of an answer: read within bounds, and told as JSON, text or bytes by its content type. @module */
import type { IncomingMessage } from 'node:http'
import type { JsonValue } from '../domain/json.js'
import { excerpt, failure } from './failure.js'
import { endedFailure } from './guarded-http.js'
import type { OutboundFailure } from './outbound.js'

/** No answer is read further. */
export const maxBodyBytes = 4 * 1024 * 1024
/** As deep as the bodies that are read at the front door. */
const maxDepth = 200

export type BodyRead = { readonly ok: true; readonly bytes: Buffer } | OutboundFailure

/** Compressed, though no request asks for it. */
export const isCoded = ({ headers }: IncomingMessage): boolean =>
  (headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity'

/** Read a body to its end; a longer one, or a coded one, closes the connection. */
export async function readBody(message: IncomingMessage, signal: AbortSignal): Promise<BodyRead> {
  if (isCoded(message)) {
    message.destroy()
    const coding = excerpt(message.headers['content-encoding'] as string)
    return failure(`answered in the coding ${coding}, which was not asked for`, { maybeDone: true })
  }
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of message) {
      size += (chunk as Buffer).length
      if (size > maxBodyBytes) return failure(tooLong, { maybeDone: true })
      chunks.push(chunk as Buffer)
    }
  } catch {
    if (signal.aborted) return endedFailure(signal, true)
    return failure('was cut off in the middle of the answer', { retryable: true, maybeDone: true })
  }
  return { ok: true, bytes: Buffer.concat(chunks) }
}

export const tooLong = `answered more than ${maxBodyBytes / 1024 / 1024} MiB`

export type Decoded =
  | { readonly ok: true; readonly body: JsonValue; readonly encoding?: 'base64' }
  | OutboundFailure

/**
 * The body as a JSON value.
 * @param clean takes secrets out of a text
 */
export function decodeBody(bytes: Buffer, contentType: string | undefined, clean: TextMap): Decoded {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (/^application\/json$|\+json$/.test(type)) return decodeJson(bytes)
  const text = textOf(bytes, contentType)
  if (text !== undefined) return { ok: true, body: text }
  // Byte by byte, so that bytes which are no text stay what they are.
  const binary = Buffer.from(clean(bytes.toString('latin1')), 'latin1')
  return { ok: true, body: binary.toString('base64'), encoding: 'base64' }
}

type TextMap = (text: string) => string

/** The body where it is text by its type, or by its bytes where it has no type. */
export function textOf(bytes: Buffer, contentType: string | undefined): string | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  const isText = /^text\/|[/+](json|xml|yaml|javascript|x-www-form-urlencoded|x-ndjson)$/.test(type)
  if (!isText && type !== '') return undefined
  const charset = /charset="?([^\s;"]+)/i.exec(contentType ?? '')?.[1]
  try {
    return new TextDecoder(charset ?? 'utf-8', { fatal: !isText }).decode(bytes)
  } catch {
    return isText ? bytes.toString('utf8') : undefined
  }
}

function decodeJson(bytes: Buffer): Decoded {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '')
  if (text.trim() === '') return { ok: true, body: null }
  let body: JsonValue
  try {
    body = JSON.parse(text) as JsonValue
  } catch {
    return failure('answered JSON that does not parse', { maybeDone: true })
  }
  return deeperThan(body, maxDepth)
    ? failure(`answered JSON nested deeper than ${maxDepth}`, { maybeDone: true })
    : { ok: true, body }
}

/** Level by level, not by recursion: the depth is what is in doubt. */
export function deeperThan(value: JsonValue, depth: number): boolean {
  let level: JsonValue[] = [value]
  for (let reached = 0; level.length > 0; reached++) {
    if (reached > depth) return true
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null ? (Object.values(item) as JsonValue[]) : [],
    )
  }
  return false
}
