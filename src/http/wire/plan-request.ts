/** What callers send about plans (MAP contract §1.3, §1.6). @module */
import { invalidPlan, type NewPlan, stepField } from '../../control/plans/plan-steps.js'
import { type PlanMode, planModes } from '../../domain/agent.js'
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import type { JsonObject, JsonValue } from '../../domain/json.js'
import type { PlanChange } from '../../domain/plan/change-plan.js'
import type { PlanStep } from '../../domain/plan/step.js'
import { readPlanSteps } from '../../policy/documents/read-plan-steps.js'
import { Fields, parseBody, withoutNulls } from './body.js'

const bad = (message: string): Refusal => refuse('BAD_REQUEST', { message })

const newNames = new Set(['query', 'domain', 'execution_mode', 'context', 'metadata', 'steps', 'plan'])
const settingNames = new Set([
  'domain',
  'execution_mode',
  'plan',
  'plan_id',
  'planner',
  'steps',
  'wait',
  'timeout_seconds',
  'max_parallel_tasks',
])

/** Longest run that a request may ask for: a day. */
const mostSeconds = 86_400
const mostParallel = 500

/** Read the body of a create call. */
export function readNewPlan(bytes: Buffer): NewPlan | Refusal {
  const body = parseBody(bytes)
  return isRefusal(body) ? body : newPlanOf(body as JsonObject)
}

/**
 * What a plan is to be made of. `context` holds settings beside whatever the plan's templates are to read; who asks is known
 * from the credentials, so `user` and `client` are not read.
 */
export function newPlanOf(body: JsonObject): NewPlan | Refusal {
  const fields = new Fields(body, newNames)
  const query = fields.text('query', Number.POSITIVE_INFINITY)
  const given = fields.object('context') ?? {}
  const metadata = fields.object('metadata')
  const context = new Fields(given, settingNames, 'context.')
  const domain = fields.text('domain', 255) || context.text('domain', 255)
  const file = fields.text('plan', 255) || context.text('plan', 255)
  const mode = readMode(fields.text('execution_mode', 100) || context.text('execution_mode', 100))
  const planner = context.text('planner', 100)
  const seconds = context.count('timeout_seconds')
  const parallel = context.count('max_parallel_tasks')
  const steps = readSteps(body.steps ?? given.steps)
  const problem = fields.problem ?? context.problem
  if (problem !== undefined) return bad(problem)
  if (isRefusal(mode)) return mode
  if (isRefusal(steps)) return steps
  if (planner !== undefined && planner !== 'rules' && planner !== 'llm')
    return bad('context.planner must be "rules" or "llm"')
  if (seconds !== undefined && (seconds < 1 || seconds > mostSeconds))
    return bad(`context.timeout_seconds must be from 1 to ${mostSeconds}`)
  if (parallel !== undefined && (parallel < 1 || parallel > mostParallel))
    return bad(`context.max_parallel_tasks must be from 1 to ${mostParallel}`)
  if (steps && file) return bad('Send steps or the name of a plan, not both')
  if (!steps && !file && (query === undefined || query.trim() === '')) return bad('Query is required')
  const own = Object.entries(given).filter(([name, value]) => !settingNames.has(name) && value !== null)
  return {
    ...(query === undefined || query === '' ? {} : { query }),
    ...(domain ? { domain } : {}),
    ...(mode ? { mode } : {}),
    metadata: { ...Object.fromEntries(own), ...metadata },
    ...(steps ? { steps } : {}),
    ...(file ? { file } : {}),
    ...(planner === undefined ? {} : { planner }),
    ...(parallel === undefined ? {} : { maxParallel: parallel }),
    ...(seconds === undefined ? {} : { timeoutMs: seconds * 1000 }),
  }
}

function readMode(text: string | undefined): PlanMode | Refusal | undefined {
  if (text === undefined || text === '') return undefined
  const mode = planModes.find((known) => known === text)
  return mode ?? bad(`Invalid execution mode: ${text}; it is one of ${planModes.join(', ')}`)
}

/** Steps that a caller brings; null members count as absent. */
function readSteps(value: JsonValue | undefined): readonly PlanStep[] | Refusal | undefined {
  if (value === undefined || value === null) return undefined
  const reading = readPlanSteps(withoutNulls(value, free))
  if (reading.ok) return reading.steps
  return invalidPlan(reading.problems.map(({ path, message }) => ({ field: stepField(path), message })))
}

/** Null is a value in parameters, and in what a condition compares. */
const free: ReadonlySet<string> = new Set(['parameters', 'condition'])

const changeNames = new Set(['version', 'execution_mode', 'domain', 'metadata', 'steps'])

/** Read the body of an update. */
export function readPlanChange(bytes: Buffer): PlanChange | Refusal {
  const body = parseBody(bytes)
  if (isRefusal(body)) return body
  const fields = new Fields(body as JsonObject, changeNames)
  const version = fields.count('version')
  const mode = readMode(fields.text('execution_mode', 100))
  const domain = fields.text('domain', 255)
  const metadata = fields.object('metadata')
  const steps = readSteps((body as JsonObject).steps)
  if (fields.problem !== undefined) return bad(fields.problem)
  if (version === undefined || version < 1)
    return bad('Failed to update plan: version is required, and is 1 or more')
  if (isRefusal(mode)) return mode
  if (isRefusal(steps)) return steps
  return {
    version,
    ...(mode ? { mode } : {}),
    ...(domain ? { domain } : {}),
    ...(metadata ? { metadata } : {}),
    ...(steps ? { steps } : {}),
  }
}

/** Which plan to execute, and whether to wait for it. */
export interface ExecuteRequest {
  readonly planId: string
  readonly wait: boolean
}

/** Read the body of an execute call: all that counts is in `context`. */
export function readExecute(bytes: Buffer): ExecuteRequest | Refusal {
  const body = parseBody(bytes)
  return isRefusal(body) ? body : executeOf(body as JsonObject)
}

/** The same from a body that was parsed already. */
export function executeOf(body: JsonObject): ExecuteRequest | Refusal {
  const fields = new Fields(body, new Set(['context', 'plan_id']))
  const context = fields.object('context') ?? {}
  const within = new Fields(context, new Set(['plan_id']), 'context.')
  const planId = within.text('plan_id', 255) || fields.text('plan_id', 255)
  const problem = fields.problem ?? within.problem
  if (problem !== undefined) return bad(problem)
  if (!planId) return bad('plan_id is required in context')
  const { wait = null } = context
  if (wait !== null && typeof wait !== 'boolean') return bad('context.wait must be true or false')
  return { planId, wait: wait ?? true }
}

/** Read the optional body of a resume: `approved`, true unless it says otherwise. */
export function readApproved(bytes: Buffer): boolean | Refusal {
  const body = parseBody(bytes, {})
  if (isRefusal(body)) return body
  const { approved = null } = body as JsonObject
  if (approved !== null && typeof approved !== 'boolean') return bad('approved must be true or false')
  return approved ?? true
}

/** Read the body of an estimate: steps, and the model of those that name none. */
export function readEstimate(bytes: Buffer): readonly PlanStep[] | Refusal {
  const body = parseBody(bytes)
  if (isRefusal(body)) return body
  const fields = new Fields(body as JsonObject, new Set(['provider', 'model', 'steps']))
  const provider = fields.text('provider', 255)
  const model = fields.text('model', 255)
  if (fields.problem !== undefined) return bad(fields.problem)
  const steps = readSteps((body as JsonObject).steps)
  if (isRefusal(steps)) return steps
  if (!steps || steps.length === 0) return bad('steps is required')
  const fallback = provider && model ? { llm: { provider, model } } : {}
  return steps.map((step) => (step.type === 'llm-call' ? { ...fallback, ...step } : step))
}
