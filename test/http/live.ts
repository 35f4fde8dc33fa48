/** A live gate for tests: real policies compiled by OPA, a real database file, real HTTP. @module */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { openStepgate, type StepgateOptions } from '#src/control/stepgate.js'
import {
  answerEarly,
  createApp,
  createListener,
  openIdentity,
  WholeMessage,
  WholeReply,
} from '#src/http/index.js'
import { openPolicies } from '#src/policy/bundle/open-policies.js'

/** Compiled modules are kept for one run of the tests, as a sidecar keeps them between starts. */
export const moduleCache = join(tmpdir(), `stepgate-test-modules-${process.ppid}`)

export interface Reply {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: replies are looked into by their contract names
  readonly body: any
  readonly text: string
}

export interface Caller {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>
}

export interface Live extends Caller {
  readonly url: string
  /** Move the gate's clock. */
  advance(ms: number): void
  /** The same gate as another tenant, user or client. */
  as(tenant: string, user?: string): Caller
  /** Make a workflow. @returns its id */
  workflow(fields?: Record<string, unknown>): Promise<string>
  gate(workflow: string, step: string, fields?: Record<string, unknown>, query?: string): Promise<Reply>
  readonly stepgate: Awaited<ReturnType<typeof openStepgate>>
  close(): Promise<void>
}

export interface LiveOptions extends Partial<StepgateOptions> {
  readonly policies?: string
  /** Serve the mountable app through Hono's own adapter instead of the listener. */
  readonly mounted?: boolean
  /** Serve the listener on node's plain requests and responses, as in somebody's own server. */
  readonly plain?: boolean
  /** Give requests to the listener a moment after they came, as a server does that asks somebody first. */
  readonly late?: boolean
  /** For node's server. */
  readonly server?: ServerOptions
  /** Told of each request before it is answered. */
  readonly onRequest?: RequestListener
  readonly publicUrl?: string
  /** Of all its callers; default `local`. */
  readonly org?: string
  readonly hosts?: readonly string[]
  readonly origins?: readonly string[]
}

/** The ways to serve the listener. */
export const listeners: readonly { readonly server: string; readonly options: LiveOptions }[] = [
  { server: 'the sidecar\u2019s listener', options: {} },
  { server: 'the listener in somebody\u2019s own server', options: { plain: true } },
  { server: 'the sidecar\u2019s listener, called late', options: { late: true } },
]

/** Start one. */
export async function startLive(options: LiveOptions = {}): Promise<Live> {
  const folder = mkdtempSync(join(tmpdir(), 'stepgate-'))
  const policies = await openPolicies({
    folder: options.policies ?? new URL('./policies', import.meta.url).pathname,
    cacheDir: moduleCache,
    watch: false,
  })
  const { lastError } = policies.status()
  if (lastError) throw new Error(`Policies refused: ${JSON.stringify(lastError.problems)}`)
  let ahead = 0
  const now = () => Date.now() + ahead
  const stepgate = await openStepgate({
    database: `file:${join(folder, 'stepgate.db')}`,
    engine: () => policies.engine(),
    registry: () => policies.registry(),
    now,
    ...options,
  })
  const http = {
    stepgate,
    identify: openIdentity(options.org ?? 'local'),
    revision: () => policies.engine().revision,
    readiness: () => ({ ready: true, details: {} }),
    version: 'test',
    now,
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
    ...(options.hosts === undefined ? {} : { hosts: options.hosts }),
    ...(options.origins === undefined ? {} : { origins: options.origins }),
  }
  const server = options.mounted
    ? createServer(getRequestListener(createApp(http).fetch))
    : createServer(
        {
          ...(options.plain ? {} : { IncomingMessage: WholeMessage, ServerResponse: WholeReply }),
          requireHostHeader: false,
          ...options.server,
        },
        options.late ? late(createListener(http)) : createListener(http),
      )
  if (!options.mounted) answerEarly(server, http)
  if (options.onRequest) server.prependListener('request', options.onRequest)
  const url = await listening(server)
  const as = (authorization: string | undefined, user?: string): Caller => ({
    call: async (method, path, body, headers = {}) => {
      const given = {
        'content-type': 'application/json',
        ...(authorization === undefined ? {} : { authorization }),
        ...(user === undefined ? {} : { 'x-user-id': user }),
        ...headers,
      }
      const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
      const response = await fetch(`${url}${path}`, { method, headers: given, ...sent })
      const text = await response.text()
      return { status: response.status, headers: response.headers, text, body: parsed(text) }
    },
  })
  const anyone = as(undefined)
  const live: Live = {
    url,
    stepgate,
    call: anyone.call,
    advance: (ms) => {
      ahead += ms
    },
    as: (tenant, user) => as(`Basic ${Buffer.from(`${tenant}:`).toString('base64')}`, user),
    workflow: async (fields = {}) => {
      const reply = await live.call('POST', '/api/v1/workflows', { workflow_name: 'nightly', ...fields })
      return reply.body.workflow_id
    },
    gate: (workflow, step, fields = {}, query = '') =>
      live.call('POST', `/api/v1/workflows/${workflow}/steps/${encodeURIComponent(step)}/gate${query}`, {
        step_type: 'llm_call',
        ...fields,
      }),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await stepgate.close()
      await policies.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return live
}

const late =
  (listener: RequestListener): RequestListener =>
  async (request, response) => {
    await new Promise((later) => setTimeout(later, 2))
    listener(request, response)
  }

function listening(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
