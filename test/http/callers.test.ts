import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loopbackHosts } from '#src/http/index.js'
import { type Live, startLive } from './live.js'

describe.each([{ mounted: false }, { mounted: true }])(
  'callers (mounted as a Hono app: $mounted)',
  ({ mounted }) => {
    let live: Live
    beforeAll(async () => {
      live = await startLive({ mounted, hosts: loopbackHosts, origins: ['http://localhost:3000'] })
    })
    afterAll(() => live.close())

    it('that are pages of another origin are refused, on every route, before anything is done', async () => {
      const workflow = await live.workflow()
      const foreign = { origin: 'https://evil.example' }
      const gate = await live.call(
        'POST',
        `/api/v1/workflows/${workflow}/steps/s/gate`,
        { step_type: 'llm_call' },
        foreign,
      )
      const create = await live.call('POST', '/api/v1/workflows', { workflow_name: 'w' }, foreign)
      for (const reply of [gate, create]) {
        expect(reply).toMatchObject({ status: 403, body: { error: 'forbidden', code: 'FORBIDDEN' } })
        expect(reply.headers.get('access-control-allow-origin')).toBeNull()
      }
      expect((await live.call('GET', `/api/v1/workflows/${workflow}`)).body.steps).toEqual([])
    })

    it('that are pages of a listed origin are answered, and told so', async () => {
      const workflow = await live.workflow()
      const listed = { origin: 'http://localhost:3000' }
      const path = `/api/v1/workflows/${workflow}/steps/s/gate`
      const gate = await live.call('POST', path, { step_type: 'llm_call' }, listed)
      expect(gate.status).toBe(200)
      expect(gate.headers.get('access-control-allow-origin')).toBe('http://localhost:3000')
      const read = await live.call('GET', `/api/v1/workflows/${workflow}`, undefined, listed)
      expect(read.headers.get('access-control-allow-origin')).toBe('http://localhost:3000')
    })

    it('ask ahead with OPTIONS: 200 for every origin, permission only for a listed one', async () => {
      const ask = (origin: string) => live.call('OPTIONS', '/api/v1/workflows', undefined, { origin })
      const allowed = await ask('http://localhost:3000')
      expect(allowed.status).toBe(200)
      expect(allowed.headers.get('access-control-allow-origin')).toBe('http://localhost:3000')
      expect(allowed.headers.get('access-control-allow-methods')).toBe('GET, POST, PUT, DELETE, OPTIONS')
      const other = await ask('https://evil.example')
      expect(other.status).toBe(200)
      expect(other.headers.get('access-control-allow-origin')).toBeNull()
    })

    it('are told the live policy revision by every answer', async () => {
      const { body } = await live.call('GET', '/api/v1/policies/revision')
      expect(body).toMatchObject({ id: expect.stringMatching(/^r_[0-9a-f]{12}$/), counts: { policies: 16 } })
      for (const [method, path] of [
        ['GET', '/health'],
        ['GET', '/api/v1/workflows'],
        ['GET', '/api/v1/workflows/wf_unknown'],
        ['GET', '/nowhere'],
        ['PUT', '/api/v1/workflows'],
        ['POST', '/api/v1/workflows/wf_unknown/steps/s/gate'],
      ] as const) {
        expect((await live.call(method, path)).headers.get('x-stepgate-policy-revision')).toBe(body.id)
      }
    })

    it('find health in the shape that the SDKs ask for', async () => {
      expect((await live.call('GET', '/health')).body).toMatchObject({
        status: 'healthy',
        service: 'stepgate',
        capabilities: expect.arrayContaining([
          expect.objectContaining({ name: 'workflow_control', since: '0.1.0' }),
          expect.objectContaining({ name: 'multi_agent_planning' }),
          expect.objectContaining({ name: 'execution_replay' }),
        ]),
      })
      expect((await live.call('GET', '/health/live')).status).toBe(200)
      expect((await live.call('GET', '/health/ready')).body.status).toBe('ready')
    })
  },
)
