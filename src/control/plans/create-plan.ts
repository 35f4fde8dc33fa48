/** A plan is made. @module */
import type { AgentResource, ModelUse } from '../../domain/agent.js'
import { isRefusal, type Refusal } from '../../domain/errors.js'
import type { Event } from '../../domain/event.js'
import { actor, type Identity } from '../../domain/identity.js'
import { planId } from '../../domain/ids.js'
import { closingModel } from '../../domain/plan/build-steps.js'
import { estimateSteps } from '../../domain/plan/estimate.js'
import { type PlannerAnswer, plannerPrompt, plannerSchema } from '../../domain/plan/llm-plan.js'
import type { Plan, Planning } from '../../domain/plan/plan.js'
import type { Transaction } from '../../store/store.js'
import { agentsFor } from '../agents/agents-for.js'
import type { Ports } from '../ports.js'
import { judgePlan } from './judge-plan.js'
import { defaultDomain, type MadeSteps, makeSteps, type NewPlan } from './plan-steps.js'

/**
 * Plan, judge and store; nothing is executed (MAP contract §1.3). A plan that policy blocks is stored all the same, so that
 * one can see what was blocked and why. Where a language model plans, it is asked before the plan's transaction; whatever
 * goes wrong with it, the rules plan, and the plan says so.
 */
export async function createPlan(ports: Ports, identity: Identity, asked: NewPlan): Promise<Plan | Refusal> {
  const id = planId(ports.now(), ports.randomHex())
  const consulted = await consult(ports, identity, id, asked)
  return ports.store.transact((tx) => {
    const registry = ports.registry()
    const made = makeSteps(asked, registry, configsOf(ports, tx, identity, id, asked), consulted?.answer)
    if (isRefusal(made)) return made
    const now = ports.now()
    const usage = consulted?.usage
    const planning = usage ? { ...made.planning, usage } : made.planning
    const draft = draftPlan(ports, identity, id, asked, { ...made, planning }, now)
    const { judgement, event } = judgePlan(ports, tx, draft, identity, now)
    const plan = tx.plans.create({ ...draft, judgement }, creationBody(draft, identity))
    tx.apply({ events: [...(consulted?.event ? [consulted.event] : []), event] })
    return plan
  })
}

/** Those whose agents may take the plan's steps: of its domain, or of every domain where the caller brings steps. */
function configsOf(
  ports: Ports,
  tx: Transaction,
  identity: Identity,
  id: string,
  asked: NewPlan,
): readonly AgentResource[] {
  const brought = asked.steps !== undefined || asked.file !== undefined
  return agentsFor(tx, ports, identity, brought ? undefined : (asked.domain ?? defaultDomain), id)
}

function draftPlan(
  ports: Ports,
  { org, tenant, client, user }: Identity,
  id: string,
  { metadata }: NewPlan,
  { query, domain, mode, steps, planning, maxParallel, timeoutMs }: MadeSteps,
  now: number,
): Plan {
  return {
    key: 0,
    id,
    org,
    tenant,
    client,
    ...(user === undefined ? {} : { user }),
    rowVersion: 1,
    version: 1,
    status: 'pending',
    query,
    domain,
    mode,
    metadata,
    steps,
    maxParallel,
    timeoutMs,
    planning,
    estimate: estimateSteps(steps, ports.registry().providers, query),
    createdAt: now,
    updatedAt: now,
    expiresAt: now + ports.settings.planTtlMs,
  }
}

/** The query and the prompts stand in the judgement's record, masked where a policy says so, and nowhere else. */
function creationBody(plan: Plan, identity: Identity): string {
  const { id, domain, mode, steps, planning } = plan
  return JSON.stringify({
    plan_id: id,
    by: actor(identity),
    domain,
    mode,
    planned_by: planning.by,
    steps: steps.map((step) => step.id),
    open_identity: identity.open,
  })
}

interface Consulted {
  readonly answer: PlannerAnswer
  /** The record of the judgement on asking the model at all. */
  readonly event?: Event
  readonly usage?: NonNullable<Planning['usage']>
}

/** Ask a language model to plan, where that is wanted. Policies for plans judge that call first, as a plan of one step. */
async function consult(
  ports: Ports,
  identity: Identity,
  id: string,
  asked: NewPlan,
): Promise<Consulted | undefined> {
  const { query = '', steps, file } = asked
  if (steps || file !== undefined || (asked.planner ?? ports.settings.planner) !== 'llm') return undefined
  const registry = ports.registry()
  const judged = await ports.store.transact((tx) => {
    const configs = configsOf(ports, tx, identity, id, asked)
    const llm = closingModel(
      configs.flatMap(({ config }) => config.agents),
      registry.providers,
    )
    if (configs.length === 0 || !llm) return undefined
    const prompt = plannerPrompt(query, configs)
    const now = ports.now()
    const plan = draftPlan(ports, identity, id, asked, plannerCall(asked, llm, prompt), now)
    return { llm, prompt, ...judgePlan(ports, tx, plan, identity, now) }
  })
  if (!judged) return { answer: { ok: false, why: 'There is no provider whose model could plan' } }
  const { llm, prompt, judgement, event } = judged
  if (judgement.decision !== 'allow') {
    const why = `Policy did not let the LLM planner be asked: ${judgement.reason}`
    return { answer: { ok: false, why }, event }
  }
  const result = await ports.outbound.perform(
    { kind: 'llm', llm, prompt, schema: plannerSchema },
    { registry, idempotencyKey: `${id}.planner`, timeoutMs: plannerTimeoutMs },
  )
  if (!result.ok)
    return { answer: { ok: false, why: `The LLM planner could not be used: ${result.error}` }, event }
  const { ok: _, output, ...usage } = result
  return { answer: { ok: true, object: output.object }, event, usage }
}

/** Longest wait for a model that plans; the SDKs wait two minutes for the whole call. */
const plannerTimeoutMs = 60_000

/** Asking the model, in the form of a plan that policies can judge. */
const plannerCall = (asked: NewPlan, llm: ModelUse, prompt: string): MadeSteps => ({
  query: asked.query ?? '',
  domain: asked.domain ?? defaultDomain,
  mode: 'auto',
  steps: [{ id: 'planner', name: 'planner', type: 'llm-call', dependsOn: [], llm, prompt }],
  planning: { by: 'llm', choices: [] },
  maxParallel: 1,
  timeoutMs: plannerTimeoutMs,
})
