/** Tools of MCP servers. @module */
import type { JsonObject, JsonValue } from '../domain/json.js'
import { deeperThan } from './answer-body.js'
import { until } from './deadline.js'
import { CallFailed, excerpt, failure, failureOf, onlyIfRepeatable } from './failure.js'
import { endedFailure } from './guarded-http.js'
import type { Attempt } from './http-connector.js'
import type { Session, Sessions } from './mcp-sessions.js'
import { callContext, type McpConnector, withCut } from './mcp-transport.js'
import type { OutboundFailure, OutboundResult } from './outbound.js'

/** Member of `_meta` with the key that is the same for every attempt. */
const keyMember = 'stepgate.dev/idempotency-key'
/** The call's own signal ends it. */
const noTimeout = 2 ** 31 - 1
const maxDepth = 200

/** Call one tool, once. */
export async function callTool(
  connector: McpConnector,
  tool: string,
  parameters: JsonObject,
  { idempotencyKey, signal }: Pick<Attempt, 'idempotencyKey' | 'signal'>,
  sessions: Sessions,
): Promise<OutboundResult> {
  if (!connector.tools.includes(tool))
    return failure(`The connector ${connector.name} lists no tool named ${tool}`)
  const call = `${connector.name}.${tool}`
  const idempotent = connector.idempotentTools.includes(tool)
  let sent = false
  let scrub = (text: string) => text
  const work = (session: Session): Promise<OutboundResult> => {
    sent = true
    scrub = (text) => session.secrets.scrub(text)
    const request = { name: tool, arguments: { ...parameters }, _meta: { [keyMember]: idempotencyKey } }
    return withCut(async (onCut) => {
      const answer = callContext.run({ signal, idempotent, onCut }, () =>
        session.client.callTool(request, undefined, { signal, timeout: noTimeout }),
      )
      return resultOf((await until(signal, answer)) as unknown as JsonObject, session)
    })
  }
  const attempt = () => {
    sent = false
    return sessions.use(connector, signal, async (session) => {
      try {
        return await work(session)
      } catch (error) {
        if (!session.reused || !isUnknownSession(error)) throw error
        session.forget()
        return undefined
      }
    })
  }
  try {
    // The server forgot a session that was at rest: it did nothing, and takes the call with a new one.
    const result = (await attempt()) ?? (await attempt()) ?? failure('has no session', { retryable: true })
    return result.ok ? result : onlyIfRepeatable(failureOf(call, result), idempotent)
  } catch (error) {
    const found = failureOfError(error, signal, sent, (text) => excerpt(scrub(text)))
    return onlyIfRepeatable(failureOf(call, found), idempotent)
  }
}

function resultOf(answer: JsonObject, { secrets }: Session): OutboundResult {
  const { content = [], structuredContent, isError } = answer
  if (deeperThan(answer, maxDepth))
    return failure(`answered JSON nested deeper than ${maxDepth}`, { maybeDone: true })
  const text = (content as readonly JsonObject[])
    .flatMap((block) => (block.type === 'text' ? [block.text] : []))
    .join('\n')
  if (isError === true) {
    const said = excerpt(secrets.scrub(text))
    return failure(`failed${said === '' ? '' : `: ${said}`}`, { maybeDone: true })
  }
  const output = {
    content: content as JsonValue,
    ...(structuredContent === undefined ? {} : { structured: structuredContent }),
    ...(text === '' ? {} : { text }),
  }
  return { ok: true, output: secrets.scrubValue(output) as JsonObject }
}

/** 404 by the protocol; many servers answer 400 after a restart. */
const isUnknownSession = (error: unknown): boolean =>
  error instanceof CallFailed && (error.status === 404 || error.status === 400)

/** Refusals of JSON-RPC before anything runs: parse error, invalid request, method, parameters. */
const refusals = new Set([-32700, -32600, -32601, -32602])
const connectionClosed = -32000

/** @param sent the tool call itself was on its way, not only the session's beginning */
function failureOfError(
  error: unknown,
  signal: AbortSignal,
  sent: boolean,
  tell: (text: string) => string,
): OutboundFailure {
  if (signal.aborted) return endedFailure(signal, sent)
  if (error instanceof CallFailed) return sent ? error.failure : { ...error.failure, maybeDone: false }
  const { code, message = '', name } = error as { code?: unknown; message?: string; name?: string }
  if (!sent && typeof code === 'string')
    return failure(`was not called: its server cannot be started (${code})`, { retryable: code === 'EAGAIN' })
  if (!sent) return failure('was not called: its session did not begin', { retryable: true })
  if (code === connectionClosed && message.endsWith('Connection closed'))
    return failure('got no answer: its server ended', { retryable: true, maybeDone: true })
  if (typeof code === 'number' && refusals.has(code)) return failure(`was refused: ${tell(message)}`)
  if (typeof code === 'number')
    return failure(`failed: ${tell(message)}`, { retryable: true, maybeDone: true })
  if (name === 'ZodError') return failure('answered with what is not a tool result', { maybeDone: true })
  return failure('got no answer: its session broke', { retryable: true, maybeDone: true })
}
