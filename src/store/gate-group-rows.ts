/** Rows of `gate_groups`: what they tell of steps, and how what is in them is found. @module */
import { type Step, stepTypes } from '../domain/step.js'
import type { SqlValue } from './database.js'

// What an element of `gate_groups.gates` tells of the step, from place 3 on.
const toldColumns =
  'first_gate_at, workflow_key, step_id, step_index, type, decision, idempotency_key, tokens_in, tokens_out, cost_usd'
const toldFrom = 3

/** A gate's element of `gate_groups.gates`. */
export function told(step: Step, start: number, bodyBytes: number, askedBytes: number): SqlValue[] {
  const { workflowKey: key, stepId, index, firstGateAt: at, type, decision, idempotencyKey } = step
  const { tokensIn = null, tokensOut = null, costUsd = null } = step
  return [
    start,
    bodyBytes,
    askedBytes,
    at,
    key,
    stepId,
    index,
    type,
    decision,
    idempotencyKey,
    tokensIn,
    tokensOut,
    costUsd,
  ]
}

// Binding a text takes longer than writing a row, so type and decision of a plain step are one number on their way.
const types = new Map<string, number>(stepTypes.map((type, number) => [type, 2 * number]))
const decisions = new Map<string, number>([
  ['allow', 0],
  ['block', 1],
])
const typeOf = (kind: string): string =>
  `CASE ${stepTypes.map((type, i) => `WHEN ${kind} <= ${2 * i + 1} THEN '${type}'`).join(' ')} END`
const decisionOf = (kind: string): string => `CASE ${kind} % 2 WHEN 0 THEN 'allow' WHEN 1 THEN 'block' END`

/** So many parameters has a row of `insertPlainSteps`. */
export const plainStepParameters = 10

/** Steps of gates in groups. */
export function insertPlainSteps(count: number): string {
  const rows = Array.from({ length: count }, (_, row) => {
    const [checkpoint, at, key, id, index, kind, idempotencyKey, ...amounts] = Array.from(
      { length: plainStepParameters },
      (_, i) => `?${row * plainStepParameters + i + 1}`,
    ) as [string, string, string, string, string, string, string]
    // The decision's number is its checkpoint's too, and the last gate is the first.
    return `(${[
      ...[checkpoint, checkpoint, at, at, key, id, index, typeOf(kind), decisionOf(kind)],
      ...[`coalesce(${idempotencyKey}, '')`, ...amounts],
    ].join(', ')})`
  })
  return `INSERT INTO steps (checkpoint, decision_seq, last_gate_at, ${toldColumns}) VALUES ${rows.join(', ')}`
}

/** Parameters of a row of `insertPlainSteps`. */
export function plainStep(step: Step): SqlValue[] {
  const { checkpoint, firstGateAt: at, workflowKey: key, stepId, index, idempotencyKey } = step
  const { tokensIn = null, tokensOut = null, costUsd = null } = step
  // Not a number where there is no such word; no row takes that.
  const kind = Number(types.get(step.type)) + Number(decisions.get(step.decision))
  const idempotency = idempotencyKey === '' ? null : idempotencyKey
  return [checkpoint, at, key, stepId, index, kind, idempotency, tokensIn, tokensOut, costUsd]
}

/** The group that holds an event, if one does, as table `g`; `seq`: SQL for the event's number. */
const groupOf = (seq: string): string =>
  `g.first_seq = (SELECT max(first_seq) FROM gate_groups WHERE first_seq <= ${seq})`

/** An event's place in its gate's element, as SQL. */
const place = (seq: string, n: number): string =>
  `(g.gates ->> ('$[' || (${seq} - g.first_seq) || '][${n}]'))`

/** Body and request of a gate as one value, which is looked up once, and how long the body is: see `unpacked`. */
const packedOf = (seq: string): string =>
  `substr(g.content, 1 + ${place(seq, 0)}, ${place(seq, 1)} + ${place(seq, 2)}), ${place(seq, 1)}`

/** `events.body` and `events.asked` of what was selected: the two columns, and the two of a group beside them. */
export function unpacked([body, asked, packed, bodyBytes]: readonly SqlValue[]): readonly [
  string,
  Uint8Array | null,
] {
  if (packed === null || packed === undefined) return [body as string, (asked as Uint8Array | null) ?? null]
  const bytes = Buffer.from(packed as Uint8Array)
  const rest = bytes.subarray(bodyBytes as number)
  return [bytes.toString('utf8', 0, bodyBytes as number), rest.length === 0 ? null : rest]
}

/** The binding makes a real number of every number, and no path of JSON has room for one. */
const given = 'CAST(?1 AS INTEGER)'

/** Body and `asked` of an event, wherever it is kept, for `unpacked`. The number is parameter 1. */
export const eventBodies = `SELECT body, asked, NULL, NULL FROM events WHERE seq = ?1 UNION ALL
  SELECT NULL, NULL, ${packedOf(given)} FROM gate_groups g
    WHERE ${groupOf(given)} AND ${given} < g.first_seq + json_array_length(g.gates) LIMIT 1`

/** The number of the last event, wherever it is kept. */
export const lastSeqAnywhere = `SELECT max(coalesce((SELECT max(seq) FROM events), 0), coalesce((SELECT first_seq +
  json_array_length(gates) - 1 FROM gate_groups ORDER BY first_seq DESC LIMIT 1), 0))`

/** Writes the rows of steps from the groups that they were first gated in. @param groups the groups' FROM */
export const insertUnfiledSteps = (groups: string): string =>
  `INSERT INTO steps (checkpoint, decision_seq, last_gate_at, ${toldColumns})
    SELECT g.first_seq + j.key, g.first_seq + j.key, j.value ->> ${toldFrom},
      ${toldColumns
        .split(', ')
        .map((_, i) => `j.value ->> ${toldFrom + i}`)
        .join(', ')}
    FROM (SELECT first_seq, gates ${groups}) g, json_each(g.gates) j`

/** Time of a step's latest decision, and its record for `unpacked`; a first gate in a group was decided when it was asked. */
export const decisionColumns = `coalesce(e.at, s.first_gate_at), e.body, e.asked, ${packedOf('s.decision_seq')}`
/** The tables of `decisionColumns` beside the step's own. */
export const decisionTables = `LEFT JOIN events e ON e.seq = s.decision_seq
  LEFT JOIN gate_groups g ON e.seq IS NULL AND ${groupOf('s.decision_seq')}`
