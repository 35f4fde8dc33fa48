import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Live, listeners, startLive } from './live.js'
import { wires } from './wire.js'

describe.each(listeners)('a path on the wire ($server)', ({ options }) => {
  let live: Live
  beforeAll(async () => {
    live = await startLive(options)
  })
  afterAll(() => live.close())
  const wire = wires(() => live.url)

  /** Clients' libraries change paths before they send them. */
  const post = async (
    path: string,
    body: unknown = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const { send, replies } = await wire()
    const text = JSON.stringify(body)
    await send(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    )
    const [head, rest] = ((await replies(1))[0] as string).split('\r\n\r\n') as [string, string]
    return { status: Number(head.split(' ')[1]), body: rest === '' ? {} : JSON.parse(rest) }
  }
  const status = async (workflow: string) =>
    (await live.call('GET', `/api/v1/workflows/${workflow}`)).body.status

  it.each(['..', '.', '%2e%2e', '%2E', '.%2e', 'a/../../b', 'a/.', '%2e./x'])(
    'holds no dot segment such as that of step %s, which would make another path of it',
    async (step) => {
      const workflow = await live.workflow()
      for (const verb of ['gate', 'complete', 'approve']) {
        const reply = await post(`/api/v1/workflows/${workflow}/steps/${step}/${verb}`, {
          step_type: 'llm_call',
        })
        expect(reply).toMatchObject({
          status: 400,
          body: { code: 'BAD_REQUEST', message: 'The path must not hold . or .. between slashes' },
        })
      }
      await post(`/api/v1/workflows/${workflow}/steps/${step}`)
      expect(await status(workflow)).toBe('in_progress')
    },
  )

  it.each(['...', '.hidden', 'v1.2', 'a.', '%2ehidden', 'a/.b/c'])(
    'may hold other dots: step %s',
    async (step) => {
      const path = `/api/v1/workflows/${await live.workflow()}/steps/${step}`
      expect(await post(`${path}/gate`, { step_type: 'llm_call' })).toMatchObject({
        status: 200,
        body: { step_id: decodeURIComponent(step) },
      })
      expect((await post(`${path}/complete`)).status).toBe(204)
    },
  )

  it('may hold backslashes as they are: a step with one is gated, approved and completed', async () => {
    const path = `/api/v1/workflows/${await live.workflow()}/steps/a\\b`
    const held = await post(`${path}/gate`, { step_type: 'llm_call', step_name: 'deploy' })
    expect(held.body).toMatchObject({ step_id: 'a\\b', decision: 'require_approval' })
    expect(await post(`${path}/approve`, { comment: 'looks right to me' })).toMatchObject({
      status: 200,
      body: { step_id: 'a\\b' },
    })
    expect((await post(`${path}/complete`)).status).toBe(204)
  })

  it.each([
    '%E2%80%A8',
    'a%E2%80%A9b',
    '%C2%85',
    'a%2Fb',
    'a//b',
    '%25',
    '%252F',
    '%FF',
    '%',
    '%zz',
    '%3F%23',
    '%20',
    'a#b',
    'x/complete#y',
  ])('may hold other characters: step %s is the same one to every verb', async (step) => {
    const path = `/api/v1/workflows/${await live.workflow()}/steps/${step}`
    const held = await post(`${path}/gate`, { step_type: 'llm_call', step_name: 'deploy' })
    expect(held).toMatchObject({ status: 200, body: { decision: 'require_approval' } })
    expect(await post(`${path}/approve`, { comment: 'looks right to me' })).toMatchObject({
      status: 200,
      body: { step_id: held.body.step_id },
    })
    expect((await post(`${path}/complete`)).status).toBe(204)
  })

  it.each(['%00', '%0A', 'a%0Ab', '%0D%0A', '%09', '%1B', '%7F'])(
    'holds no control characters: %s is refused by every route with a sentence',
    async (id) => {
      const workflow = `/api/v1/workflows/${await live.workflow()}`
      const said = (name: string) => `${name} must not be empty or hold control characters`
      for (const verb of ['gate', 'complete', 'approve', 'reject']) {
        expect(await post(`${workflow}/steps/${id}/${verb}`)).toMatchObject({
          status: 400,
          body: { error: 'bad_request', code: 'BAD_REQUEST', message: said('step_id') },
        })
      }
      for (const path of ['steps/s/gate', 'steps/s/complete', 'complete', 'checkpoints/resume']) {
        expect(await post(`/api/v1/workflows/${id}/${path}`)).toMatchObject({
          status: 400,
          body: { code: 'BAD_REQUEST', message: said('workflow_id') },
        })
      }
      expect(await post(`/api/v1/plans/p/steps/${id}/approve`)).toMatchObject({
        status: 400,
        body: { success: false, code: 'BAD_REQUEST', error: said('step_id') },
      })
      for (const path of ['activate', 'test', 'rollback/1']) {
        expect(await post(`/api/v1/agents/${id}/${path}`)).toMatchObject({
          status: 400,
          body: { error: { code: 'BAD_REQUEST', message: said('agent_id') } },
        })
      }
    },
  )

  it('may hold dots and slashes behind the question mark', async () => {
    const path = `/api/v1/workflows/${await live.workflow()}/steps/s/gate?include_prior_output=true&from=/../x`
    expect((await post(path, { step_type: 'llm_call' })).status).toBe(200)
  })
})
