/** What operators look at: runs of every kind, now and afterwards (MAP contract §2). @module */
import type { Hono } from 'hono'
import type { HttpOptions } from '../options.js'
import { replayRoutes } from './replay-routes.js'
import { unifiedRoutes } from './unified-routes.js'

/** Add the unified plane and the replay plane to an app. */
export function executionRoutes(app: Hono, options: HttpOptions): void {
  unifiedRoutes(app, options)
  replayRoutes(app, options)
}
