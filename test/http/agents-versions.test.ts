import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import { agentsPath as at, config, registry } from './agents-fixture.js'
import { type Live, startLive } from './live.js'

let live: Live
let folder: string
let declared = registry
beforeEach(async () => {
  declared = registry
  folder = mkdtempSync(join(tmpdir(), 'stepgate-agents-'))
  live = await startLive({ registry: () => declared, database: `file:${join(folder, 'agents.db')}` })
})
afterEach(async () => {
  await live.close()
  rmSync(folder, { recursive: true, force: true })
})

const path = `${at}/generic/helper`
const create = async () => (await live.call('POST', at, { name: 'helper', config: config() })).body.agent
const put = (body: unknown) => live.call('PUT', path, body)
const history = async (query = ''): Promise<Record<string, unknown>[]> =>
  (await live.call('GET', `${path}/versions${query}`)).body.versions
const oneRule = [{ pattern: '.', agent: 'writer' }]

describe('the history of an agent', () => {
  it('tells newest first what was changed, when and by whom', async () => {
    const { id } = await create()
    const mine = live.as('community', 'ada')
    await mine.call('PUT', path, {
      config: config({ model: 'gpt-4o', rules: oneRule }),
      description: 'Helps.',
    })
    await mine.call('POST', `${path}/deactivate`)
    await live.call('POST', `${path}/activate`)
    const versions = await history()
    expect(
      versions.map(({ version, change_type, changed_by }) => [version, change_type, changed_by]),
    ).toEqual([
      [4, 'activate', 'community'],
      [3, 'deactivate', 'ada'],
      [2, 'update', 'ada'],
      [1, 'create', 'community'],
    ])
    expect(versions.map(({ change_summary }) => change_summary)).toEqual([
      'is_active: false -> true',
      'is_active: true -> false',
      'agents.writer.llm.model: gpt-4 -> gpt-4o; routing: 2 rules -> 1; description: added Helps.',
      'created generic/helper: agents searcher, writer; 2 routing rules',
    ])
    expect(versions[0]).toHaveProperty('changed_at', expect.stringMatching(/^\d{4}-/))
    const limited = (await live.call('GET', `${path}/versions?limit=2`)).body
    expect([limited.versions.length, limited.total, limited.limit]).toEqual([2, 4, 2])
    expect((await live.call('GET', `${at}/${id}/versions?limit=1000`)).body.limit).toBe(100)
    expect((await live.call('GET', `${path}/versions?limit=0`)).body.error.message).toContain('limit must be')
  })

  it('gives the agent back as it was at each version', async () => {
    const agent = await create()
    await put({ config: config({ model: 'gpt-4o' }) })
    const { body } = await live.call('GET', `${path}/versions/1`)
    expect(body.agent).toEqual(agent)
    expect(body.version).toMatchObject({ version: 1, change_type: 'create' })
    expect((await live.call('GET', `${at}/generic%2Fhelper/versions/3`)).status).toBe(404)
    expect((await live.call('GET', `${path}/versions/x`)).status).toBe(400)
  })

  it('stays to be read, by its id, when the agent was deleted; nothing else of it does', async () => {
    const { id } = await create()
    await live.as('community', 'ada').call('DELETE', path)
    const { body } = await live.call('GET', `${at}/${id}/versions`)
    expect(body).toMatchObject({
      total: 2,
      versions: [
        { version: 2, change_type: 'delete', changed_by: 'ada' },
        { version: 1, change_type: 'create' },
      ],
    })
    expect((await live.call('GET', `${at}/${id}/versions/1`)).body.agent).toMatchObject({
      id,
      name: 'helper',
    })
    expect((await live.as('other').call('GET', `${at}/${id}/versions`)).status).toBe(404)
    for (const [method, rest] of [
      ['GET', ''],
      ['POST', '/rollback/1'],
      ['POST', '/activate'],
      ['GET', '/versions/9'],
    ] as const)
      expect((await live.call(method, `${at}/${id}${rest}`)).status).toBe(404)
    expect((await live.call('GET', `${path}/versions`)).status).toBe(404)
  })

  it('is in the record as well: one event a change, the deletion too', async () => {
    const { id } = await create()
    await live.as('community', 'ada').call('PUT', path, { description: 'Helps.' })
    await live.call('DELETE', path)
    await live.close()
    const store = await openSqliteStore({ path: join(folder, 'agents.db'), pid: process.pid })
    const events = await store.transact((tx) => tx.history.about(`agent:${id}`))
    await store.close()
    live = await startLive()
    expect(events.map(({ type, body }) => ({ type, ...JSON.parse(body) }))).toMatchObject([
      { type: 'agent_changed', change: 'create', version: 1, by: 'community', name: 'helper' },
      {
        type: 'agent_changed',
        change: 'update',
        version: 2,
        by: 'ada',
        client: 'community',
        open_identity: true,
        summary: 'description: added Helps.',
      },
      { type: 'agent_changed', change: 'delete', version: 3, summary: 'deleted generic/helper' },
    ])
  })
})

describe('an update', () => {
  it('with the version it was made from is refused with 409 where there is a newer one', async () => {
    await create()
    expect((await put({ description: 'a', version: 1 })).body.agent.version).toBe(2)
    const { status, body } = await put({ description: 'b', version: 1 })
    expect(status).toBe(409)
    expect(body.error).toEqual({
      code: 'AGENT_VERSION_CONFLICT',
      message: 'The agent is at version 2, and 1 was expected',
      details: [{ field: 'version', message: '1 was expected, and the agent is at 2' }],
    })
    expect((await live.call('GET', path)).body.agent.description).toBe('a')
  })

  it('wins alone among twenty made at once from the same version', async () => {
    await create()
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, i) => put({ description: `change ${i}`, version: 1 })),
    )
    const won = replies.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(19)
    expect((await live.call('GET', path)).body).toEqual(won[0]?.body)
  })

  it('without a version is never lost: of twenty made at once the last stands and all are in the history', async () => {
    await create()
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, i) => put({ description: `change ${i}` })),
    )
    expect(replies.map(({ body }) => body.agent.version).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 2),
    )
    for (const { body } of replies) {
      const kept = (await live.call('GET', `${path}/versions/${body.agent.version}`)).body.agent
      expect(kept.description).toBe(body.agent.description)
    }
    const last = replies.find(({ body }) => body.agent.version === 21)
    expect((await live.call('GET', path)).body).toEqual(last?.body)
  })
})

describe('a rollback', () => {
  it('brings name, domain, description and config of a version back as a new version', async () => {
    await create()
    await put({ name: 'aide', description: 'Helps.', config: config({ model: 'gpt-4o' }) })
    await live.call('POST', `${at}/aide/deactivate`)
    const { status, body } = await live.call('POST', `${at}/aide/rollback/1`)
    expect(status).toBe(200)
    expect(body.agent).toMatchObject({ name: 'helper', config: config(), version: 4, is_active: false })
    expect(body.agent).not.toHaveProperty('description')
    expect((await history())[0]).toMatchObject({
      change_type: 'rollback',
      change_summary:
        'back to version 1: agents.writer.llm.model: gpt-4o -> gpt-4; name: aide -> helper; description: removed',
    })
  })

  it('is refused where the version is not there, its name is taken, or what it reaches is declared no more', async () => {
    await create()
    expect((await live.call('POST', `${path}/rollback/2`)).body.error).toMatchObject({ code: 'NOT_FOUND' })
    expect((await live.call('POST', `${path}/rollback/0`)).status).toBe(400)
    await put({ name: 'aide' })
    await create()
    expect((await live.call('POST', `${at}/aide/rollback/1`)).body.error.code).toBe('AGENT_NAME_TAKEN')
    declared = { ...registry, providers: new Map() }
    const gone = (await live.call('POST', `${path}/rollback/1`)).body.error
    expect([gone.code, gone.details[0].field]).toEqual(['INVALID_AGENT', 'config.agents[1].llm.provider'])
    expect(await history()).toHaveLength(1)
  })
})

describe('a rollout', () => {
  const rollout = (body: unknown) => live.call('PUT', `${path}/rollout`, body)

  it('gives a share of the runs a stored version, until it ends or is for all', async () => {
    await create()
    await put({ config: config({ model: 'gpt-4o' }) })
    const begun = await rollout({ version: 1, percent: 12.5 })
    expect(begun.status).toBe(200)
    expect(begun.body.agent).toMatchObject({ version: 3, rollout: { version: 1, percent: 12.5 } })
    expect(begun.body.agent.config.agents[1].llm.model).toBe('gpt-4o')
    const ended = await rollout({ percent: 0 })
    expect(ended.body.agent).not.toHaveProperty('rollout')
    await rollout({ version: 1, percent: 50, by: 'run' })
    const all = await rollout({ version: 1, percent: 100 })
    expect(all.body.agent).toMatchObject({ version: 6, config: config() })
    expect(all.body.agent).not.toHaveProperty('rollout')
    expect((await history('?limit=4')).map(({ change_summary }) => change_summary)).toEqual([
      'version 1 for all runs: agents.writer.llm.model: gpt-4o -> gpt-4',
      'version 1 for 50 % of the runs',
      'the rollout of version 1 ended at 12.5 % of the runs',
      'version 1 for 12.5 % of the runs',
    ])
  })

  it('can begin with the update itself, so that no other run ever sees what is new', async () => {
    await create()
    const { body } = await put({ config: config({ model: 'gpt-4o' }), rollout_percent: 10 })
    expect(body.agent).toMatchObject({ version: 3, config: config(), rollout: { version: 2, percent: 10 } })
    const candidate = (await live.call('GET', `${path}/versions/2`)).body.agent
    expect(candidate.config).toEqual(config({ model: 'gpt-4o' }))
    const renamed = await put({ name: 'aide', rollout_percent: 10 })
    expect(renamed.body.error.details[0].field).toBe('rollout_percent')
    expect((await put({ description: 'x', rollout_percent: 100 })).status).toBe(400)
    expect(await history()).toHaveLength(3)
  })

  it('ends with a rollback', async () => {
    await create()
    await put({ config: config({ model: 'gpt-4o' }), rollout_percent: 10 })
    const { body } = await live.call('POST', `${path}/rollback/1`)
    expect(body.agent).not.toHaveProperty('rollout')
    expect((await history())[0]?.change_summary).toBe(
      'back to version 1; the rollout of version 2 ended: nothing changed',
    )
  })

  it.each([
    ['version', { percent: 5 }],
    ['version', { percent: 5, version: 1.5 }],
    ['percent', { version: 1 }],
    ['percent', { version: 1, percent: 101 }],
    ['percent', { version: 1, percent: '5' }],
    ['by', { version: 1, percent: 5, by: 'user' }],
  ])('with a bad %s is 400 that names it', async (field, body) => {
    await create()
    const { status, body: reply } = await rollout(body)
    expect([status, reply.error.details[0].field]).toEqual([400, field])
    expect((await rollout({ version: 9, percent: 5 })).status).toBe(404)
    expect(await history()).toHaveLength(1)
  })
})
