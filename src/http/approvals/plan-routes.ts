/** Approvals asked through plans (MAP contract §1.7). @module */
import type { Hono } from 'hono'
import { isRefusal } from '../../domain/errors.js'
import { anything, route } from '../exchange.js'
import type { HttpOptions } from '../options.js'
import { pendingText, readShortWords, ruledText } from '../wire/approval.js'
import { wholeNumber } from '../wire/query.js'

const base = '/api/v1/plans'

/** The actor is the authenticated one: `approved_by` and `rejected_by` in a body are not read. */
export function planApprovalRoutes(app: Hono, options: HttpOptions): void {
  const { reviews } = options.stepgate
  const flat = { envelope: 'flat' } as const

  app.get(
    `${base}/approvals/pending`,
    route(
      options,
      async ({ identity, query }) => {
        const limit = Math.min(wholeNumber(query('limit'), 1) ?? 20, 100)
        const { rows, total } = await reviews.pendingOfPlans(identity, query('plan_id') || undefined, limit)
        return pendingText(rows, total)
      },
      flat,
    ),
  )

  for (const ruling of ['approve', 'reject'] as const) {
    app.post(
      `${base}/:plan_id/steps/:step_id${anything}/${ruling}`,
      route(
        options,
        async ({ identity, param, body }) => {
          const plan = param('plan_id')
          const stock = `MAP plan ${plan} step ${ruling === 'approve' ? 'approved' : 'rejected'} via /plans endpoint`
          const words = readShortWords(body, ruling, stock)
          const ruled = await reviews.decidePlanStep(identity, plan, param('step_id'), ruling, words)
          return isRefusal(ruled) ? ruled : ruledText(ruled, ruling, plan)
        },
        flat,
      ),
    )
  }
}
