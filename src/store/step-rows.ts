/**
 * Step rows to domain values and back. A row is narrow: what the step was called and why it was decided so stands in the
 * record of its decision, which is read with it.
 * @module
 */
import type { Decision } from '../domain/decision.js'
import type { DecidedAt } from '../domain/gate/input.js'
import { type DecisionRecord, readRecord } from '../domain/gate/record.js'
import type { Approval, Step, StepType } from '../domain/step.js'
import type { Workflow } from '../domain/workflow.js'
import type { SqlValue } from './database.js'
import { decisionColumns, decisionTables, unpacked } from './gate-group-rows.js'
import { given } from './workflow-rows.js'

const columns = [
  'workflow_key',
  'step_id',
  'step_index',
  'checkpoint',
  'version',
  'type',
  'decision',
  'decision_seq',
  'content_digest',
  'idempotency_key',
  'gate_count',
  'first_gate_at',
  'last_gate_at',
  'tokens_in',
  'tokens_out',
  'cost_usd',
  'approval_status',
  'approval_expires_at',
  'approval',
  'completion_count',
  'completed_at',
  'output_seq',
  'resume_count',
  'last_resumed_at',
]

/** What is selected for a step: its columns (table `s`), and time and record of its decision. */
export const stepSelection = `${columns.map((name) => `s.${name}`).join(', ')}, ${decisionColumns} FROM steps s ${decisionTables}`

/** So many parameters has `firstStep`. */
export const firstStepParameters = 15

/** First gates' rows: most columns are as they always are then. */
export function insertSteps(count: number): string {
  const rows = Array.from({ length: count }, (_, row) => {
    const places = Array.from(
      { length: firstStepParameters },
      (_, i) => `?${row * firstStepParameters + i + 1}`,
    )
    // The decision's number is its checkpoint's too, and the last gate is the first.
    places.splice(4, 0, places[3] as string)
    places.splice(10, 0, places[9] as string)
    return `(${places.join(', ')})`
  })
  return `INSERT INTO steps (workflow_key, step_id, step_index, checkpoint, decision_seq, type, decision, content_digest,
    idempotency_key, first_gate_at, last_gate_at, tokens_in, tokens_out, cost_usd, approval_status, approval_expires_at, approval)
    VALUES ${rows.join(', ')}`
}

/** Parameters of a row of `insertSteps`. */
export function firstStep(s: Step): SqlValue[] {
  return [
    s.workflowKey,
    s.stepId,
    s.index,
    s.decisionSeq,
    s.type,
    s.decision,
    s.contentDigest ?? null,
    s.idempotencyKey,
    s.firstGateAt,
    s.tokensIn ?? null,
    s.tokensOut ?? null,
    s.costUsd ?? null,
    s.approval?.status ?? null,
    s.approval?.expiresAt ?? null,
    s.approval ? JSON.stringify(s.approval) : null,
  ]
}

/** The hold; where there is none any more, the number of the last one. */
function approvalText({ approval, lastHold }: Step): string | null {
  if (approval) return JSON.stringify(approval)
  return lastHold === undefined ? null : JSON.stringify({ hold: lastHold })
}

const later = columns.slice(2).filter((name) => name !== 'checkpoint')

/** All columns but those that say which step it is, where the version is the one before. */
export const updateStep = `UPDATE steps SET ${later.map((name) => `${name} = ?`).join(', ')}
  WHERE checkpoint = ? AND version = ?`

/** Parameters of `updateStep`. */
export function laterStep(s: Step): SqlValue[] {
  return [
    s.index,
    s.version,
    s.type,
    s.decision,
    s.decisionSeq,
    s.contentDigest ?? null,
    s.idempotencyKey,
    s.gateCount,
    s.firstGateAt,
    s.lastGateAt,
    s.tokensIn ?? null,
    s.tokensOut ?? null,
    s.costUsd ?? null,
    s.approval?.status ?? null,
    s.approval?.expiresAt ?? null,
    approvalText(s),
    s.completionCount,
    s.completedAt ?? null,
    s.outputSeq ?? null,
    s.resumeCount,
    s.lastResumedAt ?? null,
    s.checkpoint,
    s.version - 1,
  ]
}

/** A decision's record, of what was selected for `unpacked`. */
export function recordOf(selected: readonly SqlValue[], decided: DecidedAt): DecisionRecord {
  const [body, asked] = unpacked(selected)
  return readRecord(asked === null ? { body } : { body, asked }, decided)
}

/** The key of the workflow that a row of `stepSelection` is of. */
export const workflowKeyOf = ([key]: readonly SqlValue[]): number => key as number

const holdOf = (approval: Approval, status: SqlValue | undefined): Partial<Step> =>
  status == null ? { lastHold: approval.hold } : { approval }

/** A row of `stepSelection` as a step of the workflow and the record of its decision. */
export function stepOf(row: readonly SqlValue[], workflow: Workflow): { step: Step; record: DecisionRecord } {
  const [workflowKey, stepId, index, checkpoint, version, type, decision, decisionSeq] = row
  const [contentDigest, idempotencyKey, gateCount, firstGateAt, lastGateAt] = row.slice(8)
  const [tokensIn, tokensOut, costUsd, approvalStatus, , approval] = row.slice(13)
  const [completionCount, completedAt, outputSeq, resumeCount, lastResumedAt, decidedAt, ...kept] =
    row.slice(19)
  const record = recordOf(kept, { workflow, stepId: stepId as string, at: decidedAt as number })
  const { step_name: name, tool_name: toolName, model, provider } = record.input
  const step = {
    workflowKey: workflowKey as number,
    stepId: stepId as string,
    index: index as number,
    checkpoint: checkpoint as number,
    version: version as number,
    type: type as StepType,
    decision: decision as Decision,
    reason: record.reason,
    decisionId: record.decision_id,
    decisionSeq: decisionSeq as number,
    idempotencyKey: idempotencyKey as string,
    gateCount: gateCount as number,
    firstGateAt: firstGateAt as number,
    lastGateAt: lastGateAt as number,
    decidedAt: decidedAt as number,
    completionCount: completionCount as number,
    resumeCount: resumeCount as number,
    ...(approval == null ? {} : holdOf(JSON.parse(approval as string) as Approval, approvalStatus)),
    ...given({ name, toolName, model, provider }),
    ...given({ contentDigest, tokensIn, tokensOut, costUsd, completedAt, outputSeq, lastResumedAt }),
  } as Step
  return { step, record }
}
