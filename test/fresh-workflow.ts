import type { Workflow } from '#src/domain/workflow.js'

/** A workflow as it is made, which nothing has happened in. */
export const freshWorkflow = (members: Partial<Workflow> = {}): Workflow => ({
  key: 0,
  id: 'wf',
  org: 'o',
  tenant: 't',
  client: 't',
  name: 'w',
  source: 'external',
  metadata: {},
  createdAt: 1,
  version: 1,
  status: 'in_progress',
  stepCount: 0,
  tokensIn: 0,
  tokensOut: 0,
  costUsd: 0,
  approvalsGranted: 0,
  ...members,
})
