/** What the execution lists can be asked for. @module */
import type { ExecutionQuery } from '../../control/executions/read-executions.js'
import { isRefusal, type Refusal, refuse } from '../../domain/errors.js'
import { wholeNumber } from './query.js'

/** Page sizes of a list. */
export interface PageTerms {
  readonly limit: number
  readonly most: number
}

/** A status, type or name that no run has gives an empty page; a time or signal that cannot be read is refused. */
export function readExecutionQuery(
  query: (name: string) => string | undefined,
  page: PageTerms,
): ExecutionQuery | Refusal {
  const startedFrom = readTime('start_time', query('start_time'))
  if (isRefusal(startedFrom)) return startedFrom
  const startedTo = readTime('end_time', query('end_time'))
  if (isRefusal(startedTo)) return startedTo
  const signal = query('signal') || undefined
  if (signal !== undefined && signal !== 'approval_pending' && signal !== 'policy_block')
    return refuse('BAD_REQUEST', { message: 'signal must be approval_pending or policy_block' })
  const type = query('execution_type') || undefined
  const known = type === 'map_plan' || type === 'wcp_workflow'
  const status = type !== undefined && !known ? 'none' : query('status') || undefined
  const idOrName = query('workflow_id') || undefined
  return {
    ...(known ? { type } : {}),
    ...(status === undefined ? {} : { status: status === 'in_progress' ? 'running' : status }),
    ...(idOrName === undefined ? {} : { idOrName }),
    ...(startedFrom === undefined ? {} : { startedFrom }),
    ...(startedTo === undefined ? {} : { startedTo }),
    ...(signal === undefined ? {} : { signal }),
    limit: Math.min(wholeNumber(query('limit'), 1) ?? page.limit, page.most),
    offset: wholeNumber(query('offset'), 0) ?? 0,
  }
}

const time = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:[.,]\d{1,12})?)?)? ?(Z|[+-]?\d\d:?\d\d)?$/i

/**
 * An instant as clients write it. The Python SDK sends the `+` of an offset unescaped, so it arrives as a space; and a time
 * without any zone is UTC.
 */
function readTime(name: string, text: string | undefined): number | undefined | Refusal {
  if (text === undefined || text.trim() === '') return undefined
  const match = time.exec(text.trim())
  if (match) {
    const [, day, minute = '00:00', second = ':00', zone = 'Z'] = match
    const offset = /^[Zz]$/.test(zone) ? 'Z' : zone.replace(/^(?=\d)/, '+').replace(/(\d\d)(\d\d)$/, '$1:$2')
    const at = Date.parse(`${day}T${minute}${second.replace(',', '.')}${offset}`)
    if (Number.isFinite(at) && isDay(day as string)) return at
  }
  return refuse('BAD_REQUEST', {
    message: `${name} must be a time such as 2026-01-31T12:00:00Z`,
  })
}

/** JavaScript takes the 31st of February for the 3rd of March. */
const isDay = (day: string): boolean => {
  const at = Date.parse(`${day}T00:00:00Z`)
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(day)
}
