import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Live, listeners, startLive } from './live.js'

const mebibyte = 1024 * 1024

describe.each([...listeners, { server: 'a mounted Hono app', options: { mounted: true } }])(
  'bad input ($server)',
  ({ options }) => {
    let live: Live
    let workflow: string
    beforeAll(async () => {
      live = await startLive(options)
      workflow = await live.workflow()
    })
    afterAll(() => live.close())
    const gatePath = () => `/api/v1/workflows/${workflow}/steps/s/gate`

    it.each([
      ['nothing', '', 'Invalid request body: EOF'],
      ['half an object', '{"step_type": "llm_call"', /Invalid request body: malformed JSON/],
      ['something else than JSON', 'step_type=llm_call', /Invalid request body: malformed JSON/],
      ['a list', '[]', 'Invalid request body: it must be a JSON object'],
      ['null', 'null', 'Invalid request body: it must be a JSON object'],
      ['a number for step_type', '{"step_type": 1}', 'Invalid request body: step_type must be a string'],
      ['a list for step_input', '{"step_type":"llm_call","step_input":[]}', /step_input must be an object/],
      [
        'a text for tool_context',
        '{"step_type":"llm_call","tool_context":"t"}',
        /tool_context must be an object/,
      ],
      [
        'a list for tool_input',
        '{"step_type":"llm_call","tool_context":{"tool_name":"t","tool_input":[]}}',
        /tool_context.tool_input must be an object/,
      ],
      ['1.5 tokens', '{"step_type":"llm_call","tokens_in":1.5}', /tokens_in must be a whole number/],
      ['tokens as text', '{"step_type":"llm_call","tokens_out":"1"}', /tokens_out must be a whole number/],
      [
        'a negative cost',
        '{"step_type":"llm_call","cost_usd":-1}',
        /cost_usd must be a number, zero or more/,
      ],
      [
        'a cost that sums could not hold',
        '{"step_type":"llm_call","cost_usd":1e308}',
        'Invalid request body: cost_usd must be at most 9007199254740991',
      ],
      [
        'a number that is infinite',
        '{"step_type":"llm_call","step_input":{"of":[1,{"n":-1e400}]}}',
        'Invalid request body: it holds a number that is too large',
      ],
      [
        'a key with U+0000',
        '{"step_type":"llm_call","idempotency_key":"a\\u0000b"}',
        'Invalid request body: idempotency_key must not hold U+0000',
      ],
      ['no step_type', '{}', 'step_type is required'],
      ['an empty step_type', '{"step_type":""}', 'step_type is required'],
      [
        'an unknown step_type',
        '{"step_type":"shell"}',
        'step_type must be one of llm_call, tool_call, connector_call, human_task',
      ],
      [
        'an unknown retry_policy',
        '{"step_type":"llm_call","retry_policy":"IDEMPOTENT"}',
        'retry_policy must be "idempotent" or "reevaluate"',
      ],
      [
        'a retry_policy as long as it likes',
        JSON.stringify({ step_type: 'llm_call', retry_policy: 'r'.repeat(300) }),
        'retry_policy must be "idempotent" or "reevaluate"',
      ],
      [
        'a key of 256 characters',
        JSON.stringify({ step_type: 'llm_call', idempotency_key: 'k'.repeat(256) }),
        'idempotency_key must be at most 255 characters',
      ],
      [
        'a model of 101 characters',
        JSON.stringify({ step_type: 'llm_call', model: 'm'.repeat(101) }),
        /model must be at most 100 characters/,
      ],
    ])('at the gate, %s: 400 that names it', async (_, body, message) => {
      const reply = await live.call('POST', gatePath(), body)
      expect(reply.status).toBe(400)
      expect(reply.body).toMatchObject({ error: 'bad_request', code: 'BAD_REQUEST' })
      expect(reply.body.message).toEqual(
        typeof message === 'string' ? message : expect.stringMatching(message),
      )
    })

    it('wants a tool_name in a tool_context', async () => {
      for (const tool_context of [{}, { tool_name: '' }, { tool_name: null }]) {
        const reply = await live.gate(workflow, 's', { tool_context })
        expect(reply).toMatchObject({
          status: 400,
          body: {
            error: 'validation_error',
            code: 'INVALID_TOOL_CONTEXT',
            message: 'tool_name is required when tool_context is provided',
          },
        })
      }
    })

    it('takes 255 characters for a key and for an id, counted as code points', async () => {
      const id = await live.workflow()
      expect((await live.gate(id, 's', { idempotency_key: '😀'.repeat(255) })).status).toBe(200)
      expect((await live.gate(id, '😀'.repeat(255))).status).toBe(200)
      expect((await live.gate(id, '😀'.repeat(256))).body.message).toBe(
        'step_id must be at most 255 characters',
      )
    })

    it('reads half a surrogate pair as U+FFFD, wherever it stands, and knows the call again', async () => {
      const id = await live.workflow()
      const path = `/api/v1/workflows/${id}/steps/s`
      const half = '\\ud83d'
      const body = `{"step_type":"llm_call","step_name":"deploy","idempotency_key":"${half}","step_input":{"${half}":["${half}"]}}`
      expect((await live.call('POST', `${path}/gate`, body)).body.decision).toBe('require_approval')
      const again = await live.call('POST', `${path}/gate`, body)
      expect(again.body).toMatchObject({ cached: true, retry_context: { idempotency_key: '\ufffd' } })
      await live.call('POST', `${path}/approve`, { comment: 'as it came to us' })
      const done = await live.call('POST', `${path}/complete`, `{"idempotency_key":"${half}"}`)
      expect(done.status).toBe(204)
    })

    it.each(['workflow_name', 'trace_id'])('does not make a workflow whose %s holds U+0000', async (name) => {
      const reply = await live.call('POST', '/api/v1/workflows', { workflow_name: 'n', [name]: 'a\0b' })
      expect(reply.body.message).toBe(`Invalid request body: ${name} must not hold U+0000`)
    })

    it('reads keys in any letter case and passes over those it does not know', async () => {
      const id = await live.workflow()
      const reply = await live.call('POST', `/api/v1/workflows/${id}/steps/s/gate`, {
        Step_Type: 'llm_call',
        STEP_NAME: 'deploy',
        unheard_of: [1],
      })
      expect(reply.body.decision).toBe('require_approval')
    })

    it('reads reviewers\u2019 words and reasons in any letter case', async () => {
      const id = await live.workflow()
      const path = `/api/v1/workflows/${id}`
      await live.gate(id, 's', { step_name: 'deploy' })
      const approved = await live.call('POST', `${path}/steps/s/approve`, { Comment: 'looks right to me' })
      expect(approved.status).toBe(200)
      await live.call('POST', `${path}/fail`, { REASON: 'the disk is full' })
      expect((await live.call('GET', path)).body.reason).toBe('the disk is full')
    })

    it('refuses bytes that are not UTF-8', async () => {
      const body = Buffer.concat([
        Buffer.from('{"step_type":"'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('"}'),
      ])
      const response = await fetch(`${live.url}${gatePath()}`, { method: 'POST', body })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ message: 'Invalid request body: it is not UTF-8' })
    })

    it('refuses nesting deeper than 200, and survives a megabyte of brackets', async () => {
      const nested = (depth: number) =>
        `{"step_type":"llm_call","step_input":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`
      expect((await live.call('POST', gatePath(), nested(198))).status).toBe(200)
      expect((await live.call('POST', gatePath(), nested(250))).body.message).toMatch(
        /nested deeper than 200/,
      )
      const brackets = `{"step_type":"llm_call","step_input":{"a":${'['.repeat(mebibyte / 2)}`
      expect((await live.call('POST', gatePath(), brackets)).status).toBe(400)
      const closed = `{"step_type":"llm_call","step_input":{"a":${'['.repeat(400_000)}${']'.repeat(400_000)}}}`
      expect((await live.call('POST', gatePath(), closed)).status).toBe(400)
    })

    it('takes a body of exactly one mebibyte and refuses one byte more, declared or chunked', async () => {
      const frame = '{"step_type":"llm_call","step_input":{"t":""}}'
      const of = (size: number) => frame.replace('""', `"${'x'.repeat(size - frame.length)}"`)
      const id = await live.workflow()
      expect((await live.call('POST', `/api/v1/workflows/${id}/steps/s/gate`, of(mebibyte))).status).toBe(200)
      const declared = await live.call('POST', `/api/v1/workflows/${id}/steps/t/gate`, of(mebibyte + 1))
      const refusal = {
        error: 'request_too_large',
        code: 'REQUEST_TOO_LARGE',
        message: 'request body exceeds 1048576 bytes; nothing was gated or run',
        limit_bytes: mebibyte,
      }
      expect(declared).toMatchObject({ status: 413, body: refusal })
      const chunked = new ReadableStream({
        start(controller) {
          const bytes = Buffer.from(of(mebibyte + 1))
          for (let at = 0; at < bytes.length; at += 65536) controller.enqueue(bytes.subarray(at, at + 65536))
          controller.close()
        },
      })
      const streaming = { method: 'POST', body: chunked, duplex: 'half' } as RequestInit
      const response = await fetch(`${live.url}/api/v1/workflows/${id}/steps/t/gate`, streaming)
      expect(response.status).toBe(413)
      expect(await response.json()).toMatchObject(refusal)
      const { body } = await live.call('GET', `/api/v1/workflows/${id}`)
      expect(body.steps).toHaveLength(1)
    })

    it('forgets a client that went away in the middle of its body', async () => {
      const id = await live.workflow()
      await new Promise<void>((resolve) => {
        const socket = connect(Number(new URL(live.url).port), '127.0.0.1', () => {
          socket.write(
            `POST /api/v1/workflows/${id}/steps/s/gate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{"step_type"`,
            () => socket.destroy(),
          )
        })
        socket.on('close', () => resolve())
      })
      expect((await live.call('GET', `/api/v1/workflows/${id}`)).body.steps).toEqual([])
    })

    it.each([
      ['no name', {}, 'workflow_name is required'],
      ['an empty name', { workflow_name: '' }, 'workflow_name is required'],
      [
        'a list as metadata',
        { workflow_name: 'w', metadata: [] },
        'Invalid request body: metadata must be an object',
      ],
      [
        'an unknown source',
        { workflow_name: 'w', source: 'cron' },
        'source must be one of langgraph, langchain, crewai, external',
      ],
      [
        'a name of 256 characters',
        { workflow_name: 'w'.repeat(256) },
        'Invalid request body: workflow_name must be at most 255 characters',
      ],
    ])('at create, %s: 400 that names it', async (_, body, message) => {
      expect(await live.call('POST', '/api/v1/workflows', body)).toMatchObject({
        status: 400,
        body: { error: 'bad_request', code: 'BAD_REQUEST', message },
      })
    })

    it('measures a trace_id in characters', async () => {
      const create = (trace_id: string) =>
        live.call('POST', '/api/v1/workflows', { workflow_name: 'w', trace_id })
      expect((await create('é'.repeat(255))).status).toBe(201)
      expect(await create('t'.repeat(256))).toMatchObject({
        status: 400,
        body: {
          error: 'validation_error',
          code: 'INVALID_TRACE_ID',
          message: 'trace_id exceeds maximum length of 255 characters',
        },
      })
    })

    it('refuses step ids that cannot be kept', async () => {
      expect((await live.gate(workflow, 'x'.repeat(256))).status).toBe(400)
      expect((await live.gate(workflow, 'a\u0000b')).body.message).toMatch(
        /step_id must not be empty or hold control/,
      )
    })

    it('answers malformed completions with 400 and changes nothing', async () => {
      const id = await live.workflow()
      await live.gate(id, 's')
      for (const body of [
        '{',
        '[]',
        '{"output":[]}',
        '{"tokens_in":-1}',
        `{"idempotency_key":"${'k'.repeat(256)}"}`,
      ]) {
        expect((await live.call('POST', `/api/v1/workflows/${id}/steps/s/complete`, body)).status).toBe(400)
      }
      expect((await live.gate(id, 's')).body.retry_context.completion_count).toBe(0)
    })

    it.each(['x-user-id', 'x-user-email'])('refuses an %s that is too long to be kept', async (name) => {
      for (const path of [gatePath(), `/api/v1/workflows/${workflow}/complete`]) {
        const reply = await live.call('POST', path, { step_type: 'llm_call' }, { [name]: 'u'.repeat(256) })
        expect(reply).toMatchObject({
          status: 400,
          body: {
            code: 'BAD_REQUEST',
            message: expect.stringMatching(/^X-User-\w+ must be at most 255 characters$/),
          },
        })
      }
      const kept = await live.call('GET', '/api/v1/workflows', undefined, { [name]: 'u'.repeat(255) })
      expect(kept.status).toBe(200)
    })

    it('answers unknown ids with 404 and does not echo them', async () => {
      const routes = ['steps/s/gate', 'complete', 'fail', 'abort', 'resume', 'checkpoints/resume']
      for (const path of routes) {
        const reply = await live.call('POST', `/api/v1/workflows/wf_nowhere/${path}`, {
          step_type: 'llm_call',
        })
        expect(reply).toMatchObject({ status: 404, body: { error: 'not_found', code: 'NOT_FOUND' } })
        expect(reply.text).not.toContain('wf_nowhere')
      }
      expect((await live.call('GET', '/api/v1/workflows/wf_nowhere')).body.message).toBe('Workflow not found')
      expect((await live.call('GET', '/api/v1/workflows/wf_nowhere/checkpoints')).status).toBe(404)
      for (const verb of ['complete', 'approve', 'reject']) {
        const words = { comment: 'looks right to me', reason: 'looks wrong to me' }
        const reply = await live.call('POST', `/api/v1/workflows/wf_nowhere/steps/s/${verb}`, words)
        expect(reply).toMatchObject({ status: 404, body: { message: 'Step not found' } })
      }
    })

    it('answers paths it does not have with plain text, and wrong methods with those it has', async () => {
      const missing = await live.call('GET', '/api/v1/nothing')
      expect(missing).toMatchObject({ status: 404, text: '404 page not found\n' })
      expect(missing.headers.get('content-type')).toMatch('text/plain')
      const wrong = await live.call('DELETE', `/api/v1/workflows/${workflow}`)
      expect(wrong.status).toBe(405)
      expect(wrong.headers.get('allow')).toBe('GET, OPTIONS')
      expect((await live.call('GET', gatePath())).status).toBe(405)
    })
  },
)

describe('a body that looks like a refusal', () => {
  it('is a body like any other', async () => {
    const live = await startLive()
    const body = { workflow_name: 'w', refused: 'NOT_FOUND', details: {} }
    expect((await live.call('POST', '/api/v1/workflows', body)).status).toBe(201)
    const workflow = await live.workflow()
    const gate = await live.gate(workflow, 's', { refused: 'INTERNAL_ERROR', details: {} })
    expect(gate.status).toBe(200)
    await live.close()
  })
})
