import { describe, expect, it } from 'vitest'
import { copyOf, type Workflow } from '#src/domain/workflow.js'

const whole: Required<Workflow> = {
  key: 7,
  id: 'wf_1',
  org: 'o',
  tenant: 't',
  client: 'c',
  user: 'u',
  name: 'n',
  source: 'langgraph',
  metadata: { team: 'x' },
  traceId: 'trace',
  status: 'failed',
  createdAt: 1,
  endedAt: 2,
  endReason: 'r',
  totalSteps: 3,
  version: 4,
  stepCount: 5,
  tokensIn: 6,
  tokensOut: 8,
  costUsd: 9,
  approvalsGranted: 10,
  pendingStep: 's',
}

describe('a copy of a workflow', () => {
  it('has every member', () => {
    expect(copyOf(whole)).toStrictEqual(whole)
  })

  it('lacks what the workflow lacks', () => {
    const { user, traceId, endedAt, endReason, totalSteps, pendingStep, ...bare } = whole
    expect(copyOf(bare)).toStrictEqual(bare)
  })

  it('can be changed without the workflow', () => {
    const copy = copyOf(whole)
    copy.version += 1
    expect(whole.version).toBe(4)
  })
})
