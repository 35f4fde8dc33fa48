/** Approvals that do not start from a workflow: through plans, and through the HITL queue. @module */
import type { Hono } from 'hono'
import type { HttpOptions } from '../options.js'
import { hitlRoutes } from './hitl-routes.js'
import { planApprovalRoutes } from './plan-routes.js'

export function approvalRoutes(app: Hono, options: HttpOptions): void {
  planApprovalRoutes(app, options)
  hitlRoutes(app, options)
}
