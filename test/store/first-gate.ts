import type { Changes } from '#src/domain/event.js'
import type { Step } from '#src/domain/step.js'
import type { Workflow } from '#src/domain/workflow.js'

/** What a first gate writes. @param seq the number of its event */
export function firstGate(workflow: Workflow, seq: number, stepId = 's'): Changes {
  const stepCount = workflow.stepCount + 1
  const step: Step = {
    workflowKey: workflow.key,
    stepId,
    index: stepCount,
    checkpoint: seq,
    version: 1,
    type: 'tool_call',
    decision: 'allow',
    reason: '',
    decisionId: 'dec',
    decisionSeq: seq,
    idempotencyKey: '',
    gateCount: 1,
    firstGateAt: 2,
    lastGateAt: 2,
    decidedAt: 2,
    completionCount: 0,
    resumeCount: 0,
    tokensIn: 7,
    costUsd: 0.5,
  }
  const event = { seq, workflowKey: workflow.key, stepId, type: 'step_gated' as const, at: 2 }
  const { version, tokensIn, costUsd } = workflow
  const after = {
    ...workflow,
    version: version + 1,
    stepCount,
    tokensIn: tokensIn + 7,
    costUsd: costUsd + 0.5,
  }
  return { workflow: after, step, events: [{ ...event, body: '{"input":{}}' }] }
}
