/** The verbs of approvals that do not start from a workflow. @module */
import type { Ports } from '../ports.js'
import { decideEntry } from './decide-entry.js'
import { expireQueue, expireReviews } from './expire-reviews.js'
import { decidePlanStep, pendingPlanApprovals } from './plan-approvals.js'
import { entryHistory, getEntry, listQueue, queueStats } from './read-queue.js'
import { requestReview } from './request-review.js'

/** Bound to a gate's ports. */
export const reviewVerbs = (ports: Ports) => ({
  request: requestReview.bind(null, ports),
  list: listQueue.bind(null, ports),
  get: getEntry.bind(null, ports),
  history: entryHistory.bind(null, ports),
  stats: queueStats.bind(null, ports),
  decide: decideEntry.bind(null, ports),
  expire: expireReviews.bind(null, ports),
  expireOfTenant: expireQueue.bind(null, ports),
  decidePlanStep: decidePlanStep.bind(null, ports),
  pendingOfPlans: pendingPlanApprovals.bind(null, ports),
})

export type ReviewVerbs = ReturnType<typeof reviewVerbs>
