/** Sessions with MCP servers: one for each connector, shared by its calls, begun anew when it ends or its document changes. @module */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { canonicalJson, type JsonValue } from '../domain/json.js'
import { startDeadline, until } from './deadline.js'
import { excerpt } from './failure.js'
import {
  callContext,
  type McpConnector,
  openTransport,
  type TransportNeeds,
  withCut,
} from './mcp-transport.js'
import { Secrets } from './secrets.js'

export interface Session {
  readonly client: Client
  /** What the session was begun with; answers are cleaned of it. */
  readonly secrets: Secrets
  /** It had been there before this call. */
  readonly reused: boolean
  /** Begin anew with the next call: the other end does not know this session any more. */
  forget(): void
}

export interface Sessions {
  /** Work with the session of a connector. @throws what beginning it or the work throws */
  use<T>(connector: McpConnector, signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface SessionsSetup extends Omit<TransportNeeds, 'secrets'> {
  /** Milliseconds a session may rest before it is ended. */
  readonly idleMs: number
}

interface Entry {
  /** The document that the session was begun for. */
  readonly document: string
  readonly opened: Promise<Client>
  readonly secrets: Secrets
  /** Gives up beginning. */
  readonly stop: AbortController
  active: number
  /** No new call takes it; it ends with its last one. */
  retired: boolean
  used: boolean
  over: boolean
  idle?: NodeJS.Timeout
}

export function openSessions(setup: SessionsSetup): Sessions {
  const live = new Map<string, Entry>()
  const ending = new Set<Promise<void>>()

  /** Closing waits for it. */
  const track = (work: Promise<void>): Promise<void> => {
    const ended = work.catch(() => undefined).finally(() => ending.delete(ended))
    ending.add(ended)
    return ended
  }

  const begin = (connector: McpConnector, document: string): Entry => {
    const secrets = new Secrets(setup.readEnv)
    const onLog = limited((line) => setup.onLog(`${connector.name}: ${excerpt(secrets.scrub(line))}`))
    const stop = new AbortController()
    const needs = { ...setup, secrets, onLog, track, signal: stop.signal }
    const opened = connect(connector, needs, () => retire(connector.name, entry))
    const entry: Entry = {
      document,
      opened,
      secrets,
      stop,
      active: 0,
      retired: false,
      used: false,
      over: false,
    }
    opened.catch(() => retire(connector.name, entry))
    return entry
  }

  const retire = (name: string, entry: Entry): void => {
    if (live.get(name) === entry) live.delete(name)
    if (entry.retired) return
    entry.retired = true
    if (entry.active === 0) end(entry)
  }

  const end = (entry: Entry): void => {
    if (entry.over) return
    entry.over = true
    clearTimeout(entry.idle)
    entry.stop.abort()
    track(entry.opened.then(farewell, () => undefined))
  }

  return {
    async use(connector, signal, work) {
      signal.throwIfAborted()
      const { name } = connector
      const document = canonicalJson(connector as unknown as JsonValue)
      const known = live.get(name)
      if (known && known.document !== document) retire(name, known)
      const entry = live.get(name) ?? begin(connector, document)
      live.set(name, entry)
      clearTimeout(entry.idle)
      entry.active++
      try {
        const client = await until(signal, entry.opened)
        const { used: reused, secrets } = entry
        entry.used = true
        return await work({ client, secrets, reused, forget: () => retire(name, entry) })
      } finally {
        entry.active--
        if (entry.active === 0 && entry.retired) end(entry)
        else if (entry.active === 0) entry.idle = setTimeout(() => retire(name, entry), setup.idleMs).unref()
      }
    },
    async close() {
      for (const [name, entry] of live) {
        retire(name, entry)
        if (entry.active > 0) end(entry)
      }
      // What ends may have something else to end: a session its process.
      while (ending.size > 0) await Promise.all(ending)
    },
  }
}

interface SessionNeeds extends TransportNeeds {
  readonly signal: AbortSignal
  /** @returns a promise that resolves when the work is over, however it ended */
  track(work: Promise<void>): Promise<void>
}

/** Begin a session, in the connector's own time: the call that happens to be first may give up, the others wait on. */
async function connect(connector: McpConnector, needs: SessionNeeds, onEnd: () => void): Promise<Client> {
  const { Client } = await import('@modelcontextprotocol/sdk/client/index.js')
  const transport = await openTransport(connector, needs)
  const close = transport.close.bind(transport)
  transport.close = () => needs.track(close())
  const client = new Client({ name: 'stepgate', version: '1' })
  client.onclose = onEnd
  client.onerror = (error) => needs.onLog(error.message)
  const deadline = startDeadline(connector.timeoutMs, needs.signal)
  try {
    await withCut((onCut) => {
      const context = { signal: deadline.signal, idempotent: false, onCut }
      const options = { signal: deadline.signal, timeout: connector.timeoutMs }
      return until(
        deadline.signal,
        callContext.run(context, () => client.connect(transport, options)),
      )
    })
  } catch (error) {
    client.close().catch(() => undefined)
    throw error
  } finally {
    deadline.clear()
  }
  return client
}

const linesPassedOn = 200

/** No session fills the log. */
function limited(onLog: (line: string) => void): (line: string) => void {
  let lines = 0
  return (line) => {
    if (++lines <= linesPassedOn) onLog(line)
    if (lines === linesPassedOn) onLog('what this session says further is not shown')
  }
}

/** End a session: tell an HTTP server so, and end the process of the other kind. */
async function farewell(client: Client): Promise<void> {
  const transport = client.transport as { terminateSession?: () => Promise<void> } | undefined
  try {
    await callContext.exit(() => transport?.terminateSession?.())
  } catch {
    // It may be gone already; that is what is wanted.
  }
  await client.close().catch(() => undefined)
}
