/** Runs as they stand: list, look, cancel, follow (MAP contract §2.4 to §2.7). @module */
import type { Hono } from 'hono'
import { isRefusal } from '../../domain/errors.js'
import { type Handler, route } from '../exchange.js'
import type { HttpOptions } from '../options.js'
import { readReason } from '../wire/completion.js'
import { line } from '../wire/errors.js'
import { executionText, wireExecution } from '../wire/execution.js'
import { readExecutionQuery } from '../wire/execution-query.js'
import { wholeNumber } from '../wire/query.js'
import { eventStream, streamHeaders } from './event-stream.js'

const base = '/api/v1/unified/executions'

export function unifiedRoutes(app: Hono, options: HttpOptions): void {
  const { executions } = options.stepgate
  const get = (path: string, handler: Handler) =>
    app.get(`${base}${path}`, route(options, handler, { envelope: 'coded' }))

  get('', async ({ identity, query }) => {
    const asked = readExecutionQuery(query, { limit: 20, most: 100 })
    if (isRefusal(asked)) return asked
    const { rows, total } = await executions.list(identity, asked)
    const { limit, offset } = asked
    return line({
      executions: rows.map(wireExecution),
      total,
      limit,
      offset,
      has_more: offset + rows.length < total,
    })
  })

  get('/:execution_id', async ({ identity, param }) => {
    const execution = await executions.get(identity, param('execution_id'))
    return isRefusal(execution) ? execution : executionText(execution)
  })

  const cancel: Handler = async ({ identity, param, body }) => {
    const reason = readReason(body, 'cancelled via unified API')
    const execution = await executions.cancel(identity, param('execution_id'), reason)
    return isRefusal(execution) ? execution : executionText(execution)
  }
  app.post(`${base}/:execution_id/cancel`, route(options, cancel, { envelope: 'coded' }))

  get('/:execution_id/stream', async ({ identity, param, query, header }) => {
    const known = wholeNumber(header('last-event-id') ?? query('last_event_id'), 0)
    const stream = await executions.streams.open(identity, param('execution_id'), known)
    if (isRefusal(stream)) return stream
    // By the EventSource standard 204 tells a browser to stop reconnecting: there is nothing more to come.
    if (stream === 'over') return { status: 204, text: '' }
    return { status: 200, text: '', headers: streamHeaders, stream: eventStream(stream) }
  })
}
