import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromJSONSchema } from 'zod'
import { refuse } from '#src/domain/errors.js'
import { createApp } from '#src/http/index.js'
import { openapiDocument } from '#src/http/openapi/document.js'
import { schemas } from '#src/http/openapi/schemas.js'
import { type Live, startLive } from './live.js'

describe('the OpenAPI document', () => {
  let live: Live
  beforeAll(async () => {
    live = await startLive({ publicUrl: 'https://review.example' })
  })
  afterAll(() => live.close())

  const fits = (name: keyof typeof schemas, value: unknown): void => {
    const schema = { $ref: `#/$defs/${name}`, $defs: schemas }
    const text = JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/')
    const result = fromJSONSchema(JSON.parse(text)).safeParse(value)
    expect(result.error?.issues ?? []).toEqual([])
  }

  it('names every route that the app has, and no other', () => {
    const app = createApp({
      stepgate: live.stepgate,
      identify: () => refuse('UNAUTHORIZED'),
      revision: () => undefined,
      readiness: () => ({ ready: true, details: {} }),
      version: '0',
    })
    const served = app.routes
      .filter(({ method, path }) => method !== 'ALL' && method !== 'OPTIONS' && path !== '/openapi.json')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)(\{[^}]+\})?/g, '{$1}')}`)
    const { paths } = openapiDocument('0') as { paths: Record<string, Record<string, unknown>> }
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(documented.sort()).toEqual([...new Set(served)].sort())
  })

  it('is served, and its references all lead somewhere', async () => {
    const { body, text } = await live.call('GET', '/openapi.json')
    expect(body.openapi).toBe('3.1.0')
    for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g)) {
      expect(Object.keys(schemas)).toContain(name)
    }
  })

  it('tells the shapes of what is really answered', async () => {
    const created = await live.call('POST', '/api/v1/workflows', { workflow_name: 'w', trace_id: 't' })
    fits('CreatedWorkflow', created.body)
    const id = created.body.workflow_id
    const at = `/api/v1/workflows/${id}`
    fits(
      'GateReply',
      (await live.gate(id, 'a', { provider: 'openai', step_input: { customer: { email: 'a@b.c' } } })).body,
    )
    await live.call('POST', `${at}/steps/a/complete`, { output: { x: 1 } })
    const again = { provider: 'openai', step_input: { customer: { email: 'a@b.c' } } }
    fits('GateReply', (await live.gate(id, 'a', again, '?include_prior_output=true')).body)
    fits('MismatchError', (await live.gate(id, 'a', {})).body)
    fits('GateReply', (await live.gate(id, 'b', { step_name: 'deploy' })).body)
    fits('PendingApprovals', (await live.call('GET', '/api/v1/workflows/approvals/pending')).body)
    fits('Error', (await live.call('POST', `${at}/complete`)).body)
    fits('Workflow', (await live.call('GET', at)).body)
    fits(
      'Approved',
      (await live.call('POST', `${at}/steps/b/approve`, { comment: 'looks right to me' })).body,
    )
    fits('Ended', (await live.call('POST', `${at}/resume`)).body)
    fits('Resumed', (await live.call('POST', `${at}/checkpoints/resume`)).body)
    fits('Checkpoints', (await live.call('GET', `${at}/checkpoints`)).body)
    fits('Ended', (await live.call('POST', `${at}/fail`, { reason: 'because' })).body)
    fits('WorkflowPage', (await live.call('GET', '/api/v1/workflows')).body)
    const other = await live.workflow()
    await live.gate(other, 'b', { step_name: 'deploy' })
    fits(
      'Rejected',
      (await live.call('POST', `/api/v1/workflows/${other}/steps/b/reject`, { reason: 'not on a Friday' }))
        .body,
    )
    fits('Health', (await live.call('GET', '/health')).body)
    fits('Readiness', (await live.call('GET', '/health/ready')).body)
    fits('Revision', (await live.call('GET', '/api/v1/policies/revision')).body)
  })
})
