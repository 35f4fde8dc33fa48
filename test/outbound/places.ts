/** Places to call: real local servers, and the documents that name them. @module */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Connector, HttpOperation, Provider, Registry } from '#src/domain/agent.js'
import { emptyRegistry } from '#src/domain/agent.js'
import { type OutboundSetup, openOutbound } from '#src/outbound/open-outbound.js'
import type { Outbound, OutboundFailure, OutboundOptions, OutboundResult } from '#src/outbound/outbound.js'

export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Place {
  readonly url: string
  readonly port: number
  /** Requests that came, in order. */
  readonly received: Received[]
  /** Resolves when a connection has been closed from the other side. */
  readonly cut: Promise<void>
  close(): Promise<void>
}

type Answer = (request: Received, response: ServerResponse) => void

/** Start a server that answers so. */
export async function startPlace(answer: Answer): Promise<Place> {
  const received: Received[] = []
  let wasCut: () => void = () => undefined
  const cut = new Promise<void>((resolve) => {
    wasCut = resolve
  })
  const listener: RequestListener = async (request, response) => {
    response.on('close', () => response.writableFinished || wasCut())
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const entry = { method: request.method!, url: request.url!, headers: request.headers, body }
    received.push(entry)
    answer(entry, response)
  }
  return { received, cut, ...(await listen(listener)) }
}

/** Serve on a free port of the loopback. */
export async function listen(listener: RequestListener): Promise<Pick<Place, 'url' | 'port' | 'close'>> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const json = (response: ServerResponse, value: unknown, status = 200, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}

const common = { timeoutMs: 20_000, retries: { attempts: 1, backoffMs: 1 } }

/** A connector of type `http` with one operation `run`. */
export const httpConnector = (
  baseUrl: string,
  operation: Partial<HttpOperation> = {},
  rest: Partial<Extract<Connector, { type: 'http' }>> = {},
): Connector => ({
  name: 'shop',
  type: 'http',
  baseUrl,
  allowPrivate: true,
  headers: {},
  operations: { run: { method: 'POST', path: '/run', idempotent: false, ...operation } },
  ...common,
  ...rest,
})

export const registryOf = (...documents: (Connector | Provider)[]): Registry => ({
  ...emptyRegistry,
  connectors: new Map(
    documents.filter((d): d is Connector => d.type !== 'openai-compatible').map((d) => [d.name, d]),
  ),
  providers: new Map(
    documents.filter((d): d is Provider => d.type === 'openai-compatible').map((d) => [d.name, d]),
  ),
})

/** Open the way outwards with an environment of its own. */
export const open = (env: Record<string, string> = {}, setup: Partial<OutboundSetup> = {}): Outbound =>
  openOutbound({ readEnv: (name) => env[name], ...setup })

/** Call a connector's operation, `run` by default. */
export const callConnector = (
  outbound: Outbound,
  connector: Connector,
  parameters: Record<string, never> | object = {},
  options: Partial<OutboundOptions> & { operation?: string } = {},
): Promise<OutboundResult> => {
  const { operation = 'run', ...rest } = options
  return outbound.perform(
    { kind: 'connector', connector: connector.name, operation, parameters: parameters as never },
    { registry: registryOf(connector), idempotencyKey: 'key-1', ...rest },
  )
}

/** The failure that is expected; an error that shows the result where it was none. */
export function failed(result: OutboundResult): OutboundFailure {
  if (result.ok) throw new Error(`It worked: ${JSON.stringify(result.output)}`)
  return result
}

/** The output that is expected. */
// biome-ignore lint/suspicious/noExplicitAny: outputs are looked into by their documented names
export function output(result: OutboundResult): any {
  if (!result.ok) throw new Error(result.error)
  return result.output
}
