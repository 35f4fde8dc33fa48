/** Connections to MCP servers: a child process over its standard streams, or streamable HTTP through the guarded door. @module */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { Connector } from '../domain/agent.js'
import { maxBodyBytes } from './answer-body.js'
import { startDeadline } from './deadline.js'
import { CallFailed, failure } from './failure.js'
import { type FetchInit, guardedFetch } from './guarded-fetch.js'
import type { GuardedHttp } from './guarded-http.js'
import { readHeaders } from './http-request.js'
import type { Secrets } from './secrets.js'

export type McpConnector = Extract<Connector, { type: 'mcp-stdio' | 'mcp-http' }>
type StdioConnector = Extract<McpConnector, { type: 'mcp-stdio' }>
type HttpConnector = Extract<McpConnector, { type: 'mcp-http' }>

/** The call for whose sake a request is made: known to the door, though the SDK's session stands between. */
export interface CallContext {
  readonly signal: AbortSignal
  readonly idempotent: boolean
  /** Told when the answer breaks off; the SDK would wait on. */
  readonly onCut: (error: unknown) => void
}
export const callContext = new AsyncLocalStorage<CallContext>()

/** Work that fails as soon as the answer it waits for is cut off. */
export function withCut<T>(work: (onCut: CallContext['onCut']) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cutOff = failure('was cut off in the middle of the answer', { retryable: true, maybeDone: true })
    work((error) => reject(error instanceof CallFailed ? error : new CallFailed(cutOff))).then(
      resolve,
      reject,
    )
  })
}

export interface TransportNeeds {
  readonly http: GuardedHttp
  readonly secrets: Secrets
  readonly readEnv: (name: string) => string | undefined
  readonly onLog: (line: string) => void
  readonly now: () => number
}

/** @throws CallFailed where a secret is missing */
export const openTransport = (connector: McpConnector, needs: TransportNeeds): Promise<Transport> =>
  connector.type === 'mcp-stdio' ? openProcess(connector, needs) : openStream(connector, needs)

async function openProcess(connector: StdioConnector, needs: TransportNeeds): Promise<Transport> {
  const [command, ...args] = connector.command
  if (command === undefined) throw new CallFailed(failure('was not started: it has no command'))
  const { StdioClientTransport, DEFAULT_INHERITED_ENV_VARS } = await import(
    '@modelcontextprotocol/sdk/client/stdio.js'
  )
  const environment: Record<string, string | undefined> = {}
  // The SDK passes more of its own environment on; a name that is given without a value is left out.
  if (process.platform !== 'win32')
    for (const name of DEFAULT_INHERITED_ENV_VARS) environment[name] = undefined
  for (const name of ['PATH', 'HOME']) environment[name] = needs.readEnv(name)
  for (const [name, reference] of Object.entries(connector.environment)) {
    const read = await needs.secrets.read(reference)
    if (!read.ok) throw new CallFailed(failure(`was not started: ${read.message}`))
    environment[name] = read.value
  }
  const transport = new StdioClientTransport({
    command,
    args,
    env: environment as Record<string, string>,
    stderr: 'pipe',
    maxBufferSize: maxBodyBytes,
  })
  passOn(transport.stderr, needs.onLog)
  return transport
}

/** Lines of a stream, cut to an excerpt each. */
function passOn(stream: NodeJS.EventEmitter | null, onLine: (line: string) => void): void {
  let rest = ''
  const pass = (line: string) => line.trim() === '' || onLine(line)
  stream?.on('data', (chunk: Buffer) => {
    const parts = `${rest}${chunk.toString('utf8')}`.split('\n')
    // A line that never ends is passed on in pieces.
    rest = parts.at(-1)!.length > 4_096 ? '' : parts.pop()!
    for (const part of parts) pass(part)
  })
  stream?.on('end', () => pass(rest))
}

/** A cancellation or a farewell that nobody waits for takes no longer. */
const noticeMs = 5_000

async function openStream(connector: HttpConnector, needs: TransportNeeds): Promise<Transport> {
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js')
  const url = new URL(connector.url)
  const fetch = async (address: string | URL, init: FetchInit & { signal?: AbortSignal | null } = {}) => {
    // No tool call needs the stream of notices beside the calls: it would be a socket held open for nothing.
    const headers = new Headers(init.headers)
    if (init.method === 'GET' && !headers.has('last-event-id')) return new Response(null, { status: 405 })
    const call = callContext.getStore()
    const notice = isNotice(init) || !call ? startDeadline(noticeMs, init.signal ?? undefined) : undefined
    try {
      const declared = await readHeaders(connector.headers, needs.secrets)
      if (!declared.ok) throw new CallFailed(failure(`was not sent: ${declared.message}`))
      const response = await guardedFetch(needs.http, address, init, {
        origin: url.origin,
        allowPrivate: connector.allowPrivate,
        idempotent: call?.idempotent ?? false,
        signal: notice?.signal ?? call!.signal,
        secrets: needs.secrets,
        headers: { 'user-agent': 'stepgate', ...declared.value },
        now: needs.now,
      })
      return call && !notice && response.body ? watched(response, response.body, call.onCut) : response
    } finally {
      notice?.clear()
    }
  }
  const transport = new StreamableHTTPClientTransport(url, { fetch: fetch as typeof globalThis.fetch })
  return transport as Transport
}

/** Sent beside a call, often after its end: the cancellation, and the session's first and last words. */
const isNotice = ({ body, method }: FetchInit): boolean =>
  method === 'DELETE' || (typeof body === 'string' && !Object.hasOwn(JSON.parse(body), 'id'))

/**
 * Tell when a body breaks off. A stream whose events have ids can be taken up again, which the SDK does; without them
 * nothing more will come.
 */
function watched(
  response: Response,
  body: ReadableStream<Uint8Array>,
  onCut: CallContext['onCut'],
): Response {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let resumable = false
  let end = ''
  const passed = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) return controller.close()
        const text = end + decoder.decode(value, { stream: true })
        resumable ||= /(^|[\r\n])id:/.test(text)
        end = text.slice(-4)
        controller.enqueue(value)
      } catch (error) {
        controller.error(error)
        if (!resumable || error instanceof CallFailed) onCut(error)
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return new Response(passed, { status: response.status, headers: response.headers })
}
