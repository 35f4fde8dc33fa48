/** Opening the way outwards: one door for HTTP, one place for MCP sessions. @module */
import type { Registry } from '../domain/agent.js'
import type { Resolve } from './address-guard.js'
import { type Deadline, startDeadline } from './deadline.js'
import { failure, failureOf } from './failure.js'
import { endedFailure, openGuardedHttp } from './guarded-http.js'
import { type Attempt, callHttp } from './http-connector.js'
import { callModel } from './language-model.js'
import { callTool } from './mcp-connector.js'
import { openSessions } from './mcp-sessions.js'
import type { Outbound, OutboundCall, OutboundOptions, OutboundResult } from './outbound.js'
import { type ReadEnv, Secrets } from './secrets.js'

export interface OutboundSetup {
  /** Where secrets of the environment come from, and `PATH` and `HOME` of MCP servers. */
  readonly readEnv: ReadEnv
  /** What MCP servers write to their standard error, and what goes wrong with their sessions. */
  readonly onLog?: (line: string) => void
  /** Addresses of a host; default: the operating system's. */
  readonly resolve?: Resolve
  /** Unix milliseconds; dates in `Retry-After` are measured against it. */
  readonly now?: () => number
}

/** After the end of a call its failure is told this soon, also where a library or a file system hangs. */
const graceMs = 500

/** An MCP session at rest is ended after this time. */
const sessionIdleMs = 300_000

/** Open it. Nothing is connected, started or loaded before the first call that needs it. */
export function openOutbound(setup: OutboundSetup): Outbound {
  const http = openGuardedHttp(setup.resolve)
  const onLog = setup.onLog ?? (() => undefined)
  const now = setup.now ?? Date.now
  const sessions = openSessions({ http, readEnv: setup.readEnv, onLog, now, idleMs: sessionIdleMs })
  const running = new Set<Deadline>()
  let closed = false

  const attempt = async (call: OutboundCall, options: OutboundOptions, signal: AbortSignal) => {
    const given: Attempt = {
      http,
      secrets: new Secrets(setup.readEnv),
      idempotencyKey: options.idempotencyKey,
      signal,
      now,
    }
    if (call.kind === 'connector') return callConnector(call, options.registry, given)
    const provider = options.registry.providers.get(call.llm.provider)
    if (!provider) return failure(`no provider named ${call.llm.provider} is in the policy folder`)
    return callModel(provider, call, given, onLog)
  }

  const callConnector = async (
    call: Extract<OutboundCall, { kind: 'connector' }>,
    registry: Registry,
    given: Attempt,
  ): Promise<OutboundResult> => {
    const connector = registry.connectors.get(call.connector)
    if (!connector) return failure(`no connector named ${call.connector} is in the policy folder`)
    if (connector.type === 'http') return callHttp(connector, call.operation, call.parameters, given)
    return callTool(connector, call.operation, call.parameters, given, sessions)
  }

  return {
    async perform(call, options) {
      if (closed) return failure('Calls to the outside have ended: the process is stopping')
      const deadline = startDeadline(
        options.timeoutMs ?? declaredTimeout(call, options.registry),
        options.signal,
      )
      running.add(deadline)
      try {
        return await within(deadline.signal, attempt(call, options, deadline.signal))
      } catch (error) {
        onLog(`An outbound call failed unexpectedly: ${(error as Error)?.name}`)
        return failure('The call failed for a reason that is not known', { maybeDone: true })
      } finally {
        running.delete(deadline)
        deadline.clear()
      }
    },
    async close() {
      closed = true
      for (const deadline of running) deadline.end()
      await sessions.close()
      http.close()
    },
  }
}

/** What the documents say of a call's time, where the step says nothing. */
function declaredTimeout(call: OutboundCall, { connectors, providers }: Registry): number {
  const unknown = 30_000
  if (call.kind === 'llm') return providers.get(call.llm.provider)?.timeoutMs ?? unknown
  const connector = connectors.get(call.connector)
  const operation =
    connector?.type === 'http' && Object.hasOwn(connector.operations, call.operation)
      ? connector.operations[call.operation]
      : undefined
  return operation?.timeoutMs ?? connector?.timeoutMs ?? unknown
}

/** A call knows best how it ended; only where it says nothing is it given up from outside. */
function within(signal: AbortSignal, work: Promise<OutboundResult>): Promise<OutboundResult> {
  return new Promise((settle, reject) => {
    let grace: NodeJS.Timeout | undefined
    const giveUp = () => {
      grace = setTimeout(() => settle(failureOf('The call', endedFailure(signal, true))), graceMs)
    }
    if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp, { once: true })
    work.then(settle, reject).finally(() => {
      clearTimeout(grace)
      signal.removeEventListener('abort', giveUp)
    })
  })
}
