/** A gate call that repeats an earlier one: the recorded decision answers. @module */
import { actionable, type Decision, type PolicyMatch } from '../decision.js'
import type { Changes } from '../event.js'
import type { JsonObject } from '../json.js'
import { retryContext } from '../retry-context.js'
import { approvalStatusAt, type Step } from '../step.js'
import type { GateReply } from './reply.js'

/** What the record of the repeated decision says. */
export interface Recorded {
  readonly policies: readonly PolicyMatch[]
  readonly revision: string
}

/** Answer from the record and count the attempt (WCP §5.5, §6.1). Pure. */
export function repeatGate(
  step: Step,
  recorded: Recorded,
  priorOutput: JsonObject | null,
  now: number,
): { reply: GateReply; changes: Changes } {
  const after: Step = {
    ...step,
    version: step.version + 1,
    gateCount: step.gateCount + 1,
    lastGateAt: now,
  }
  const effective = effectiveDecision(step, now)
  return {
    reply: {
      ...effective,
      stepId: step.stepId,
      decisionId: step.decisionId,
      evaluated: recorded.policies,
      matched: actionable(recorded.policies),
      cached: true,
      retry: retryContext(after, step.decision, priorOutput),
      revision: recorded.revision,
    },
    changes: {
      step: after,
      events: [
        {
          workflowKey: step.workflowKey,
          stepId: step.stepId,
          type: 'step_gate_repeated',
          at: now,
          body: JSON.stringify({
            decision_id: step.decisionId,
            decision: effective.decision,
            gate_count: after.gateCount,
          }),
        },
      ],
    },
  }
}

/** A recorded hold answers as it was decided: approved allows, rejected and expired block. */
export function effectiveDecision(
  step: Step,
  now: number,
): { decision: Decision; reason: string; pending: boolean } {
  if (!step.approval) return { decision: step.decision, reason: step.reason, pending: false }
  switch (approvalStatusAt(step.approval, now)) {
    case 'pending':
      return {
        decision: 'require_approval',
        reason: step.reason,
        pending: true,
      }
    case 'approved':
      return {
        decision: 'allow',
        reason: `Previously approved: ${step.reason}`,
        pending: false,
      }
    case 'rejected':
      return {
        decision: 'block',
        reason: `Previously rejected: ${step.reason}`,
        pending: false,
      }
    case 'expired':
      return {
        decision: 'block',
        reason: `Previously expired (approval timed out): ${step.reason}`,
        pending: false,
      }
  }
}
