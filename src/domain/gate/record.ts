/** The record of one decision: all that is needed to make it again, and to say why it was made. @module */
import type { Judgement, PolicyFault, PolicyMatch, Verdict } from '../decision.js'

/** A decision's record as it is read back. */
export interface DecisionRecord {
  readonly decision_id: string
  readonly decision: Verdict['decision']
  readonly reason: string
  readonly revision: string
  readonly policies: readonly PolicyMatch[]
  readonly facts: Readonly<Record<string, boolean>>
  readonly fault?: PolicyFault
  /** Paths that were masked in `input` before it was stored. */
  readonly redacted: readonly string[]
  /** The policy input, masked. */
  readonly input: Readonly<Record<string, unknown>>
  /** No authentication was configured: identities are what the caller said. */
  readonly open_identity: boolean
}

/**
 * The record as JSON text. The input's text goes in as it is: it was made once, and policy judged exactly it, unless a
 * `redact` obliges us to mask it first.
 */
export function decisionRecord(
  decisionId: string,
  judgement: Judgement,
  verdict: Verdict,
  input: {
    readonly object: Readonly<Record<string, unknown>>
    readonly text: string
  },
  openIdentity: boolean,
): string {
  const masked = verdict.redact.length === 0 ? input.text : JSON.stringify(mask(input.object, verdict.redact))
  const fault = judgement.fault ? `,"fault":${JSON.stringify(judgement.fault)}` : ''
  return (
    `{"decision_id":"${decisionId}","decision":"${verdict.decision}","reason":${JSON.stringify(verdict.reason)}` +
    `,"revision":${JSON.stringify(judgement.revision)},"policies":${verdict.evaluated.length === 0 ? '[]' : JSON.stringify(verdict.evaluated)}` +
    `,"facts":${JSON.stringify(judgement.facts)}${fault},"redacted":${JSON.stringify(verdict.redact)}` +
    `,"open_identity":${openIdentity},"input":${masked}}`
  )
}

/** What stands in the record where a `redact` policy applied. */
export const redactedText = '[redacted]'

/** A copy of the value with the text at each dotted path replaced; `*` matches every member. Missing paths are passed over. */
export function mask<T>(value: T, paths: readonly string[]): T {
  return paths.reduce((copy, path) => maskPath(copy, splitPath(path)) as T, value)
}

function maskPath(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path
  if (key === undefined) return redactedText
  if (Array.isArray(value)) {
    return value.map((item, i) => (key === '*' || key === String(i) ? maskPath(item, rest) : item))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([k, v]) => [k, key === '*' || key === k ? maskPath(v, rest) : v]),
  )
}

/** `a.b[0]["x.y"][*].c` as its elements. */
export function splitPath(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted ?? index ?? name ?? '',
  )
}
