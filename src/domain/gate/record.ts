/** The record of one decision: all that is needed to make it again, and to say why it was made. @module */
import type { Judgement, PolicyFault, PolicyMatch, Verdict } from '../decision.js'
import { jsonString } from '../json.js'
import { type DecidedAt, type GateInput, recordedInput } from './input.js'

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
 * Stands among the policies of a decision that was made without what the step was asked with: its record was redacted, so
 * policy could not be asked, and the step is blocked until its caller gates it again.
 */
export const contentRedacted: PolicyMatch = {
  policyId: 'content_redacted',
  policyName: 'content_redacted',
  action: 'block',
  enforcement: 'enforce',
  reason: 'What the step was asked with was redacted in its record: gate the step again',
}

/** Whether a decision says nothing about the step's content. */
export const isWithoutContent = ({ policies }: Pick<DecisionRecord, 'policies'>): boolean =>
  policies.some(
    ({ policyId, reason }) => policyId === contentRedacted.policyId && reason === contentRedacted.reason,
  )

/** A record as it is kept. */
export interface KeptRecord {
  /** JSON text. */
  readonly body: string
  /** The request as it came (`GateRequest.asked`), where the body holds of `input` only what neither it nor the workflow tells. */
  readonly asked?: Uint8Array
}

/**
 * The record of a decision. What was asked is kept as it came, where it came as a body of its own, and beside it what
 * the workflow's row does not tell: a record is most of what a gate writes, and half the time of writing goes by its
 * length. Else the input's whole text is in the record, and masked where a `redact` obliges us to.
 */
export function decisionRecord(
  decisionId: string,
  judgement: Judgement,
  verdict: Verdict,
  input: GateInput,
  openIdentity: boolean,
  asked?: Uint8Array,
): KeptRecord {
  const masked = verdict.redact.length > 0
  const apart = masked || input.frame === undefined ? undefined : asked
  const whole = () => (masked ? JSON.stringify(mask(input.object, verdict.redact)) : input.text())
  const text = apart ? input.frame : whole()
  const judged = judgedText(judgement, verdict, openIdentity)
  const body = `{"decision_id":"${decisionId}","decision":"${verdict.decision}"${judged}${text}}`
  return apart ? { body, asked: apart } : { body }
}

// Most steps are judged like the one before them, mostly that nothing matched.
let latest:
  | {
      readonly judgement: Judgement
      readonly verdict: Verdict
      readonly openIdentity: boolean
      readonly text: string
    }
  | undefined

/** What of a record follows from what policy said. */
function judgedText(judgement: Judgement, verdict: Verdict, openIdentity: boolean): string {
  if (judgement !== latest?.judgement || verdict !== latest.verdict || openIdentity !== latest.openIdentity) {
    const text = newJudgedText(judgement, verdict, openIdentity)
    latest = { judgement, verdict, openIdentity, text }
  }
  return latest.text
}

function newJudgedText(judgement: Judgement, verdict: Verdict, openIdentity: boolean): string {
  // Joined, not added: what is added V8 keeps in its pieces, and would put together for each record anew.
  return [
    `,"reason":${jsonString(verdict.reason)},"revision":${jsonString(judgement.revision)}`,
    `,"policies":${verdict.evaluated.length === 0 ? '[]' : JSON.stringify(verdict.evaluated)}`,
    `,"facts":${isEmpty(judgement.facts) ? '{}' : JSON.stringify(judgement.facts)}`,
    judgement.fault ? `,"fault":${JSON.stringify(judgement.fault)}` : '',
    `,"redacted":${verdict.redact.length > 0 ? JSON.stringify(verdict.redact) : '[]'}`,
    `,"open_identity":${openIdentity},"input":`,
  ].join('')
}

function isEmpty(facts: Readonly<Record<string, boolean>>): boolean {
  for (const _ in facts) return false
  return true
}

/** A record as it was made. */
export function readRecord({ body, asked }: KeptRecord, decided: DecidedAt): DecisionRecord {
  const record = JSON.parse(body) as DecisionRecord
  return asked ? { ...record, input: recordedInput(record.input, asked, decided) } : record
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
