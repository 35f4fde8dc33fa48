/** The HITL queue: requests for a person's decision, and the holds of steps beside them (MAP contract §5.1). @module */
import type { Hono } from 'hono'
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import { type QueueFilter, type QueueOrder, queueOrders } from '../../store/tables.js'
import { type Exchange, type Handler, route } from '../exchange.js'
import type { HttpOptions } from '../options.js'
import { wholeNumber, wordList } from '../wire/query.js'
import { queueText, ruledEntryText, statsText, wireEntry } from '../wire/review.js'
import { historyRows } from '../wire/review-history.js'
import { expiryLimits, readReviewerWord, readReviewRequest } from '../wire/review-request.js'
import { gateBodyLimit } from '../workflows/gate.js'

const base = '/api/v1/hitl'
const entry = '/queue/:request_id'

/** Add the queue's routes. Ids in replies are the approval ids that gates answer, or those of the requests made here. */
export function hitlRoutes(app: Hono, options: HttpOptions): void {
  const { reviews } = options.stepgate
  const now = options.now ?? Date.now
  const terms = { envelope: 'flat', limit: gateBodyLimit } as const
  const get = (path: string, handler: Handler) => app.get(`${base}${path}`, route(options, handler, terms))
  const post = (path: string, handler: Handler) => app.post(`${base}${path}`, route(options, handler, terms))

  get('/queue', async ({ identity, query }) => {
    const filter = readFilter(query)
    if (isRefusal(filter)) return filter
    const { rows, total } = await reviews.list(identity, filter)
    const data = rows.map((row) => wireEntry(row, now()))
    return queueText(data, { total, limit: filter.limit, offset: filter.offset })
  })

  post('/queue', async ({ identity, body }) => {
    const asked = readReviewRequest(body)
    if (isRefusal(asked)) return asked
    const review = await reviews.request(identity, asked)
    return { status: 201, text: queueText(wireEntry({ review }, now())) }
  })

  get('/stats', async ({ identity }) => statsText(await reviews.stats(identity)))
  get('/status', () => queueText({ enabled: true, ...expiryLimits }))
  post('/expire', async ({ identity }) =>
    queueText({ expired_count: await reviews.expireOfTenant(identity) }),
  )

  get(entry, async ({ identity, param }) => {
    const id = readId(param('request_id'))
    if (isRefusal(id)) return id
    const found = await reviews.get(identity, id)
    return isRefusal(found) ? found : queueText(wireEntry(found, now()))
  })

  get(`${entry}/history`, async ({ identity, param }) => {
    const id = readId(param('request_id'))
    if (isRefusal(id)) return id
    const history = await reviews.history(identity, id)
    return isRefusal(history) ? history : queueText(historyRows(history))
  })

  for (const ruling of ['approve', 'reject', 'override'] as const) {
    post(`${entry}/${ruling}`, async ({ identity, param, body }) => {
      const id = readId(param('request_id'))
      if (isRefusal(id)) return id
      const said = readReviewerWord(body, ruling, identity)
      if (isRefusal(said)) return said
      const { identity: by, ...rest } = said
      const ruled = await reviews.decide(by, id, { ruling, ...rest })
      return isRefusal(ruled) ? ruled : ruledEntryText(ruled, now())
    })
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const readId = (text: string): string | Refusal =>
  uuid.test(text) ? text.toLowerCase() : refuse('BAD_REQUEST', { message: 'request_id must be a UUID' })

/** Unknown words in a filter match nothing; an unknown order is refused, because any order would look right. */
function readFilter(query: Exchange['query']): QueueFilter | Refusal {
  const orderBy = query('order_by') || 'created_at'
  if (!(queueOrders as readonly string[]).includes(orderBy))
    return refuse('BAD_REQUEST', { message: `order_by must be one of ${queueOrders.join(', ')}` })
  const statuses = wordList(query('status'))
  const severities = wordList(query('severity'))
  const given = { policyId: query('policy_id'), clientId: query('client_id'), userId: query('user_id') }
  return {
    ...(statuses ? { statuses } : {}),
    ...(severities ? { severities } : {}),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== '')),
    orderBy: orderBy as QueueOrder,
    ascending: query('order_dir') === 'ASC',
    limit: Math.min(wholeNumber(query('limit'), 1) ?? 50, 100),
    offset: wholeNumber(query('offset'), 0) ?? 0,
  }
}
