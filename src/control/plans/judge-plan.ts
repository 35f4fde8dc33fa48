/** What the policies say of a plan as a whole. @module */
import { combine } from '../../domain/decision.js'
import type { Event } from '../../domain/event.js'
import { decisionRecord } from '../../domain/gate/record.js'
import type { Identity } from '../../domain/identity.js'
import { decisionId } from '../../domain/ids.js'
import { judgeInput, planDigest } from '../../domain/plan/judge-input.js'
import type { Plan, PlanJudgement } from '../../domain/plan/plan.js'
import type { Transaction } from '../../store/store.js'
import type { Ports } from '../ports.js'

/** The judgement, and the event that keeps its record. The caller appends it together with what it changes. */
export interface Judged {
  readonly judgement: PlanJudgement
  readonly event: Event
}

/** Ask the policies that apply to plans. */
export function judgePlan(
  ports: Ports,
  tx: Transaction,
  plan: Plan,
  identity: Identity,
  now: number,
): Judged {
  const engine = ports.engine()
  const input = judgeInput(plan, identity, now)
  const judged = engine.evaluate('plan', input.object, input.text)
  if (judged.revision !== '') tx.recordRevision(judged.revision, now, () => JSON.stringify(engine.revision))
  const verdict = combine(judged)
  const id = decisionId(now, ports.randomHex())
  return {
    judgement: {
      decisionId: id,
      decision: verdict.decision,
      reason: verdict.reason,
      revision: judged.revision,
      policies: verdict.evaluated,
      at: now,
      digest: planDigest(plan),
    },
    event: {
      workflowKey: plan.workflowKey ?? 0,
      subject: `plan:${plan.id}`,
      type: 'plan_judged',
      at: now,
      ...decisionRecord(id, judged, verdict, input, identity.open),
    },
  }
}
