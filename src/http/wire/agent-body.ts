/** Bodies of agent calls (MAP contract §3). @module */
import type { AskedAgent } from '../../control/agents/asked-agent.js'
import type { UpdateTerms } from '../../control/agents/change-agent.js'
import { type FieldProblem, isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import type { JsonObject, JsonValue } from '../../domain/json.js'
import { given } from './agent.js'
import { hasControl, isLongerThan, parseBody, withoutNulls } from './body.js'

/** The body of a create, update or validate call. */
export interface AgentBody {
  readonly asked: AskedAgent
  readonly terms: UpdateTerms
}

/** `domain` and `name` are one path segment each: an id of both is parted at its slash. */
const plainName = /^[a-z0-9][a-z0-9_-]*$/
const nameRule = 'must be lower-case letters, digits, - and _, beginning with a letter or digit'
const nameLimit = 63
const descriptionLimit = 2000
const required = { create: ['name', 'config'], validate: ['config'], update: [] } as const

/** Read a body; what is wrong with its fields is kept for the verb, which finds more. */
export function readAgent(bytes: Buffer, purpose: keyof typeof required): AgentBody | Refusal {
  const body = readJson(bytes)
  if (isRefusal(body)) return body
  const read = new Reading(body as JsonObject)
  for (const name of required[purpose]) if (read.value(name) === undefined) read.wrong(name, 'is required')
  const document = read.value('config')
  const asked = {
    ...given('name', read.name('name')),
    ...given('domain', read.name('domain')),
    ...given('description', read.text('description', descriptionLimit)),
    ...given('active', read.flag('is_active')),
    ...(document === undefined ? {} : { document: withoutNulls(document, free) }),
  }
  const terms = {
    ...given('expectedVersion', read.version('version')),
    ...given('rolloutPercent', read.percent('rollout_percent', 'above 0 and below 100')),
  }
  if (purpose !== 'update' && terms.rolloutPercent !== undefined)
    read.wrong('rollout_percent', 'is for updates: there is no earlier version for the other runs')
  if (purpose === 'update' && read.problems.length === 0 && Object.keys(asked).length === 0)
    return refuse('BAD_REQUEST', {
      message: 'Nothing to change: send name, domain, description, is_active or config',
    })
  return { asked: { ...asked, problems: read.problems }, terms }
}

/** Free mappings of a configuration: null is a value there. */
const free: ReadonlySet<string> = new Set(['parameters', 'hints'])

/** Which version, for which share of the runs; the version is 0 where the rollout ends and none was named. */
export interface AskedRollout {
  readonly version: number
  readonly percent: number
}

/** Read the body of a rollout call. */
export function readRollout(bytes: Buffer): AskedRollout | Refusal {
  const body = readJson(bytes)
  if (isRefusal(body)) return body
  const read = new Reading(body as JsonObject)
  const percent = read.percent('percent', 'from 0 to 100')
  const version = read.version('version')
  if (read.value('percent') === undefined) read.wrong('percent', 'is required')
  if (read.value('version') === undefined && percent !== 0) read.wrong('version', 'is required')
  const by = read.value('by')
  if (by !== undefined && by !== 'run') read.wrong('by', 'must be "run": runs are what the share is of')
  if (read.problems.length > 0 || percent === undefined) return badRequest(read.problems)
  return { percent, version: version ?? 0 }
}

/** What to try an agent with. */
export interface AskedTest {
  readonly query: string
  readonly context: JsonObject
}

/** Read the body of a sandbox test. */
export function readAgentTest(bytes: Buffer): AskedTest | Refusal {
  const body = readJson(bytes)
  if (isRefusal(body)) return body
  const read = new Reading(body as JsonObject)
  const query = read.text('query', 100_000)
  if (query === undefined || query.trim() === '') read.wrong('query', 'is required')
  const context = read.value('context') ?? {}
  if (typeof context !== 'object' || Array.isArray(context)) read.wrong('context', 'must be an object')
  if (read.problems.length > 0 || query === undefined) return badRequest(read.problems)
  return { query, context: context as JsonObject }
}

const readJson = (bytes: Buffer): JsonObject | Refusal => {
  const body = parseBody(bytes)
  return isRefusal(body) ? { ...body, refused: 'INVALID_JSON' } : body
}

function badRequest(fields: readonly FieldProblem[]): Refusal {
  const message = fields.map((problem) => `${problem.field} ${problem.message}`).join('; ')
  return { ...refuse('BAD_REQUEST', { message }), fields }
}

/** One body's members, and all that is wrong with them. Null is the same as absent. */
class Reading {
  readonly problems: FieldProblem[] = []

  constructor(private readonly body: JsonObject) {}

  value(field: string): JsonValue | undefined {
    return (Object.hasOwn(this.body, field) ? this.body[field] : undefined) ?? undefined
  }

  text(field: string, limit: number): string | undefined {
    const value = this.value(field)
    if (value === undefined) return undefined
    if (typeof value !== 'string') return this.wrong(field, 'must be a string')
    if (isLongerThan(limit, value)) return this.wrong(field, `must be at most ${limit} characters`)
    return hasControl(value.replace(/[\n\r\t]/g, ''))
      ? this.wrong(field, 'must not hold control characters')
      : value
  }

  name(field: string): string | undefined {
    const text = this.text(field, nameLimit)
    return text === undefined || plainName.test(text) ? text : this.wrong(field, nameRule)
  }

  flag(field: string): boolean | undefined {
    const value = this.value(field)
    return value === undefined || typeof value === 'boolean'
      ? value
      : this.wrong(field, 'must be true or false')
  }

  version(field: string): number | undefined {
    const value = this.value(field)
    if (value === undefined) return undefined
    return Number.isSafeInteger(value) && (value as number) >= 1
      ? (value as number)
      : this.wrong(field, 'must be a whole number, one or more')
  }

  percent(field: string, range: 'from 0 to 100' | 'above 0 and below 100'): number | undefined {
    const value = this.value(field)
    if (value === undefined) return undefined
    const inside = typeof value === 'number' && value >= 0 && value <= 100
    const edge = range !== 'from 0 to 100' && (value === 0 || value === 100)
    return inside && !edge ? value : this.wrong(field, `must be a number ${range}`)
  }

  wrong(field: string, message: string): undefined {
    this.problems.push({ field, message })
    return undefined
  }
}
