/** The Workflow Control Plane: fifteen routes (WCP §1). @module */
import type { Context, Hono } from 'hono'
import { isRefusal, refuse } from '../../domain/errors.js'
import { anything, type Handler, route } from '../exchange.js'
import type { HttpOptions } from '../options.js'
import { pendingText, readWords, ruledText } from '../wire/approval.js'
import { wireCheckpoint, wireResumed } from '../wire/checkpoint.js'
import { readCompletion, readReason } from '../wire/completion.js'
import { line } from '../wire/errors.js'
import { wholeNumber } from '../wire/query.js'
import { createdWorkflow, readNewWorkflow, wireWorkflow } from '../wire/workflow.js'
import { answerGate, gateBodyLimit } from './gate.js'

const base = '/api/v1/workflows'

/**
 * Add the workflow routes to an app. Fixed paths come before those with an id. A step id may hold slashes: clients paste it
 * into the path as it is.
 */
export function workflowRoutes(app: Hono, options: HttpOptions): void {
  const { stepgate } = options
  const now = options.now ?? Date.now
  const get = (path: string, handler: Handler) => app.get(`${base}${path}`, route(options, handler))
  const post = (path: string, handler: Handler) => app.post(`${base}${path}`, route(options, handler))

  post('', async ({ identity, body }) => {
    const asked = readNewWorkflow(body)
    if (isRefusal(asked)) return asked
    const workflow = await stepgate.createWorkflow(identity, asked)
    return isRefusal(workflow) ? workflow : { status: 201, text: line(createdWorkflow(workflow)) }
  })

  get('', async ({ identity, query }) => {
    const limit = Math.min(wholeNumber(query('limit'), 1) ?? 20, 100)
    const offset = wholeNumber(query('offset'), 0) ?? 0
    const filter = {
      ...given('status', query),
      ...given('source', query),
      ...given('trace_id', query, 'traceId'),
    }
    const { rows, total } = await stepgate.listWorkflows(identity, { ...filter, limit, offset })
    const workflows = rows.map((row) => wireWorkflow(row, now()))
    return line({ workflows, total, limit, offset, has_more: offset + rows.length < total })
  })

  get('/approvals/pending', async ({ identity, query }) => {
    const limit = Math.min(wholeNumber(query('limit'), 1) ?? 20, 100)
    const { rows, total } = await stepgate.pendingApprovals(identity, limit)
    return pendingText(rows, total)
  })

  get('/:workflow_id', async ({ identity, param }) => {
    const found = await stepgate.getWorkflow(identity, param('workflow_id'))
    return isRefusal(found) ? found : line(wireWorkflow(found, now()))
  })

  app.post(`${base}/:workflow_id/steps/:step_id${anything}/gate`, gateRoute(options))

  post(`/:workflow_id/steps/:step_id${anything}/complete`, async ({ identity, param, body }) => {
    const completion = readCompletion(body)
    if (isRefusal(completion)) return completion
    const refusal = await stepgate.completeStep(identity, param('workflow_id'), param('step_id'), completion)
    return refusal ?? { status: 204, text: '' }
  })

  for (const ruling of ['approve', 'reject'] as const) {
    post(`/:workflow_id/steps/:step_id${anything}/${ruling}`, async ({ identity, param, body }) => {
      const words = readWords(body, ruling)
      if (isRefusal(words)) return words
      const ruled = await stepgate.decideApproval(
        identity,
        param('workflow_id'),
        param('step_id'),
        ruling,
        words,
      )
      return isRefusal(ruled) ? ruled : ruledText(ruled, ruling)
    })
  }

  for (const { verb, ending, message, fallback } of endings) {
    post(`/:workflow_id/${verb}`, async ({ identity, param, body }) => {
      const reason = fallback === undefined ? undefined : readReason(body, fallback)
      const ended = await stepgate.endWorkflow(identity, param('workflow_id'), ending, reason)
      return isRefusal(ended) ? ended : line({ workflow_id: ended.id, status: ended.status, message, reason })
    })
  }

  post('/:workflow_id/resume', async ({ identity, param }) => {
    const workflow = await stepgate.resumeWorkflow(identity, param('workflow_id'))
    if (isRefusal(workflow)) return workflow
    return line({ workflow_id: workflow.id, status: workflow.status, message: 'Workflow resumed' })
  })

  get('/:workflow_id/checkpoints', async ({ identity, param }) => {
    const found = await stepgate.listCheckpoints(identity, param('workflow_id'))
    if (isRefusal(found)) return found
    return line({ checkpoints: found.map(wireCheckpoint), workflow_id: param('workflow_id') })
  })

  post('/:workflow_id/checkpoints/resume', async ({ identity, param }) => {
    const resumed = await stepgate.resumeCheckpoint(identity, param('workflow_id'), undefined)
    return isRefusal(resumed) ? resumed : line(wireResumed(param('workflow_id'), resumed))
  })

  post('/:workflow_id/checkpoints/:checkpoint_id/resume', async ({ identity, param }) => {
    const id = wholeNumber(param('checkpoint_id'), 1)
    if (id === undefined) return refuse('BAD_REQUEST', { message: 'Invalid checkpoint ID' })
    const resumed = await stepgate.resumeCheckpoint(identity, param('workflow_id'), id)
    return isRefusal(resumed) ? resumed : line(wireResumed(param('workflow_id'), resumed))
  })
}

const endings = [
  { verb: 'complete', ending: 'completed', message: 'Workflow completed successfully', fallback: undefined },
  { verb: 'fail', ending: 'failed', message: 'Workflow marked as failed', fallback: 'Failed' },
  { verb: 'abort', ending: 'aborted', message: 'Workflow aborted', fallback: 'Aborted by user' },
] as const

function gateRoute(options: HttpOptions): (c: Context) => Promise<Response> {
  const handler: Handler = ({ identity, param, query, body }) => {
    const prior = query('include_prior_output') === 'true'
    return answerGate(options, identity, body, param('workflow_id'), param('step_id'), prior)
  }
  return route(options, handler, { limit: gateBodyLimit })
}

function given(name: string, query: (name: string) => string | undefined, as = name): Record<string, string> {
  const value = query(name)
  return value === undefined || value === '' ? {} : { [as]: value }
}
