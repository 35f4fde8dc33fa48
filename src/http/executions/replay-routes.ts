/** Runs as they went: list, steps, timeline, export (MAP contract §2.1, §2.2). @module */
import type { Hono } from 'hono'
import { isRefusal, refuse } from '../../domain/errors.js'
import type { Replay } from '../../domain/execution/replay.js'
import { type Exchange, type Handler, route } from '../exchange.js'
import type { HttpOptions } from '../options.js'
import { line } from '../wire/errors.js'
import { readExecutionQuery } from '../wire/execution-query.js'
import {
  wireExport,
  wireReplay,
  wireSnapshot,
  wireSummary,
  wireTimelineEntry,
} from '../wire/execution-replay.js'
import { wholeNumber } from '../wire/query.js'

const base = '/api/v1/executions'

export function replayRoutes(app: Hono, options: HttpOptions): void {
  const { executions } = options.stepgate
  const now = options.now ?? Date.now
  const get = (path: string, handler: Handler) => app.get(`${base}${path}`, route(options, handler))
  const read = (path: string, shown: (replay: Replay, exchange: Exchange) => unknown) =>
    get(`/:execution_id${path}`, async (exchange) => {
      const replay = await executions.replay(exchange.identity, exchange.param('execution_id'))
      if (isRefusal(replay)) return replay
      const reply = shown(replay, exchange)
      return isRefusal(reply) ? reply : line(reply)
    })

  get('', async ({ identity, query }) => {
    const asked = readExecutionQuery(query, { limit: 50, most: 1000 })
    if (isRefusal(asked)) return asked
    const { rows, total } = await executions.heads(identity, asked)
    return line({
      executions: rows.map((head) => wireSummary(head)),
      total,
      limit: asked.limit,
      offset: asked.offset,
    })
  })

  read('', wireReplay)
  read('/steps', ({ execution, steps }) => steps.map((step) => wireSnapshot(execution, step)))
  read('/timeline', ({ steps }) => steps.map(wireTimelineEntry))
  read('/steps/:step_index', ({ execution, steps }, { param }) => {
    const index = wholeNumber(param('step_index'), 0)
    if (index === undefined) return refuse('BAD_REQUEST', { message: 'Invalid step index' })
    const step = steps.find((one) => one.index === index)
    return step ? wireSnapshot(execution, step) : refuse('NOT_FOUND', { what: 'Step' })
  })

  get('/:execution_id/export', async ({ identity, param, query }) => {
    const replay = await executions.replay(identity, param('execution_id'))
    if (isRefusal(replay)) return replay
    const part = (name: string): boolean => query(`include_${name}`) !== 'false'
    const parts = { input: part('input'), output: part('output'), policies: part('policies') }
    const document = wireExport(replay, parts, query('format') || 'json', now())
    return {
      status: 200,
      text: `${JSON.stringify(document, null, 2)}\n`,
      headers: { 'Content-Disposition': `attachment; filename=execution-${replay.execution.id}.json` },
    }
  })

  app.delete(
    `${base}/:execution_id`,
    route(options, async ({ identity, param }) => {
      const refusal = await executions.forget(identity, param('execution_id'))
      return refusal ?? { status: 204, text: '' }
    }),
  )
}
