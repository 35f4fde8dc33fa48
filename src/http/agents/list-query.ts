/** Which agents a list call asks for. @module */
import { type AgentFilter, agentOrders } from '../../control/agents/read-agents.js'
import { type Refusal, refuse } from '../../domain/errors.js'

/** The filter, and the page's number and size as they are applied. */
export interface AskedPage {
  readonly filter: AgentFilter
  readonly page: number
  readonly pageSize: number
}

const pageSizeLimit = 100

/** Read the query parameters of a list call; a bad one is named. */
export function readListQuery(query: (name: string) => string | undefined): AskedPage | Refusal {
  const problems: { field: string; message: string }[] = []
  const given = (name: string): string | undefined => query(name) || undefined
  const oneOf = <T extends string>(name: string, words: readonly T[]): T | undefined => {
    const value = given(name)
    if (value === undefined || (words as readonly string[]).includes(value)) return value as T | undefined
    problems.push({ field: name, message: `must be one of ${words.join(', ')}` })
    return undefined
  }
  const whole = (name: string, otherwise: number): number => {
    const value = given(name)
    if (value === undefined) return otherwise
    if (/^\d{1,9}$/.test(value) && Number(value) >= 1) return Number(value)
    problems.push({ field: name, message: 'must be a whole number, one or more' })
    return otherwise
  }
  const page = whole('page', 1)
  const pageSize = Math.min(whole('page_size', 20), pageSizeLimit)
  const active = oneOf('is_active', ['true', 'false'])
  const source = oneOf('source', ['file', 'database'])
  const sortBy = oneOf('sort_by', agentOrders)
  const descending = oneOf('sort_dir', ['asc', 'desc']) === 'desc'
  if (problems.length > 0) {
    const message = problems.map((problem) => `${problem.field} ${problem.message}`).join('; ')
    return { ...refuse('BAD_REQUEST', { message }), fields: problems }
  }
  const [domain, search] = [given('domain'), given('search')]
  const filter: AgentFilter = {
    ...(domain === undefined ? {} : { domain }),
    ...(search === undefined ? {} : { search }),
    ...(active === undefined ? {} : { active: active === 'true' }),
    ...(source === undefined ? {} : { source }),
    sortBy: sortBy ?? 'name',
    descending,
    limit: pageSize,
    offset: (page - 1) * pageSize,
  }
  return { filter, page, pageSize }
}
