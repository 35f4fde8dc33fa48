/** What an agent would do with a query, tried without doing it. @module */
import { combine, type Decision, type PolicyMatch } from '../../domain/decision.js'
import { isRefusal, type Refusal, sentenceOf } from '../../domain/errors.js'
import { gateInput } from '../../domain/gate/input.js'
import type { Identity } from '../../domain/identity.js'
import type { JsonObject } from '../../domain/json.js'
import { planFacts } from '../../domain/plan/drift.js'
import { judgeInput } from '../../domain/plan/judge-input.js'
import type { Plan } from '../../domain/plan/plan.js'
import type { PlanStep } from '../../domain/plan/step.js'
import { stepInput } from '../../domain/plan/step-input.js'
import type { PolicyEngine } from '../../policy/engine/engine.js'
import { makeSteps } from '../plans/plan-steps.js'
import type { Ports } from '../ports.js'
import { findAgent } from './find-agent.js'
import { placeholderOutputs, sandboxedPlan, sandboxedWorkflow, withPlaceholders } from './sandbox.js'

/** What the policies would say. */
export interface Finding {
  readonly decision: Decision
  readonly reason: string
  readonly policies: readonly PolicyMatch[]
}

/** A step as it would ask at its gate. */
export interface TriedStep extends Finding {
  readonly step: PlanStep
  /** Absent where its templates cannot be filled: the step would fail, and is told as blocked. */
  readonly input?: JsonObject
}

/** What was found out; nothing was called, stored or recorded. */
export interface AgentTest {
  /** Absent where no plan can be made. */
  readonly plan?: Plan & { readonly finding: Finding }
  readonly steps: readonly TriedStep[]
  /** Why a run would come to nothing, or end before its end. */
  readonly errors: readonly string[]
  readonly elapsedMs: number
}

/**
 * Plan a query with this agent alone, active or not, and ask the policies about the plan and each of its steps. Outputs of
 * steps are placeholders, and each step is judged as if none had run before it.
 */
export async function testAgent(
  ports: Ports,
  identity: Identity,
  id: string,
  { query, context }: { readonly query: string; readonly context: JsonObject },
): Promise<AgentTest | Refusal> {
  const found = await ports.store.transact((tx) => findAgent(tx, ports, identity, id))
  if (isRefusal(found)) return found
  const now = ports.now()
  const registry = ports.registry()
  const { domain } = found.agent
  const made = makeSteps({ query, domain, metadata: context }, registry, [found.agent], undefined)
  if (isRefusal(made)) {
    const errors = made.fields?.map(({ field, message }) => `${field}: ${message}`) ?? [sentenceOf(made)]
    return { steps: [], errors, elapsedMs: ports.now() - now }
  }
  const engine = ports.engine()
  const plan = sandboxedPlan(identity, made, registry, context, now)
  const whole = judgeInput(plan, identity, now)
  const finding = findingOf(engine.evaluate('plan', whole.object, whole.text))
  const steps = plan.steps.map((step, place) => {
    const rendered = stepInput(plan, withPlaceholders(step), placeholderOutputs(plan), registry, step.id)
    if (!rendered.ok) return { step, decision: 'block' as const, reason: rendered.message, policies: [] }
    const { request } = rendered.value
    const workflow = sandboxedWorkflow(plan, identity, place)
    const facts = planFacts(plan, finding.decision === 'allow', step.id, request)
    const input = gateInput(workflow, undefined, step.id, request, identity, now, facts)
    const judged = engine.evaluate('step', input.object, input.text)
    return { step, input: request.stepInput, ...findingOf(judged) }
  })
  const errors = steps
    .filter(({ decision }) => decision === 'block')
    .map(({ step, reason }) => `${step.name}: ${reason}`)
  if (finding.decision === 'block') errors.unshift(`the plan: ${finding.reason}`)
  return { plan: { ...plan, finding }, steps, errors, elapsedMs: ports.now() - now }
}

function findingOf(judged: ReturnType<PolicyEngine['evaluate']>): Finding {
  const { decision, reason, evaluated } = combine(judged)
  return { decision, reason, policies: evaluated }
}
