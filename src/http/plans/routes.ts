/** The plan resource (MAP contract §1.3 to §1.6, §1.8). @module */
import type { Hono } from 'hono'
import type { Executed } from '../../control/plans/execute-plan.js'
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import type { Identity } from '../../domain/identity.js'
import { type PlanStatus, planStatuses } from '../../domain/plan/plan.js'
import { type Handler, route } from '../exchange.js'
import type { HttpOptions } from '../options.js'
import { readReason } from '../wire/completion.js'
import { line, refusalReply } from '../wire/errors.js'
import { wireCost, wireNewPlan } from '../wire/plan.js'
import { wireExecuted, wireRefused, wireResumed, wireWithheld } from '../wire/plan-execution.js'
import { readApproved, readEstimate, readExecute, readNewPlan, readPlanChange } from '../wire/plan-request.js'
import { wirePlan, wirePlanCost, wirePlanHead, wirePlanVersion } from '../wire/plan-status.js'
import { wholeNumber } from '../wire/query.js'
import type { TextReply } from '../workflows/gate.js'
import { answerRequest } from './request.js'

/** Bodies of plans, in bytes, inclusive (MAP contract §0.4). */
export const planBodyLimit = 1024 * 1024

const one = '/api/v1/plan'
const many = '/api/v1/plans'

/** Add the routes of plans to an app. The approvals of plan steps are beside them. */
export function planRoutes(app: Hono, options: HttpOptions): void {
  const { plans } = options.stepgate
  const add = (
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    handler: Handler,
    envelope: 'flat' | 'triplet' = 'flat',
  ) => app.on(method, path, route(options, handler, { envelope, limit: planBodyLimit }))

  add('POST', '/api/request', ({ identity, body }) => answerRequest(options, identity, body))

  add('POST', one, async ({ identity, body }) => {
    const asked = readNewPlan(body)
    if (isRefusal(asked)) return asked
    const plan = await plans.create(identity, asked)
    if (isRefusal(plan)) return plan
    const tasks = { tasks_executed: 0, execution_mode: plan.mode, execution_time_ms: 0, tasks: [] }
    const nothingYet = { workflow_execution_id: '', result: null, metadata: tasks }
    return line({ success: true, ...wireNewPlan(plan), ...nothingYet })
  })

  add('POST', `${one}/execute`, async ({ identity, body }) => {
    const asked = readExecute(body)
    if (isRefusal(asked)) return asked
    const executed = await plans.execute(identity, asked.planId, { wait: asked.wait })
    if (isRefusal(executed)) return executionRefusal(executed)
    return executedReply(options, identity, executed)
  })

  add('GET', `${one}/:plan_id`, async ({ identity, param }) => {
    const found = await plans.get(identity, param('plan_id'))
    return isRefusal(found) ? found : line(wirePlan(found))
  })

  add('PUT', `${one}/:plan_id`, async ({ identity, param, body }) => {
    const change = readPlanChange(body)
    if (isRefusal(change)) return change
    const plan = await plans.update(identity, param('plan_id'), change)
    return isRefusal(plan) ? plan : line({ success: true, ...wireNewPlan(plan) })
  })

  add('POST', `${one}/:plan_id/cancel`, async ({ identity, param, body }) => {
    const reason = readReason(body, 'cancelled via API')
    const plan = await plans.cancel(identity, param('plan_id'), reason)
    if (isRefusal(plan)) return plan
    return line({ success: true, plan_id: plan.id, status: plan.status, reason, message: reason })
  })

  add('GET', `${one}/:plan_id/versions`, async ({ identity, param }) => {
    const versions = await plans.versions(identity, param('plan_id'))
    if (isRefusal(versions)) return versions
    const id = param('plan_id')
    return line({ plan_id: id, versions: versions.map((past) => wirePlanVersion(id, past)) })
  })

  add('POST', `${one}/:plan_id/rollback/:version`, async ({ identity, param }) => {
    const target = wholeNumber(param('version'), 1)
    if (target === undefined)
      return refuse('BAD_REQUEST', { message: 'The version must be a whole number, 1 or more' })
    const plan = await plans.rollback(identity, param('plan_id'), target)
    if (isRefusal(plan)) return plan
    const versions = { previous_version: plan.version - 1, rolled_back_to: target }
    return line({ success: true, ...wireNewPlan(plan), ...versions })
  })

  add('POST', `${one}/:plan_id/resume`, async ({ identity, param, body }) => {
    const approved = readApproved(body)
    if (isRefusal(approved)) return approved
    const resumed = await plans.resume(identity, param('plan_id'), approved)
    if (isRefusal(resumed)) return resumed
    const found = await plans.results(identity, resumed.plan.id)
    if (isRefusal(found)) return found
    const withheld = wireWithheld(resumed, found)
    if (!withheld) return line(wireResumed(resumed))
    const error = `Step withheld by policy: ${withheld.reason}`
    return { status: 403, text: line({ ...wireResumed(resumed), ...withheld, success: false, error }) }
  })

  add('GET', many, async ({ identity, query }) => {
    const limit = Math.min(wholeNumber(query('limit'), 1) ?? 20, 100)
    const offset = wholeNumber(query('offset'), 0) ?? 0
    const status = storedStatus(query('status'))
    const domain = query('domain') || undefined
    if (status === null) return line({ plans: [], total: 0, limit, offset, has_more: false })
    const filter = { ...(status ? { status } : {}), ...(domain ? { domain } : {}), limit, offset }
    const { rows, total } = await plans.list(identity, filter)
    const has_more = offset + rows.length < total
    return line({ plans: rows.map(wirePlanHead), total, limit, offset, has_more })
  })

  const estimate: Handler = ({ body }) => {
    const steps = readEstimate(body)
    return isRefusal(steps) ? steps : line(wireCost(plans.estimate(steps)))
  }
  add('POST', `${many}/estimate`, estimate, 'triplet')

  add(
    'GET',
    `${many}/:plan_id/cost`,
    async ({ identity, param }) => {
      const found = await plans.get(identity, param('plan_id'))
      return isRefusal(found) ? found : line(wirePlanCost(found))
    },
    'triplet',
  )
}

/** The word of the plan's own status; null for a word that no plan has. `running` is how an executing plan reads. */
function storedStatus(word: string | undefined): PlanStatus | null | undefined {
  if (word === undefined || word === '') return undefined
  return planStatuses.find((status) => status === (word === 'running' ? 'executing' : word)) ?? null
}

/** The limit on executions has the body that all planes share. */
const executionRefusal = (refusal: Refusal): Refusal | TextReply =>
  refusal.refused === 'CONCURRENT_EXECUTION_LIMIT' ? refusalReply(refusal, 'coded') : refusal

async function executedReply(
  options: HttpOptions,
  identity: Identity,
  executed: Executed,
): Promise<TextReply | Refusal> {
  if (executed.blocked) return { status: 403, text: line(wireRefused(executed)) }
  const found = await options.stepgate.plans.results(identity, executed.plan.id)
  if (isRefusal(found)) return found
  const reply = wireExecuted(executed, found)
  const withheld = wireWithheld(executed, found)
  return withheld
    ? { status: 403, text: line({ ...reply, ...withheld }) }
    : { status: 200, text: line(reply) }
}
