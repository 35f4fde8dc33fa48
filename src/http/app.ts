/** The mountable app. @module */
import { Hono } from 'hono'
import { agentRoutes } from './agents/routes.js'
import { approvalRoutes } from './approvals/routes.js'
import { foreignRefusal } from './caller.js'
import { replyHeaders } from './exchange.js'
import { executionRoutes } from './executions/routes.js'
import { failureReply } from './failure.js'
import { opsRoutes } from './ops/routes.js'
import type { HttpOptions } from './options.js'
import { planRoutes } from './plans/routes.js'
import { refusalReply } from './wire/errors.js'
import type { TextReply } from './workflows/gate.js'
import { workflowRoutes } from './workflows/routes.js'

/**
 * All routes as a Hono app: serve it with any adapter, or mount it in a gateway of your own. `createListener` serves the
 * same with a shorter way for the gate.
 */
export function createApp(options: HttpOptions): Hono {
  const app = new Hono()
  const refuseForeign = foreignRefusal(options)
  app.use(async (c, next) => {
    const origin = c.req.header('origin')
    const refusal = refuseForeign(c.req.header('host'), c.req.method === 'OPTIONS' ? undefined : origin)
    if (refusal) return jsonReply(options, refusalReply(refusal))
    await next()
    if (origin !== undefined && options.origins?.includes(origin))
      c.res.headers.set('Access-Control-Allow-Origin', origin)
    return undefined
  })
  app.options('*', (c) => preflight(options, c.req.header('origin')))
  opsRoutes(app, options)
  agentRoutes(app, options)
  planRoutes(app, options)
  approvalRoutes(app, options)
  executionRoutes(app, options)
  workflowRoutes(app, options)
  refuseOtherMethods(app, options)
  app.notFound(
    () =>
      new Response('404 page not found\n', { status: 404, headers: { ...plain, ...replyHeaders(options) } }),
  )
  app.onError((error, c) => jsonReply(options, failureReply(options, error, c.req.header('x-request-id'))))
  return app
}

const plain = { 'Content-Type': 'text/plain; charset=utf-8' }

/** A reply of JSON text that belongs to no route. */
export function jsonReply(options: Pick<HttpOptions, 'revision'>, { status, text }: TextReply): Response {
  return new Response(text, {
    status,
    headers: { 'Content-Type': 'application/json', ...replyHeaders(options) },
  })
}

/** A path that exists answers 405 to a method it does not know, and names those it does. */
function refuseOtherMethods(app: Hono, options: HttpOptions): void {
  const methods = new Map<string, string[]>()
  for (const { path, method } of app.routes) {
    if (method !== 'ALL' && method !== 'OPTIONS') methods.set(path, [...(methods.get(path) ?? []), method])
  }
  for (const [path, allowed] of methods) {
    const allow = { ...plain, Allow: [...allowed, 'OPTIONS'].join(', ') }
    app.all(path, () => {
      return new Response('Method Not Allowed\n', {
        status: 405,
        headers: { ...allow, ...replyHeaders(options) },
      })
    })
  }
}

/** Preflight is the same for every path; only a listed origin is told that it may call (WCP §2.2). */
function preflight(options: HttpOptions, origin: string | undefined): Response {
  const allowed = origin !== undefined && (options.origins ?? []).includes(origin)
  return new Response(null, {
    status: 200,
    headers: {
      ...(allowed ? { 'Access-Control-Allow-Origin': origin } : {}),
      'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE, OPTIONS',
      'Access-Control-Allow-Headers': 'Content-Type, Authorization, X-User-ID, X-User-Email, X-Request-ID',
      'Access-Control-Max-Age': '86400',
      ...replyHeaders(options),
    },
  })
}
