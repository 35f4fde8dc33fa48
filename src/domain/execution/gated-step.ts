/** What a gated step shows of itself. @module */
import { approvalStatusAt } from '../step.js'
import type { ExecutionStep, GatedPart, RecordedStep, Signal, StepStatus } from './execution.js'

/** The gate's part of a step at an instant. */
export function gatedPart({ step, record }: RecordedStep, now: number): GatedPart {
  const { approval } = step
  return {
    decision: step.decision,
    decisionId: step.decisionId,
    reason: step.reason,
    revision: record.revision,
    policies: record.policies,
    ...(approval
      ? {
          approval: {
            id: approval.id,
            status: approvalStatusAt(approval, now),
            requestedBy: approval.requestedBy,
            expiresAt: approval.expiresAt,
            ...(approval.decidedBy === undefined ? {} : { decidedBy: approval.decidedBy }),
            ...(approval.decidedAt === undefined ? {} : { decidedAt: approval.decidedAt }),
          },
        }
      : {}),
    gateCount: step.gateCount,
    completionCount: step.completionCount,
  }
}

/** The status that gate and completion give a step; a completion of the gate before counts no more once it was gated anew. */
export function gatedStatus({ step }: RecordedStep, now: number): StepStatus {
  if (step.completedAt !== undefined && step.completedAt >= step.decidedAt) return 'completed'
  if (step.decision === 'block') return 'blocked'
  if (step.decision === 'allow' || !step.approval) return 'running'
  const approval = approvalStatusAt(step.approval, now)
  return approval === 'pending' ? 'approval' : approval === 'approved' ? 'running' : 'failed'
}

/** Why a gated step did not run, in a sentence; undefined where it may run. */
export function denialOf(gate: GatedPart): string | undefined {
  if (gate.decision === 'block') return `Blocked by policy: ${gate.reason}`
  switch (gate.approval?.status) {
    case 'rejected':
      return `Rejected by ${gate.approval.decidedBy}: ${gate.reason}`
    case 'expired':
      return `Nobody approved it in time: ${gate.reason}`
    default:
      return undefined
  }
}

/** What a step says of its run. */
export function signalsOf(step: ExecutionStep): Signal[] {
  const found: Signal[] = []
  const { gate, run, status, type } = step
  if (status === 'approval') found.push('approval_pending')
  if (gate?.approval?.status === 'rejected' || gate?.approval?.status === 'expired')
    found.push('approval_denied')
  if (gate?.decision === 'block') found.push('policy_block')
  if (run?.state === 'person' && status === 'running') found.push('waiting_for_person')
  if (run?.state === 'retrying' && status === 'running') found.push('retrying')
  if (run?.state === 'failed') {
    const model = type === 'llm_call' || type === 'synthesis'
    found.push(model ? 'provider_failure' : type === 'connector_call' ? 'connector_failure' : 'step_failure')
  }
  if (run?.compensation === 'failed') found.push('compensation_failed')
  return found
}
