/** Health, and which policies are live. @module */
import type { Hono } from 'hono'
import { replyHeaders } from '../exchange.js'
import { openapiDocument } from '../openapi/document.js'
import type { HttpOptions } from '../options.js'

const capability = (name: string, description: string) => ({ name, since: '0.1.0', description })

/**
 * `/health` in AxonFlow's shape (the SDKs ask for `status: healthy`), `/health/live` (the process turns), `/health/ready`
 * (it can decide and record), and the live policy revision. None of them needs credentials.
 */
export function opsRoutes(app: Hono, options: HttpOptions): void {
  app.get('/health', (c) => {
    const { ready, details } = options.readiness()
    const body = {
      status: ready ? 'healthy' : 'unhealthy',
      service: 'stepgate',
      version: options.version,
      capabilities: [
        capability('workflow_control', 'Step gates, approvals and checkpoints'),
        capability('multi_agent_planning', 'Plans that are judged, approved and carried out'),
        capability('agent_registry', 'Agents in files and in the database, with versions'),
        capability('unified_execution', 'Status, cancellation and streams of all runs'),
        capability('execution_replay', 'Steps, timelines and exports of all runs'),
        capability('hitl_queue', 'Everything that waits for a person'),
      ],
      ...details,
    }
    return c.json(body, ready ? 200 : 503, replyHeaders(options))
  })
  app.get('/health/live', (c) => c.json({ status: 'alive' }, 200, replyHeaders(options)))
  app.get('/health/ready', (c) => {
    const { ready, details } = options.readiness()
    return c.json(
      { status: ready ? 'ready' : 'not_ready', ...details },
      ready ? 200 : 503,
      replyHeaders(options),
    )
  })
  const document = openapiDocument(options.version)
  app.get('/openapi.json', (c) => c.json(document, 200, replyHeaders(options)))
  app.get('/api/v1/policies/revision', (c) => {
    const revision = options.revision()
    return revision
      ? c.json(revision, 200, replyHeaders(options))
      : c.json({ error: 'no policy revision is loaded; every gate blocks' }, 503, replyHeaders(options))
  })
}
