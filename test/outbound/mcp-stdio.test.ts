import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Connector } from '#src/domain/agent.js'
import { openGuardedHttp } from '#src/outbound/guarded-http.js'
import { callTool } from '#src/outbound/mcp-connector.js'
import { openSessions } from '#src/outbound/mcp-sessions.js'
import { callConnector, failed, open, output } from './places.js'

const script = fileURLToPath(new URL('./mcp-server.mjs', import.meta.url))
const env = { PATH: process.env.PATH!, HOME: '/nowhere', KEY: 'mcp-very-secret', OTHER: 'not passed on' }
const closers: (() => Promise<void>)[] = []

const files = (rest: Partial<Extract<Connector, { type: 'mcp-stdio' }>> = {}) =>
  ({
    name: 'files',
    type: 'mcp-stdio',
    command: [process.execPath, script],
    environment: { API_KEY: { env: 'KEY' }, MODE: 'test' },
    tools: ['read_file', 'structured', 'about', 'refuse', 'never', 'die', 'big', 'complain', 'missing'],
    idempotentTools: ['read_file'],
    timeoutMs: 20_000,
    retries: { attempts: 1, backoffMs: 1 },
    ...rest,
  }) satisfies Connector

const start = () => {
  const lines: string[] = []
  const outbound = open(env, { onLog: (line) => lines.push(line) })
  closers.push(() => outbound.close())
  const call = (
    operation: string,
    parameters: object = {},
    options: object = {},
    connector: Connector = files(),
  ) => callConnector(outbound, connector, parameters, { operation, ...options })
  const about = async (connector?: Connector) =>
    JSON.parse(output(await call('about', {}, {}, connector)).text)
  return { outbound, lines, call, about }
}

/** Resolves when the process is gone. */
const gone = async (pid: number) => {
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

// Loaded here, so that the short times below are those of the calls.
beforeAll(() =>
  Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/client/stdio.js'),
  ]),
)
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

describe('a tool of an MCP server', () => {
  const shared = start()
  const [close] = closers.splice(0)
  afterAll(() => close!())

  it('gets its arguments and the idempotency key, and answers with its content', async () => {
    const { call } = shared
    const text = '{"path":"a.txt","key":"key-1"}'
    expect(output(await call('read_file', { path: 'a.txt' }))).toEqual({
      content: [{ type: 'text', text }],
      text,
    })
  })

  it('may answer with structured content', async () => {
    const { call } = shared
    expect(output(await call('structured'))).toEqual({
      content: [{ type: 'text', text: 'one' }],
      text: 'one',
      structured: { rows: [1, 2] },
    })
  })

  it('is called only where the document lists it', async () => {
    const { call } = shared
    expect(failed(await call('unlisted'))).toEqual({
      ok: false,
      error: 'The connector files lists no tool named unlisted',
      retryable: false,
      maybeDone: false,
    })
  })

  it('sees of the environment what the document names, PATH and HOME, and its secret comes back to nobody', async () => {
    const { environment } = await shared.about()
    // Some platforms add a variable of their own to every process.
    const { __CF_USER_TEXT_ENCODING: _, ...seen } = environment
    expect(seen).toEqual({ PATH: env.PATH, HOME: '/nowhere', API_KEY: '[secret]', MODE: 'test' })
  })

  it('that fails says so without the secret, and is not tried again', async () => {
    const { call } = shared
    expect(failed(await call('refuse'))).toEqual({
      ok: false,
      error: 'files.refuse failed: no such file, and the key is [secret]',
      retryable: false,
      maybeDone: true,
    })
  })

  it.each(['missing', 'read_file'])('that the server refuses did nothing: %s', async (tool) => {
    const { call } = shared
    const result = failed(await call(tool, { path: 7 }))
    expect(result).toMatchObject({ retryable: false })
    expect(result.error).toContain('-32602')
  })

  it('that never answers is left in time, and the session goes on', async () => {
    const { call, about } = shared
    const before = await about()
    expect(failed(await call('never', {}, { timeoutMs: 300 }))).toMatchObject({
      error: expect.stringMatching(/^files\.never did not finish within 300 ms; it may have been done/),
      retryable: false,
      maybeDone: true,
    })
    const caller = new AbortController()
    const aborted = call('never', {}, { signal: caller.signal })
    caller.abort()
    expect(failed(await aborted)).toMatchObject({ error: 'files.never was aborted', retryable: false })
    expect((await about()).pid).toBe(before.pid)
  })

  it('that answers 10 MB ends the session, and the next call has a new one', async () => {
    const { call, about } = shared
    const before = await about()
    expect(failed(await call('big'))).toMatchObject({
      error: expect.stringContaining('files.big got no answer: its server ended'),
      maybeDone: true,
    })
    expect((await about()).pid).not.toBe(before.pid)
  })
})

describe('a session', () => {
  it('is shared by calls, at the same time and one after another', async () => {
    const { about } = start()
    const all = [...(await Promise.all([about(), about(), about()])), await about()]
    expect(new Set(all.map(({ pid }) => pid)).size).toBe(1)
    expect(all.map(({ calls }) => calls).sort()).toEqual([1, 2, 3, 4])
  })

  it('begins anew when its process has died, which the call that it died under is told', async () => {
    const { call, about } = start()
    const before = await about()
    expect(failed(await call('die'))).toMatchObject({
      error: expect.stringContaining('files.die got no answer: its server ended; it may have been done'),
      retryable: false,
      maybeDone: true,
    })
    const after = await about()
    expect(after.pid).not.toBe(before.pid)
    expect(after.calls).toBe(1)
  })

  it('may be tried again after the death of its process by a tool that may be repeated', async () => {
    const { call } = start()
    const result = await call('die', {}, {}, files({ idempotentTools: ['die'] }))
    expect(failed(result)).toMatchObject({ retryable: true, maybeDone: true })
  })

  it('is replaced when the document changes, not when it is only read again', async () => {
    const { about } = start()
    const first = await about(files())
    expect((await about(files())).pid).toBe(first.pid)
    const second = await about(files({ environment: { MODE: 'changed' } }))
    expect(second).toMatchObject({ calls: 1, environment: { MODE: 'changed' } })
    await gone(first.pid)
  })

  it('ends after a rest', async () => {
    const http = openGuardedHttp()
    const readEnv = (name: string) => (env as Record<string, string>)[name]
    const sessions = openSessions({ http, readEnv, onLog: () => undefined, now: Date.now, idleMs: 1 })
    closers.push(() => sessions.close())
    const attempt = { idempotencyKey: 'k', signal: new AbortController().signal }
    const { pid } = JSON.parse(output(await callTool(files(), 'about', {}, attempt, sessions)).text)
    await gone(pid)
    const again = JSON.parse(output(await callTool(files(), 'about', {}, attempt, sessions)).text)
    expect(again.pid).not.toBe(pid)
  })

  it('ends with the process that it was started in', async () => {
    const { outbound, about } = start()
    const { pid } = await about()
    await outbound.close()
    await gone(pid)
  })

  it('passes its complaints on to the log, within bounds and without the secret', async () => {
    const { call, lines } = start()
    expect(output(await call('complain')).text).toBe('done')
    await expect.poll(() => lines.at(-1)).toBe('files: what this session says further is not shown')
    expect(lines.length).toBe(201)
    expect(lines).toContain('files: using [secret]')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(220)
    expect(output(await call('structured')).text).toBe('one')
  })
})

describe('a server that cannot be used', () => {
  it.each([
    [
      'no such program',
      { command: ['/nowhere/server'] },
      'files.about was not called: its server cannot be started (ENOENT)',
      false,
    ],
    ['no command', { command: [] }, 'files.about was not started: it has no command', false],
    [
      'no secret',
      { environment: { KEY: { env: 'NOT_SET' } } },
      'files.about was not started: the secret in variable NOT_SET is not set',
      false,
    ],
    [
      'an end at the start',
      { command: [process.execPath, script, '--die'] },
      'files.about was not called: its session did not begin',
      true,
    ],
    [
      'no answer',
      { command: [process.execPath, script, '--mute'], timeoutMs: 80 },
      /files\.about (did not finish within 80 ms|was not called: its session did not begin)/,
      true,
    ],
  ])('did nothing: %s', async (_, rest, error, retryable) => {
    const { call } = start()
    expect(failed(await call('about', {}, {}, files(rest)))).toEqual({
      ok: false,
      error: typeof error === 'string' ? error : expect.stringMatching(error),
      retryable,
      maybeDone: false,
    })
  })

  it('is left by the caller while it starts', async () => {
    const { call } = start()
    const mute = files({ command: [process.execPath, script, '--mute'] })
    const result = failed(await call('about', {}, { timeoutMs: 50 }, mute))
    expect(result).toMatchObject({ error: 'files.about did not finish within 50 ms', maybeDone: false })
  })
})
