import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Provider } from '#src/domain/agent.js'
import type { OutboundOptions } from '#src/outbound/outbound.js'
import { failed, json, open, output, type Place, type Received, registryOf, startPlace } from './places.js'

const lines: string[] = []
const outbound = open({ KEY: 'sk-very-secret' }, { onLog: (line) => lines.push(line) })
const places: Place[] = []

// Loaded here, so that the short times below are those of the calls.
beforeAll(() => Promise.all([import('ai'), import('@ai-sdk/openai-compatible')]))
afterEach(async () => {
  await Promise.all(places.splice(0).map((each) => each.close()))
})
afterAll(() => outbound.close())

const completion = (content: string, rest: object = {}) => ({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'small',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1_000, completion_tokens: 200, total_tokens: 1_200 },
  ...rest,
})

/** A server that speaks the OpenAI wire. */
const endpoint = async (answer: Parameters<typeof startPlace>[0]) => {
  const place = await startPlace(answer)
  places.push(place)
  return place
}

const provider = (url: string, rest: Partial<Provider> = {}): Provider => ({
  name: 'local',
  type: 'openai-compatible',
  baseUrl: `${url}/v1`,
  apiKey: { env: 'KEY' },
  allowPrivate: true,
  models: { small: { inputUsdPerMillion: 0.15, outputUsdPerMillion: 0.6 }, free: {} },
  timeoutMs: 20_000,
  retries: { attempts: 1, backoffMs: 1 },
  ...rest,
})

const ask = (of: Provider, call: object = {}, options: Partial<OutboundOptions> = {}) =>
  outbound.perform(
    { kind: 'llm', llm: { provider: 'local', model: 'small' }, prompt: 'Say hello', ...call },
    { registry: registryOf(of), idempotencyKey: 'key-1', ...options },
  )

const sentTo = (place: Place) => {
  const { body, ...rest } = place.received[0] as Received
  return { ...rest, body: JSON.parse(body) }
}

describe('a model', () => {
  it('answers with text, its tokens and what they cost', async () => {
    const place = await endpoint((_, response) => json(response, completion('Hello')))
    const result = await ask(provider(place.url), {
      llm: { provider: 'local', model: 'small', temperature: 0.2, maxTokens: 50 },
      system: 'Be brief',
    })
    expect(result).toEqual({
      ok: true,
      output: { text: 'Hello' },
      tokensIn: 1_000,
      tokensOut: 200,
      costUsd: 0.00027,
    })
    expect(sentTo(place)).toMatchObject({
      method: 'POST',
      url: '/v1/chat/completions',
      headers: { authorization: 'Bearer sk-very-secret', 'idempotency-key': 'key-1' },
      body: {
        model: 'small',
        temperature: 0.2,
        max_tokens: 50,
        messages: [
          { role: 'system', content: 'Be brief' },
          { role: 'user', content: 'Say hello' },
        ],
      },
    })
  })

  it('has no cost without a price, and no tokens where none are told', async () => {
    const place = await endpoint((_, response) => json(response, completion('Hi', { usage: undefined })))
    expect(await ask(provider(place.url))).toEqual({ ok: true, output: { text: 'Hi' } })
    const priced = await endpoint((_, response) => json(response, completion('Hi')))
    const free = await ask(provider(priced.url), { llm: { provider: 'local', model: 'free' } })
    expect(free).toEqual({ ok: true, output: { text: 'Hi' }, tokensIn: 1_000, tokensOut: 200 })
  })

  it('is asked without a key where the document names none, and with the prefix it names', async () => {
    const place = await endpoint((_, response) => json(response, completion('Hi')))
    const { apiKey: _, ...open } = provider(place.url)
    await ask(open)
    await ask(provider(place.url, { apiKey: { env: 'KEY', prefix: 'Token ' } }))
    expect(place.received.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      'Token sk-very-secret',
    ])
  })

  it('says so where its answer was cut short', async () => {
    const choices = [{ index: 0, message: { role: 'assistant', content: 'Hel' }, finish_reason: 'length' }]
    const place = await endpoint((_, response) => json(response, completion('', { choices })))
    expect(output(await ask(provider(place.url)))).toEqual({ text: 'Hel', finish_reason: 'length' })
  })

  it('does not repeat its key', async () => {
    const place = await endpoint(({ headers }, response) =>
      json(response, completion(`I got ${headers.authorization}`)),
    )
    expect(output(await ask(provider(place.url))).text).toBe('I got Bearer [secret]')
  })

  it('writes nothing to the console', async () => {
    const spies = (['log', 'info', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name))
    const place = await endpoint((_, response) => json(response, completion('{"a":1}')))
    await ask(provider(place.url), { schema: { type: 'object' } })
    await ask(provider(place.url))
    for (const spy of spies) expect(spy).not.toHaveBeenCalled()
  })
})

describe('an answer by a schema', () => {
  const schema = {
    type: 'object',
    properties: { steps: { type: 'array', items: { type: 'string' }, minItems: 1 } },
    required: ['steps'],
  }

  it('is an object, and the schema was sent', async () => {
    const place = await endpoint((_, response) => json(response, completion('{"steps":["a"],"more":1}')))
    const result = await ask(provider(place.url), { schema })
    expect(output(result)).toEqual({ object: { steps: ['a'], more: 1 }, text: '{"steps":["a"],"more":1}' })
    expect(result).toMatchObject({ tokensIn: 1_000, tokensOut: 200, costUsd: 0.00027 })
    expect(sentTo(place).body.response_format).toMatchObject({
      type: 'json_schema',
      json_schema: { schema, strict: false },
    })
  })

  it.each(['{"steps":[]}', '{"steps":[1]}', '[]', 'Sure! Here it is:', '{"steps":["a"'])(
    'that does not fit may be asked for again: %s',
    async (content) => {
      const place = await endpoint((_, response) => json(response, completion(content)))
      expect(failed(await ask(provider(place.url), { schema }))).toEqual({
        ok: false,
        error: 'model small of local answered with nothing that fits the schema',
        retryable: true,
        maybeDone: true,
      })
    },
  )

  it('is not asked for where the schema is none', async () => {
    const place = await endpoint((_, response) => json(response, completion('{}')))
    expect(failed(await ask(provider(place.url), { schema: { type: 'what' } }))).toMatchObject({
      error: 'model small of local was not called: the schema of its answer cannot be used',
      retryable: false,
    })
    expect(place.received).toEqual([])
  })
})

describe('a model is not called', () => {
  it('without its provider', async () => {
    const result = await ask(provider('http://127.0.0.1:1'), { llm: { provider: 'other', model: 'small' } })
    expect(failed(result)).toEqual({
      ok: false,
      error: 'no provider named other is in the policy folder',
      retryable: false,
      maybeDone: false,
    })
  })

  it.each(['large', 'constructor'])('that the document does not list: %s', async (model) => {
    const result = await ask(provider('http://127.0.0.1:1'), { llm: { provider: 'local', model } })
    expect(failed(result)).toMatchObject({
      error: `model ${model} of local was not called: the provider's document does not list it`,
      retryable: false,
    })
  })

  it('without its key, nor at a private address', async () => {
    const place = await endpoint((_, response) => json(response, completion('Hi')))
    expect(failed(await ask(provider(place.url, { apiKey: { env: 'NONE' } }))).error).toContain(
      'the secret in variable NONE is not set',
    )
    expect(failed(await ask(provider(place.url, { allowPrivate: false })))).toMatchObject({
      error: expect.stringContaining('is at an address that is not public (loopback)'),
      retryable: false,
      maybeDone: false,
    })
    expect(place.received).toEqual([])
  })

  it('may be any where the document lists none', async () => {
    const place = await endpoint((_, response) => json(response, completion('Hi')))
    const result = await ask(provider(place.url, { models: {} }), {
      llm: { provider: 'local', model: 'any' },
    })
    expect(output(result)).toEqual({ text: 'Hi' })
  })
})

describe('a failing model', () => {
  it.each([
    [429, true, false, 3_000],
    [500, true, true, 3_000],
    [400, false, false, undefined],
    [401, false, false, undefined],
  ])('of status %d is mapped as HTTP is', async (status, retryable, maybeDone, retryAfterMs) => {
    const place = await endpoint((request, response) =>
      json(response, { error: { message: `bad key ${request.headers.authorization}` } }, status, {
        'retry-after': '3',
      }),
    )
    expect(failed(await ask(provider(place.url)))).toEqual({
      ok: false,
      error: `model small of local answered ${status}: {"error":{"message":"bad key Bearer [secret]"}}`,
      retryable,
      maybeDone,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    })
    expect(place.received).toHaveLength(1)
  })

  it('that redirects is not followed', async () => {
    const place = await endpoint((_, response) =>
      response.writeHead(307, { location: 'http://169.254.169.254/' }).end(),
    )
    expect(failed(await ask(provider(place.url))).error).toContain('redirects are not followed')
  })

  it.each([
    ['<html>', 'text/html'],
    ['{"choices":[]}', 'application/json'],
    ['data: {}\n\n', 'text/event-stream'],
    ['{"what":1}', 'application/json'],
  ])('that answers something else: %s', async (body, type) => {
    const place = await endpoint((_, response) => response.writeHead(200, { 'content-type': type }).end(body))
    expect(failed(await ask(provider(place.url)))).toMatchObject({
      error: 'model small of local answered with what is not a chat completion',
      retryable: false,
      maybeDone: true,
    })
  })

  it('that answers 10 MB is cut off', async () => {
    const place = await endpoint((_, response) => json(response, completion('x'.repeat(10_000_000))))
    expect(failed(await ask(provider(place.url))).error).toBe('model small of local answered more than 4 MiB')
  })

  it('that never answers is left in time', async () => {
    const place = await endpoint(() => undefined)
    expect(failed(await ask(provider(place.url), {}, { timeoutMs: 300 }))).toEqual({
      ok: false,
      error: 'model small of local did not finish within 300 ms',
      retryable: true,
      maybeDone: true,
    })
    await place.cut
  })

  it('is left when the caller gives up', async () => {
    const caller = new AbortController()
    const place = await endpoint(() => caller.abort())
    expect(failed(await ask(provider(place.url), {}, { signal: caller.signal }))).toMatchObject({
      error: 'model small of local was aborted',
      retryable: false,
    })
    await place.cut
  })
})
