import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agentsPath as at, config, registry } from './agents-fixture.js'
import { type Live, startLive } from './live.js'

let live: Live
beforeEach(async () => {
  live = await startLive({ registry: () => registry })
})
afterEach(() => live.close())

const create = async (fields: Record<string, unknown> = {}) =>
  (await live.call('POST', at, { name: 'helper', config: config(), ...fields })).body.agent

const names = async (query: string): Promise<string[]> =>
  (await live.call('GET', `${at}?${query}`)).body.agents.map((agent: { name: string }) => agent.name)

describe('an agent of the database', () => {
  it('is made with 201 at version 1, active and in the domain generic unless asked otherwise', async () => {
    const { status, body } = await live.call('POST', at, { name: 'helper', config: config() })
    expect(status).toBe(201)
    expect(body.agent).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      name: 'helper',
      domain: 'generic',
      spec: config(),
      config: config(),
      version: 1,
      is_active: true,
      source: 'database',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      updated_at: body.agent.created_at,
      read_only: false,
    })
    const other = await create({ name: 'other', domain: 'finance', description: 'Counts.', is_active: false })
    expect(other).toMatchObject({ domain: 'finance', description: 'Counts.', is_active: false })
  })

  it('may come with nulls, which count as absent, but for those in its parameters', async () => {
    const { agents, routing } = config()
    const [searcher, writer] = agents
    const sent = {
      synthesis: null,
      execution: { default_mode: 'auto', hints: null },
      agents: [
        { ...searcher, llm: null, description: null, parameters: { q: '{{query}}', kind: null } },
        writer,
      ],
      routing: routing.map((rule) => ({ ...rule, connector: null })),
    }
    const made = await live.call('POST', at, {
      name: 'helper',
      domain: null,
      description: null,
      config: sent,
    })
    expect(made.status, made.text).toBe(201)
    expect(made.body.agent.config).toEqual({
      execution: { default_mode: 'auto' },
      agents: [{ ...searcher, parameters: { q: '{{query}}', kind: null } }, writer],
      routing,
    })
    expect((await live.call('POST', `${at}/validate`, { config: sent })).body.valid).toBe(true)
  })

  it('is found by its id, its name, and its domain and name with a slash written either way', async () => {
    const agent = await create()
    for (const id of [agent.id, 'helper', 'generic/helper', 'generic%2Fhelper', 'generic%2fhelper']) {
      expect((await live.call('GET', `${at}/${id}`)).body).toEqual({ agent })
    }
  })

  it('changes only in what an update names, one version a change', async () => {
    await create({ description: 'Helps.' })
    live.advance(1000)
    const renamed = await live.call('PUT', `${at}/generic/helper`, { name: 'aide', domain: 'ops' })
    expect(renamed.status).toBe(200)
    expect(renamed.body.agent).toMatchObject({
      name: 'aide',
      domain: 'ops',
      description: 'Helps.',
      version: 2,
      config: config(),
    })
    expect(renamed.body.agent.updated_at).not.toBe(renamed.body.agent.created_at)
    expect((await live.call('GET', `${at}/generic/helper`)).status).toBe(404)
    const bare = await live.call('PUT', `${at}/aide`, { description: '', is_active: false })
    expect(bare.body.agent).toMatchObject({ version: 3, is_active: false })
    expect(bare.body.agent).not.toHaveProperty('description')
  })

  it('is switched on and off', async () => {
    await create()
    const off = await live.call('POST', `${at}/generic/helper/deactivate`)
    expect(off.body.agent).toMatchObject({ is_active: false, version: 2 })
    const on = await live.call('POST', `${at}/generic%2Fhelper/activate`)
    expect(on.body.agent).toMatchObject({ is_active: true, version: 3 })
  })

  it('is gone after a 204, its name free again', async () => {
    const { id } = await create()
    const deleted = await live.call('DELETE', `${at}/generic/helper`)
    expect([deleted.status, deleted.text]).toEqual([204, ''])
    for (const path of [`/${id}`, '/helper'])
      expect((await live.call('GET', `${at}${path}`)).status).toBe(404)
    expect((await live.call('DELETE', `${at}/${id}`)).status).toBe(404)
    expect((await create()).id).not.toBe(id)
  })

  it('has a name of its own in its domain: another of that name is 409', async () => {
    await create()
    await create({ name: 'second' })
    const { status, body } = await live.call('POST', at, { name: 'helper', config: config() })
    expect([status, body.error.code]).toEqual([409, 'AGENT_NAME_TAKEN'])
    expect(body.error.details).toMatchObject([{ field: 'name' }])
    expect((await live.call('PUT', `${at}/second`, { name: 'helper' })).status).toBe(409)
    expect(await create({ domain: 'finance' })).toMatchObject({ name: 'helper', domain: 'finance' })
  })

  it('may be called what a route is called', async () => {
    await create({ name: 'versions' })
    await create({ name: 'rollout' })
    await create({ name: 'test', domain: 'test' })
    await create({ name: 'validate' })
    const get = async (path: string) => (await live.call('GET', `${at}/${path}`)).body
    expect((await get('generic/versions')).agent.name).toBe('versions')
    expect((await get('generic/versions/versions')).versions).toHaveLength(1)
    expect((await get('versions/versions/1')).agent.name).toBe('versions')
    expect((await get('test/test')).agent.domain).toBe('test')
    expect((await get('validate')).agent.name).toBe('validate')
    const put = await live.call('PUT', `${at}/generic/rollout`, { description: 'Rolls.' })
    expect(put.body.agent).toMatchObject({ name: 'rollout', description: 'Rolls.' })
  })

  it('of another tenant is 404, and in nobody else’s list', async () => {
    const { id } = await create()
    const theirs = live.as('other')
    const attempts: [string, string, unknown?][] = [
      ['GET', `/${id}`],
      ['GET', '/generic/helper'],
      ['PUT', `/${id}`, { description: 'mine' }],
      ['DELETE', `/${id}`],
      ['POST', `/${id}/activate`],
      ['POST', `/${id}/deactivate`],
      ['POST', `/${id}/test`, { query: 'find it' }],
      ['POST', `/${id}/rollback/1`],
      ['PUT', `/${id}/rollout`, { version: 1, percent: 5 }],
      ['GET', `/${id}/versions`],
      ['GET', `/${id}/versions/1`],
    ]
    for (const [method, path, body] of attempts) {
      const reply = await theirs.call(method, `${at}${path}`, body)
      expect([method, path, reply.status, reply.body.error.code]).toEqual([method, path, 404, 'NOT_FOUND'])
    }
    expect((await theirs.call('GET', `${at}?source=database`)).body.agents).toEqual([])
    const mine = await theirs.call('POST', at, { name: 'helper', config: config() })
    expect(mine.status).toBe(201)
    expect((await live.call('GET', `${at}/helper`)).body.agent.id).toBe(id)
  })
})

describe('an agent of a file', () => {
  it('is read by its id, and has no history here', async () => {
    const { body } = await live.call('GET', `${at}/generic/research`)
    expect(body.agent).toEqual({
      id: 'generic/research',
      name: 'research',
      domain: 'generic',
      description: 'Finds things OUT',
      spec: config(),
      config: config(),
      version: 1,
      is_active: true,
      source: 'file',
      read_only: true,
    })
    expect((await live.call('GET', `${at}/generic/research/versions`)).body.versions).toEqual([])
    expect((await live.call('GET', `${at}/generic%2Fresearch/versions/1`)).body).toEqual(body)
    expect((await live.call('GET', `${at}/research/versions/2`)).status).toBe(404)
  })

  it('answers every write with 409 AGENT_READ_ONLY', async () => {
    const writes: [string, string, unknown?][] = [
      ['PUT', '', { description: 'mine' }],
      ['DELETE', ''],
      ['POST', '/activate'],
      ['POST', '/deactivate'],
      ['POST', '/rollback/1'],
      ['PUT', '/rollout', { version: 1, percent: 5 }],
    ]
    for (const [method, path, body] of writes) {
      const reply = await live.call(method, `${at}/generic/research${path}`, body)
      expect([reply.status, reply.body.error.code]).toEqual([409, 'AGENT_READ_ONLY'])
    }
  })

  it('stands behind an agent of the database of its domain and name, active or not, until that is deleted', async () => {
    const { id } = await create({ name: 'research' })
    const shown = async () => (await live.call('GET', `${at}/generic/research`)).body.agent.id
    expect(await shown()).toBe(id)
    await live.call('POST', `${at}/generic/research/deactivate`)
    expect(await shown()).toBe(id)
    const { agents } = (await live.call('GET', `${at}?domain=generic`)).body
    expect(agents.map((agent: { id: string }) => agent.id)).toEqual([id])
    await live.call('DELETE', `${at}/generic/research`)
    expect(await shown()).toBe('generic/research')
  })
})

describe('the list of agents', () => {
  beforeEach(async () => {
    await create({ name: 'zebra', description: 'Stripes; finds grass' })
    live.advance(1000)
    await create({ name: 'ant', domain: 'finance', is_active: false })
  })

  it('has files and database together, by name', async () => {
    const { body } = await live.call('GET', at)
    expect(body.agents.map((agent: { name: string }) => agent.name)).toEqual([
      'ant',
      'ledger',
      'research',
      'zebra',
    ])
    expect(body.pagination).toEqual({ page: 1, page_size: 20, total_items: 4, total: 4, total_pages: 1 })
  })

  it('is filtered by domain, text, state and source', async () => {
    expect(await names('domain=finance')).toEqual(['ant', 'ledger'])
    expect(await names('search=FINDS')).toEqual(['research', 'zebra'])
    expect(await names('search=an')).toEqual(['ant'])
    expect(await names('is_active=false')).toEqual(['ant'])
    expect(await names('is_active=true&source=database')).toEqual(['zebra'])
    expect(await names('source=file&domain=finance')).toEqual(['ledger'])
    const { body } = await live.call('GET', `${at}/domain/finance?sort_dir=desc`)
    expect(body.agents.map((agent: { name: string }) => agent.name)).toEqual(['ledger', 'ant'])
  })

  it('is sorted either way', async () => {
    expect(await names('sort_by=domain')).toEqual(['ant', 'ledger', 'research', 'zebra'])
    expect(await names('sort_by=created_at&source=database')).toEqual(['zebra', 'ant'])
    await live.call('PUT', `${at}/zebra`, { description: 'Grass' })
    live.advance(1000)
    await live.call('PUT', `${at}/zebra`, { description: 'More grass' })
    expect(await names('sort_by=updated_at&sort_dir=desc')).toEqual(['zebra', 'ant', 'research', 'ledger'])
  })

  it('comes in pages, of 100 at most', async () => {
    expect(await names('page_size=3')).toEqual(['ant', 'ledger', 'research'])
    expect(await names('page_size=3&page=2')).toEqual(['zebra'])
    expect(await names('page_size=3&page=9')).toEqual([])
    const { pagination } = (await live.call('GET', `${at}?page_size=1000`)).body
    expect(pagination.page_size).toBe(100)
    expect((await live.call('GET', `${at}?page_size=3`)).body.pagination.total_pages).toBe(2)
  })

  it.each([
    'page=0',
    'page=x',
    'page_size=-1',
    'page_size=1.5',
    'is_active=yes',
    'source=git',
    'sort_by=id',
    'sort_dir=up',
  ])('refuses %s with 400 that names the parameter', async (query) => {
    const { status, body } = await live.call('GET', `${at}?${query}`)
    const [name] = query.split('=') as [string]
    expect([status, body.error.code]).toEqual([400, 'BAD_REQUEST'])
    expect(body.error.message).toContain(`${name} must be`)
    expect(body.error.details[0].field).toBe(name)
  })
})

describe('bad input', () => {
  const refused = async (body: unknown, method = 'POST', path = '') => {
    const reply = await live.call(method, `${at}${path}`, body)
    return { status: reply.status, ...reply.body.error }
  }

  it('is refused with every field that is wrong, and nothing is stored', async () => {
    const bad = {
      name: 'No Caps',
      domain: 7,
      description: 'd'.repeat(2001),
      is_active: 'yes',
      config: { agents: [] },
    }
    const { status, code, details } = await refused(bad)
    expect([status, code]).toEqual([400, 'INVALID_AGENT'])
    const fields = details.map(({ field }: { field: string }) => field)
    expect(fields).toEqual(
      expect.arrayContaining(['name', 'domain', 'description', 'is_active', 'config.agents']),
    )
    expect(await names('source=database')).toEqual([])
  })

  it.each([
    ['name', { config: config() }],
    ['config', { name: 'helper' }],
    ['name', { name: 'n'.repeat(64), config: config() }],
    ['name', { name: '-x', config: config() }],
    ['domain', { name: 'x', domain: 'a/b', config: config() }],
    ['config', { name: 'x', config: 'text' }],
    [
      'config',
      { name: 'x', config: { ...config(), execution: { hints: { note: 'x'.repeat(257 * 1024) } } } },
    ],
    ['rollout_percent', { name: 'x', config: config(), rollout_percent: 5 }],
    ['config.agents[1].llm.provider', { name: 'x', config: swapped('openai', 'nobody') }],
    ['config.agents[0].connector.name', { name: 'x', config: swapped('catalog', 'nowhere') }],
    [
      'config.agents[0].connector.operation',
      { name: 'x', config: swapped('"operation":"search"', '"operation":"burn"') },
    ],
    [
      'config.routing[0].connector',
      { name: 'x', config: config({ rules: [{ pattern: '.', agent: 'searcher', connector: 'nowhere' }] }) },
    ],
  ])('names %s', async (field, body) => {
    const { status, code, details } = await refused(body)
    expect([status, code]).toEqual([400, 'INVALID_AGENT'])
    expect(details.map((problem: { field: string }) => problem.field)).toEqual([field])
  })

  it('is INVALID_JSON where the body is no JSON object, 413 where it is over 1 MiB', async () => {
    for (const text of ['{', '[]', ''])
      expect(await refused(text)).toMatchObject({ status: 400, code: 'INVALID_JSON' })
    const { status, code } = await refused(' '.repeat(1024 * 1024 + 1))
    expect([status, code]).toEqual([413, 'REQUEST_TOO_LARGE'])
  })

  it('of an update says what is wrong, or that there is nothing to change', async () => {
    await create()
    expect(await refused({}, 'PUT', '/helper')).toMatchObject({ status: 400, code: 'BAD_REQUEST' })
    expect(await refused({ name: '' }, 'PUT', '/helper')).toMatchObject({ code: 'INVALID_AGENT' })
    expect(await refused({ version: '1', name: 'y' }, 'PUT', '/helper')).toMatchObject({
      code: 'INVALID_AGENT',
    })
    expect((await live.call('GET', `${at}/helper`)).body.agent.version).toBe(1)
  })

  it('is 405 with Allow where the path does not take the method', async () => {
    await create()
    for (const [method, path, allow] of [
      ['PATCH', '', 'GET, POST, OPTIONS'],
      ['POST', '/helper', 'GET, PUT, DELETE, OPTIONS'],
      ['PATCH', '/generic/helper/activate', 'GET, POST, PUT, DELETE, OPTIONS'],
    ] as const) {
      const { status, headers, body } = await live.call(method, `${at}${path}`)
      expect([status, headers.get('allow'), body.error.code]).toEqual([405, allow, 'METHOD_NOT_ALLOWED'])
    }
  })
})

describe('validate', () => {
  it('says with 200 whether a configuration could be kept, and keeps nothing', async () => {
    const good = await live.call('POST', `${at}/validate`, { name: 'helper', config: config() })
    expect([good.status, good.body]).toEqual([200, { valid: true, summary: 'Configuration is valid' }])
    const bad = await live.call('POST', `${at}/validate`, {
      config: { ...config(), routing: [{ pattern: '(a+)+', agent: 'writer' }] },
    })
    expect([bad.status, bad.body.valid, bad.body.summary]).toEqual([
      200,
      false,
      'Found 1 validation error(s)',
    ])
    expect(bad.body.errors[0].field).toBe('config.routing[0].pattern')
    const none = await live.call('POST', `${at}/validate`, {})
    expect(none.body.errors).toEqual([{ field: 'config', message: 'is required' }])
    const unknown = await live.call('POST', `${at}/validate`, { config: swapped('openai', 'nobody') })
    expect(unknown.body.errors[0].message).toContain('there is no provider "nobody"')
    expect(await names('source=database')).toEqual([])
    expect((await live.call('POST', `${at}/validate`, 'no')).body.error.code).toBe('INVALID_JSON')
  })
})

function swapped(before: string, after: string): object {
  return JSON.parse(JSON.stringify(config()).replace(before, after))
}
