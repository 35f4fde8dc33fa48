/** May this step run now? @module */

import type { Judgement, PolicyMatch } from '../domain/decision.js'
import { isRefusal, type Refusal } from '../domain/errors.js'
import { admitGate } from '../domain/gate/admit.js'
import { decideGate } from '../domain/gate/decide.js'
import { gateInput } from '../domain/gate/input.js'
import type { DecisionRecord } from '../domain/gate/record.js'
import { repeatGate } from '../domain/gate/repeat.js'
import type { GateReply } from '../domain/gate/reply.js'
import type { GateRequest } from '../domain/gate/request.js'
import type { Identity } from '../domain/identity.js'
import { decisionId } from '../domain/ids.js'
import type { JsonObject } from '../domain/json.js'
import { withTwins } from '../domain/plan/redaction-twins.js'
import type { Step } from '../domain/step.js'
import type { Workflow } from '../domain/workflow.js'
import type { Reader, Transaction } from '../store/store.js'
import { planFactsOf } from './plans/plan-facts.js'
import type { Ports } from './ports.js'
import { findWorkflow } from './scope.js'

/**
 * Answer a gate call: from the record where it repeats an earlier one, else from policy (WCP §5).
 * @param reply makes of the answer what is given back, while the decision is being stored; default: the answer itself
 */
export function checkGate<A = GateReply | Refusal>(
  ports: Ports,
  identity: Identity,
  workflowId: string,
  stepId: string,
  request: GateRequest,
  reply?: (answer: GateReply | Refusal) => A,
): Promise<A> {
  return ports.store.transact<GateReply | Refusal, A>((tx) => {
    const now = ports.now()
    const workflow = findWorkflow(tx, identity, workflowId, now)
    if (isRefusal(workflow)) return workflow
    const step = workflow.stepCount === 0 ? undefined : tx.step(workflow, stepId)
    const record = step && tx.record(step)
    const admission = admitGate(workflow, step, stepId, request, record, now)
    if (isRefusal(admission)) return admission
    if (admission === 'repeat' && step && record) return repeat(tx, step, record, request, now)
    return evaluate(ports, tx, { workflow, step, stepId, request, identity, now })
  }, reply)
}

function repeat(
  tx: Transaction,
  step: Step,
  record: DecisionRecord,
  request: GateRequest,
  now: number,
): GateReply {
  const output = request.includePriorOutput ? priorOutput(tx, step) : null
  const { reply, changes } = repeatGate(step, record, output, now)
  tx.apply(changes)
  return reply
}

/** What a fresh decision starts from. */
export interface Asked {
  readonly workflow: Workflow
  readonly step: Step | undefined
  readonly stepId: string
  readonly request: GateRequest
  /** See `Deciding`. */
  readonly contentDigest?: string | undefined
  readonly identity: Identity
  readonly now: number
  /** Added to what the policies say: the confirmation that a plan's mode asks for, a judgement made before. */
  readonly matches?: readonly PolicyMatch[]
}

/** Ask policy, decide, and write the decision down. */
export function evaluate(ports: Ports, tx: Transaction, asked: Asked): GateReply {
  const { workflow, step, stepId, request, identity, now } = asked
  const engine = ports.engine()
  const plan = planFactsOf(tx, workflow, stepId, request)
  const input = gateInput(workflow, step, stepId, request, identity, now, plan)
  const past = ports.histories.of(tx, workflow, engine)
  const judged = engine.evaluate('step', input.object, input.text, past, request.asked)
  const judgement = plan || asked.matches ? ofPlan(judged, asked.matches ?? []) : judged
  const { reply, changes } = decideGate({
    workflow,
    step,
    stepId,
    request,
    contentDigest: asked.contentDigest,
    input,
    identity,
    judgement,
    now,
    decisionId: decisionId(now, ports.randomHex()),
    seq: tx.nextSeq(),
    approvalTtlMs: ports.settings.approvalTtlMs,
    priorOutput: step && request.includePriorOutput ? priorOutput(tx, step) : null,
  })
  if (judgement.revision !== '')
    tx.recordRevision(judgement.revision, now, () => JSON.stringify(engine.revision))
  tx.apply(changes)
  ports.histories.changed(workflow, changes, step)
  return reply
}

/** A plan's step has its parameters in two places: what is redacted in one is in the other. */
function ofPlan(judged: Judgement, more: readonly PolicyMatch[]): Judgement {
  return { ...judged, matches: [...judged.matches, ...more].map(withTwins) }
}

function priorOutput(tx: Reader, step: Step): JsonObject | null {
  if (step.outputSeq === undefined) return null
  const { output } = JSON.parse(tx.eventBody(step.outputSeq)) as { output?: JsonObject }
  return output ?? null
}
