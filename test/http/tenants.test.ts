import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openIdentity } from '#src/http/index.js'
import { type Live, startLive } from './live.js'

describe('tenants', () => {
  let live: Live
  beforeAll(async () => {
    live = await startLive()
  })
  afterAll(() => live.close())

  it('do not see, gate, decide or end one another’s workflows: all of it is 404', async () => {
    const mine = live.as('acme')
    const theirs = live.as('other')
    const { body } = await mine.call('POST', '/api/v1/workflows', { workflow_name: 'w' })
    const at = `/api/v1/workflows/${body.workflow_id}`
    await mine.call('POST', `${at}/steps/s/gate`, { step_type: 'tool_call', step_name: 'deploy' })
    const attempts = [
      theirs.call('GET', at),
      theirs.call('GET', `${at}/checkpoints`),
      theirs.call('POST', `${at}/steps/s/gate`, { step_type: 'tool_call', step_name: 'deploy' }),
      theirs.call('POST', `${at}/steps/s/complete`),
      theirs.call('POST', `${at}/steps/s/approve`, { comment: 'let me through' }),
      theirs.call('POST', `${at}/steps/s/reject`, { reason: 'let me break it' }),
      theirs.call('POST', `${at}/complete`),
      theirs.call('POST', `${at}/fail`),
      theirs.call('POST', `${at}/abort`),
      theirs.call('POST', `${at}/resume`),
      theirs.call('POST', `${at}/checkpoints/resume`),
      theirs.call('POST', `${at}/checkpoints/1/resume`),
    ]
    for (const { status, text } of await Promise.all(attempts)) {
      expect(status).toBe(404)
      expect(text).not.toContain(body.workflow_id)
    }
    expect((await theirs.call('GET', '/api/v1/workflows')).body.total).toBe(0)
    expect((await theirs.call('GET', '/api/v1/workflows/approvals/pending')).body.count).toBe(0)
    expect((await mine.call('GET', at)).body).toMatchObject({ status: 'in_progress' })
  })

  it('come from the Basic user name, never from a header or a body', async () => {
    const { body } = await live.call(
      'POST',
      '/api/v1/workflows',
      { workflow_name: 'w', tenant_id: 'acme' },
      { 'x-tenant-id': 'acme', 'x-org-id': 'acme' },
    )
    expect((await live.as('acme').call('GET', `/api/v1/workflows/${body.workflow_id}`)).status).toBe(404)
    expect((await live.as('community').call('GET', `/api/v1/workflows/${body.workflow_id}`)).status).toBe(200)
  })
})

describe('identity in open mode', () => {
  const identify = openIdentity('local')
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  const of = (authorization?: string, userId?: string, userEmail?: string) =>
    identify({ authorization, userId, userEmail })

  it('is the community without credentials, and the Basic user name with them', () => {
    expect(of()).toMatchObject({ tenant: 'community', client: 'community', org: 'local', open: true })
    expect(of(basic('acme:secret'))).toMatchObject({ tenant: 'acme', client: 'acme' })
    expect(of(basic(':'))).toMatchObject({ tenant: 'community' })
    expect(of('Bearer abc')).toMatchObject({ tenant: 'community' })
  })

  it('takes the user from X-User-ID, then from X-User-Email', () => {
    expect(of(undefined, 'u1', 'u1@example.org')).toMatchObject({ user: 'u1', email: 'u1@example.org' })
    expect(of(undefined, undefined, 'u1@example.org')).toMatchObject({ user: 'u1@example.org' })
  })

  it('refuses Basic credentials that cannot be read', () => {
    expect(of('Basic %%%')).toMatchObject({ refused: 'UNAUTHORIZED' })
    expect(of(basic('a\u0000b:'))).toMatchObject({ refused: 'UNAUTHORIZED' })
  })
})
