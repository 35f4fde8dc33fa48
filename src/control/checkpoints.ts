/** Taking a workflow up again at one of its steps. @module */
import { mayResumeFrom, reopened } from '../domain/checkpoint.js'
import { isRefusal, type Refusal, refuse } from '../domain/errors.js'
import { admitGate } from '../domain/gate/admit.js'
import { contentRedacted, type DecisionRecord } from '../domain/gate/record.js'
import type { GateReply } from '../domain/gate/reply.js'
import type { GateRequest } from '../domain/gate/request.js'
import { actor, type Identity } from '../domain/identity.js'
import type { JsonObject } from '../domain/json.js'
import type { Step } from '../domain/step.js'
import { isTerminal, type Workflow } from '../domain/workflow.js'
import { evaluate } from './check-gate.js'
import { isOfEndedPlan } from './plans/plan-facts.js'
import type { Ports } from './ports.js'
import { getWorkflow } from './read-workflows.js'
import { findWorkflow } from './scope.js'

/** A gated step as a place to resume from. */
export interface Checkpoint {
  readonly workflow: Workflow
  readonly step: Step
  readonly record: DecisionRecord
}

/** All checkpoints of a workflow, in step index order (WCP §10). */
export async function listCheckpoints(
  ports: Ports,
  identity: Identity,
  id: string,
): Promise<readonly Checkpoint[] | Refusal> {
  const found = await getWorkflow(ports, identity, id)
  if (isRefusal(found)) return found
  const { workflow, steps } = found
  return ports.store.transact((tx) => steps.map((step) => ({ workflow, step, record: tx.record(step) })))
}

/** Where a resume landed. */
export interface Resumed {
  readonly step: Step
  readonly reply: GateReply
}

/**
 * Evaluate a checkpoint's gate anew, with the recorded input and the caller's identity. An aborted workflow is taken up again;
 * nothing changes when the resume is refused. Where the record was redacted, policy cannot be asked: the step is blocked until
 * its caller gates it again, with what it was asked with.
 * @param checkpoint its integer id, or undefined for the last one that can be resumed
 */
export function resumeCheckpoint(
  ports: Ports,
  identity: Identity,
  id: string,
  checkpoint: number | undefined,
): Promise<Resumed | Refusal> {
  return ports.store.transact((tx) => {
    const now = ports.now()
    const found = findWorkflow(tx, identity, id, now)
    if (isRefusal(found)) return found
    const step = checkpoint === undefined ? tx.lastResumable(found) : tx.stepOfCheckpoint(found, checkpoint)
    if (checkpoint !== undefined && !step) return refuse('NOT_FOUND', { what: 'Checkpoint' })
    const refusal = mayResumeFrom(found, step, tx.stepHeld(found, ['pending', 'rejected', 'expired']))
    if (refusal || !step) return refusal ?? refuse('NOT_FOUND', { what: 'Checkpoint' })
    if (isOfEndedPlan(tx, found))
      return refuse('NOT_RESUMABLE', { message: 'The plan that this workflow ran has ended' })
    const reopening = isTerminal(found.status)
    const workflow = reopening ? { ...reopened(found), version: found.version + 1 } : found
    const record = tx.record(step)
    const request = requestOf(record, step)
    const admission = admitGate(workflow, step, step.stepId, request, record, now)
    if (isRefusal(admission)) return admission
    if (reopening) {
      const body = JSON.stringify({ by: actor(identity), checkpoint: step.checkpoint, step_id: step.stepId })
      tx.apply({
        workflow,
        events: [{ workflowKey: workflow.key, type: 'workflow_reopened', at: now, body }],
      })
    }
    const counted: Step = { ...step, resumeCount: step.resumeCount + 1, lastResumedAt: now }
    const reply = evaluate(ports, tx, {
      workflow,
      step: counted,
      stepId: step.stepId,
      request,
      // The caller will come back with the original content, which a masked record does not have.
      contentDigest: step.contentDigest,
      ...(step.contentDigest === undefined ? {} : { matches: [contentRedacted] }),
      identity,
      now,
    })
    return { step: counted, reply }
  })
}

function requestOf({ input }: DecisionRecord, step: Step): GateRequest {
  const text = (name: string): string | undefined =>
    typeof input[name] === 'string' ? input[name] : undefined
  const toolName = text('tool_name')
  const toolType = text('tool_type')
  return {
    stepType: step.type,
    ...(step.name === undefined ? {} : { stepName: step.name }),
    stepInput: asObject(input.step_input),
    ...(step.model === undefined ? {} : { model: step.model }),
    ...(step.provider === undefined ? {} : { provider: step.provider }),
    ...(step.tokensIn === undefined ? {} : { tokensIn: step.tokensIn }),
    ...(step.tokensOut === undefined ? {} : { tokensOut: step.tokensOut }),
    ...(step.costUsd === undefined ? {} : { costUsd: step.costUsd }),
    ...(toolName === undefined
      ? {}
      : {
          toolContext: {
            toolName,
            ...(toolType === undefined ? {} : { toolType }),
            ...(input.tool_input === undefined ? {} : { toolInput: asObject(input.tool_input) }),
          },
        }),
    retryPolicy: 'reevaluate',
    idempotencyKey: step.idempotencyKey,
    includePriorOutput: false,
  }
}

const asObject = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
