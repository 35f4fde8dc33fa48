/** `POST /api/request`: how the SDKs make and execute plans (MAP contract §1.4, §6). @module */
import { type ErrorCode, isRefusal, type Refusal, refuse, sentenceOf } from '../../domain/errors.js'
import type { Identity } from '../../domain/identity.js'
import type { JsonObject, JsonValue } from '../../domain/json.js'
import type { Plan } from '../../domain/plan/plan.js'
import type { HttpOptions } from '../options.js'
import { Fields, parseBody } from '../wire/body.js'
import { line, refusalReply } from '../wire/errors.js'
import { policyIds } from '../wire/gate.js'
import { wireNewPlan } from '../wire/plan.js'
import { stepResults, wireExecuted, wireRefused, wireWithheld } from '../wire/plan-execution.js'
import { executeOf, newPlanOf } from '../wire/plan-request.js'
import { resultText } from '../wire/plan-status.js'
import type { TextReply } from '../workflows/gate.js'

/** The Python and TypeScript SDKs say the first, the Rust SDK the second. */
const makes = new Set(['multi-agent-plan', 'generate-plan'])
const executes = 'execute-plan'

/** Answer one call by its `request_type`. Credentials say who asks: `user_token` and `client_id` are not read. */
export async function answerRequest(
  options: HttpOptions,
  identity: Identity,
  bytes: Buffer,
): Promise<TextReply | Refusal> {
  const body = parseBody(bytes)
  if (isRefusal(body)) return body
  const fields = new Fields(body as JsonObject, new Set(['request_type']))
  const type = fields.text('request_type', 100) ?? ''
  if (fields.problem !== undefined) return refuse('BAD_REQUEST', { message: fields.problem })
  if (makes.has(type)) return made(options, identity, body as JsonObject)
  if (type === executes) return executed(options, identity, body as JsonObject)
  const named =
    type === '' ? 'request_type is required' : `The request_type ${JSON.stringify(type)} is not served here`
  const message = `${named}: use ${[...makes].join(', ')} or ${executes}`
  return refuse('BAD_REQUEST', { message })
}

async function made(
  options: HttpOptions,
  identity: Identity,
  body: JsonObject,
): Promise<TextReply | Refusal> {
  const asked = newPlanOf(body)
  if (isRefusal(asked)) return asked
  const plan = await options.stepgate.plans.create(identity, asked)
  if (isRefusal(plan)) return plan
  const { mode, status, version } = plan
  const metadata = { execution_mode: mode, status, version, tasks_executed: 0, tasks: [] }
  return ok({
    success: true,
    data: { success: true, ...wireNewPlan(plan), metadata },
    plan_id: plan.id,
    metadata,
    blocked: false,
    policy_info: policyInfo(plan),
  })
}

/** Refusals that the SDKs understand as an execution that failed, and not as a transport error or a conflict of versions. */
const failures: ReadonlySet<ErrorCode> = new Set(['PLAN_ALREADY_EXECUTED', 'PLAN_CANCELLED', 'PLAN_EXPIRED'])

async function executed(
  options: HttpOptions,
  identity: Identity,
  body: JsonObject,
): Promise<TextReply | Refusal> {
  const { plans } = options.stepgate
  const asked = executeOf(body)
  if (isRefusal(asked)) return asked
  const state = await plans.execute(identity, asked.planId, { wait: asked.wait })
  if (isRefusal(state)) {
    if (state.refused === 'CONCURRENT_EXECUTION_LIMIT') return refusalReply(state, 'coded')
    return failures.has(state.refused) ? failed(options, identity, asked.planId, state) : state
  }
  if (state.blocked) {
    const refused = wireRefused(state)
    return {
      status: 403,
      text: line({ ...refused, data: refused, policy_info: policyInfo(state.plan) }),
    }
  }
  const found = await plans.results(identity, state.plan.id)
  if (isRefusal(found)) return found
  const results = stepResults(found)
  const { approval_info: approval, result, ...reply } = wireExecuted(state, found)
  const data: Record<string, unknown> = {
    ...reply,
    ...(result === undefined ? {} : { result: resultText(result as JsonValue) }),
    ...(approval === null || approval === undefined ? {} : { approval_info: approval }),
    step_results: results,
  }
  const byName = Object.fromEntries(results.map((each) => [each.step_name, each]))
  const withheld = wireWithheld(state, found)
  const envelope = {
    success: data.success,
    data: { ...data, ...withheld },
    ...(data.result === undefined ? {} : { result: data.result }),
    ...(data.error === undefined ? {} : { error: data.error }),
    plan_id: state.plan.id,
    metadata: {
      ...(data.metadata as object),
      status: data.status,
      duration: data.duration,
      step_results: byName,
    },
    blocked: false,
    policy_info: policyInfo(state.plan),
    ...withheld,
  }
  return withheld ? { status: 403, text: line(envelope) } : ok(envelope)
}

async function failed(
  options: HttpOptions,
  identity: Identity,
  id: string,
  refusal: Refusal,
): Promise<TextReply | Refusal> {
  const found = await options.stepgate.plans.get(identity, id)
  if (isRefusal(found)) return found
  const { plan, execution } = found
  const error = sentenceOf(refusal)
  const about = { success: false, error, code: refusal.refused, plan_id: id }
  const status = plan.status === 'executing' ? execution.status : plan.status
  return ok({ ...about, data: { ...about, status }, metadata: { status }, blocked: false })
}

/** What the envelope says of policy; the plan's own `policy_info` says more. */
function policyInfo(plan: Plan): Record<string, unknown> {
  return {
    policies_evaluated: policyIds(plan.judgement?.policies ?? []),
    static_checks: [],
    processing_time: '0ms',
    tenant_id: plan.tenant,
  }
}

const ok = (envelope: Record<string, unknown>): TextReply => ({ status: 200, text: line(envelope) })
