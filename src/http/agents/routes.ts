/** The agent registry (MAP contract §3). @module */
import type { Hono } from 'hono'
import type { AgentResource } from '../../domain/agent.js'
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import { anything, type Exchange, type Handler, type RouteTerms, route } from '../exchange.js'
import type { HttpOptions } from '../options.js'
import { wireAgent, wireAgentAtVersion, wireAgentTest, wireValidity, wireVersion } from '../wire/agent.js'
import { readAgent, readAgentTest, readRollout } from '../wire/agent-body.js'
import { line, refusalReply } from '../wire/errors.js'
import { readListQuery } from './list-query.js'

const base = '/api/v1/agents'
/** An id may hold a slash, as it is or as `%2F`. */
const one = `${base}/:agent_id${anything}`

/** A configuration may have 256 KiB as JSON; written with white space it is longer. */
const bodyLimit = 1024 * 1024
const terms: RouteTerms = { envelope: 'coded', limit: bodyLimit }

/**
 * Add the agent routes to an app. An agent may be called what a route is called: where `<domain>/versions` or
 * `<domain>/rollout` is an agent, the path means that agent.
 */
export function agentRoutes(app: Hono, options: HttpOptions): void {
  const { agents } = options.stepgate
  const add = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, handler: Handler) =>
    app.on(method, path, route(options, handler, terms))

  const list = async ({ identity, query }: Pick<Exchange, 'identity' | 'query'>) => {
    const asked = readListQuery(query)
    if (isRefusal(asked)) return asked
    const { rows, total } = await agents.list(identity, asked.filter)
    const pagination = {
      page: asked.page,
      page_size: asked.pageSize,
      total_items: total,
      total,
      total_pages: Math.ceil(total / asked.pageSize),
    }
    return line({ agents: rows.map(wireAgent), pagination })
  }
  add('GET', base, list)
  add('GET', `${base}/domain/:domain`, ({ identity, query, param }) =>
    list({ identity, query: (name) => (name === 'domain' ? param('domain') : query(name)) }),
  )

  add('POST', base, async ({ identity, body }) => {
    const read = readAgent(body, 'create')
    if (isRefusal(read)) return read
    const agent = await agents.create(identity, read.asked)
    return isRefusal(agent) ? agent : { status: 201, text: line({ agent: wireAgent(agent) }) }
  })

  add('POST', `${base}/validate`, async ({ identity, body }) => {
    const read = readAgent(body, 'validate')
    return isRefusal(read) ? read : line(wireValidity(await agents.validate(identity, read.asked)))
  })

  add('GET', `${one}/versions`, async (exchange) => {
    const { identity, param, query } = exchange
    const named = await agents.get(identity, `${param('agent_id')}/versions`)
    if (!isRefusal(named)) return shown(named)
    const limit = query('limit') || '50'
    if (!isWhole(limit)) return badWhole('limit')
    const applied = Math.min(Number(limit), 100)
    const found = await agents.versions(identity, param('agent_id'), applied)
    if (isRefusal(found)) return found
    return line({ versions: found.rows.map(wireVersion), total: found.total, limit: applied })
  })

  add('GET', `${one}/versions/:version`, async ({ identity, param }) => {
    const id = param('agent_id')
    if (!isWhole(param('version'))) return badWhole('version')
    const found = await agents.atVersion(identity, id, Number(param('version')))
    return isRefusal(found) ? found : line(wireAgentAtVersion(found))
  })

  add('POST', `${one}/test`, async ({ identity, param, body }) => {
    const asked = readAgentTest(body)
    if (isRefusal(asked)) return asked
    const tested = await agents.test(identity, param('agent_id'), asked)
    return isRefusal(tested) ? tested : line(wireAgentTest(tested))
  })

  for (const verb of ['activate', 'deactivate'] as const) {
    add('POST', `${one}/${verb}`, async ({ identity, param }) =>
      shown(await agents.setActive(identity, param('agent_id'), verb === 'activate')),
    )
  }

  add('POST', `${one}/rollback/:version`, async ({ identity, param }) => {
    if (!isWhole(param('version'))) return badWhole('version')
    return shown(await agents.rollback(identity, param('agent_id'), Number(param('version'))))
  })

  const update: Handler = async ({ identity, param, body }) => {
    const read = readAgent(body, 'update')
    if (isRefusal(read)) return read
    return shown(await agents.update(identity, param('agent_id'), read.asked, read.terms))
  }

  add('PUT', `${one}/rollout`, async (exchange) => {
    const { identity, param, body } = exchange
    const named = `${param('agent_id')}/rollout`
    if (!isRefusal(await agents.get(identity, named))) return update({ ...exchange, param: () => named })
    const asked = readRollout(body)
    if (isRefusal(asked)) return asked
    return shown(await agents.rollout(identity, param('agent_id'), asked))
  })

  add('GET', one, async ({ identity, param }) => shown(await agents.get(identity, param('agent_id'))))
  add('PUT', one, update)
  add('DELETE', one, async ({ identity, param }) => {
    const deleted = await agents.delete(identity, param('agent_id'))
    return isRefusal(deleted) ? deleted : { status: 204, text: '' }
  })

  for (const path of [base, one]) {
    app.all(path, (c) => {
      const refusal = refuse('METHOD_NOT_ALLOWED', { method: c.req.method })
      const Allow = allowed(c.req.path)
      return route(options, () => ({ ...refusalReply(refusal, 'coded'), headers: { Allow } }), terms)(c)
    })
  }
}

const shown = (agent: AgentResource | Refusal) =>
  isRefusal(agent) ? agent : line({ agent: wireAgent(agent) })

/** A version or a limit. */
const isWhole = (text: string): boolean => /^[1-9]\d{0,8}$/.test(text)
const badWhole = (name: string): Refusal =>
  refuse('BAD_REQUEST', { message: `${name} must be a whole number, one or more` })

/** What a path under `/agents` takes. Any of them may be an agent's id, and so is read, changed and deleted. */
function allowed(path: string): string {
  if (path === base || path === `${base}/`) return 'GET, POST, OPTIONS'
  const posts = /\/(activate|deactivate|test|validate|rollback\/\d+)$/.test(path)
  return `GET, ${posts ? 'POST, ' : ''}PUT, DELETE, OPTIONS`
}
