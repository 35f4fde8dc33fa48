import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { evaluate } from '#src/control/check-gate.js'
import { createWorkflow } from '#src/control/create-workflow.js'
import { decideApproval, expireApprovals, pendingApprovals } from '#src/control/decide-approval.js'
import { endWorkflow, resumeWorkflow } from '#src/control/end-workflow.js'
import { Histories } from '#src/control/histories.js'
import { type Ports, systemRandom } from '#src/control/ports.js'
import { getWorkflow } from '#src/control/read-workflows.js'
import { expireQueue } from '#src/control/reviews/expire-reviews.js'
import { decidePlanStep, pendingPlanApprovals } from '#src/control/reviews/plan-approvals.js'
import { emptyRegistry } from '#src/domain/agent.js'
import type { Step } from '#src/domain/step.js'
import type { Workflow } from '#src/domain/workflow.js'
import { closedOutbound } from '#src/outbound/outbound.js'
import { openPolicies, type Policies } from '#src/policy/bundle/open-policies.js'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import { moduleCache } from './live.js'

const hour = 60 * 60 * 1000
const identity = { org: 'local', tenant: 't', client: 't', user: 'bot', open: true }
const ada = { ...identity, user: 'ada' }
const words = 'looks right to me'

describe('a workflow whose branches wait for people at the same time', () => {
  let folder: string
  let policies: Policies
  let ports: Ports
  let now = Date.now()

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stepgate-branches-'))
    policies = await openPolicies({
      folder: new URL('./policies', import.meta.url).pathname,
      cacheDir: moduleCache,
      watch: false,
    })
    ports = {
      store: await openSqliteStore({ path: join(folder, 'gate.db'), pid: process.pid }),
      engine: () => policies.engine(),
      histories: new Histories(),
      registry: () => emptyRegistry,
      outbound: closedOutbound,
      now: () => now,
      randomHex: systemRandom(),
      settings: { approvalTtlMs: 24 * hour, maxConcurrentExecutions: 0 } as Ports['settings'],
    }
  })
  afterEach(async () => {
    await ports.store.close()
    await policies.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** Gate a step as a plan's runner does: beside whatever waits. */
  const gate = (id: string, stepId: string, fields: object) =>
    ports.store.transact((tx) =>
      evaluate(ports, tx, {
        workflow: tx.workflow(identity, id) as Workflow,
        step: undefined,
        stepId,
        request: {
          stepType: 'tool_call',
          stepInput: {},
          retryPolicy: 'idempotent',
          idempotencyKey: '',
          includePriorOutput: false,
          ...fields,
        },
        identity,
        now,
      }),
    )

  /** Three branches: two wait for an hour, the second of them made last; one waits for a day and for two people. */
  const heldThrice = async (): Promise<string> => {
    const made = (await createWorkflow(ports, identity, {
      name: 'branches',
      source: 'external',
      metadata: { plan_id: 'plan_b' },
    })) as Workflow
    await gate(made.id, 'first', { stepName: 'deploy' })
    await gate(made.id, 'pay', { toolContext: { toolName: 'wire_transfer' } })
    await gate(made.id, 'last', { stepName: 'deploy' })
    await gate(made.id, 'free', {})
    return made.id
  }
  const read = async (id: string) => {
    const { workflow, steps } = (await getWorkflow(ports, identity, id)) as {
      workflow: Workflow
      steps: readonly Step[]
    }
    const states = Object.fromEntries(steps.map((step) => [step.stepId, step.approval?.status]))
    return { pendingStep: workflow.pendingStep, status: workflow.status, states }
  }
  const waits = async () => {
    const { rows, total } = await pendingPlanApprovals(ports, identity, 'plan_b', 10)
    expect(await pendingApprovals(ports, identity, 10)).toMatchObject({ total })
    return rows.map(({ step }) => step.stepId)
  }

  it('names another one that waits when the one it named is decided, and none only after the last', async () => {
    const id = await heldThrice()
    expect(await waits()).toEqual(['last', 'pay', 'first'])
    expect((await read(id)).pendingStep).toBe('last')
    const order = [
      ['last', ada, 'first'],
      ['first', ada, 'pay'],
      ['pay', ada, 'pay'],
      ['pay', { ...ada, user: 'bob' }, undefined],
    ] as const
    for (const [step, by, next] of order) {
      expect(await endWorkflow(ports, identity, id, 'completed')).toMatchObject({
        refused: 'APPROVAL_PENDING',
      })
      expect(await resumeWorkflow(ports, identity, id)).toMatchObject({ refused: 'APPROVAL_PENDING' })
      expect(await decidePlanStep(ports, by, 'plan_b', step, 'approve', words)).toHaveProperty('workflow')
      expect((await read(id)).pendingStep).toBe(next)
    }
    expect(await waits()).toEqual([])
    expect(await endWorkflow(ports, identity, id, 'completed')).toMatchObject({ status: 'completed' })
  })

  it('keeps the one it names when another one is decided', async () => {
    const id = await heldThrice()
    await decideApproval(ports, ada, id, 'first', 'approve', words)
    expect((await read(id)).pendingStep).toBe('last')
  })

  it('is aborted by one rejection; what still waits can be rejected, and approved no more', async () => {
    const id = await heldThrice()
    await decideApproval(ports, ada, id, 'last', 'reject', 'not on a Friday')
    expect(await read(id)).toEqual({
      status: 'aborted',
      pendingStep: 'first',
      states: { first: 'pending', pay: 'pending', last: 'rejected', free: undefined },
    })
    expect(await decideApproval(ports, ada, id, 'pay', 'approve', words)).toMatchObject({
      refused: 'WORKFLOW_TERMINAL',
    })
    expect(await decideApproval(ports, ada, id, 'first', 'reject', 'not on a Friday')).toHaveProperty('step')
    expect((await read(id)).pendingStep).toBe('pay')
  })

  it.each([
    ['somebody looks', () => Promise.resolve(2)],
    ['the process sweeps', () => expireApprovals(ports)],
    ['the tenant says so', () => expireQueue(ports, identity)],
  ])('has all of its overdue holds written down when %s, each once', async (_, settle) => {
    const id = await heldThrice()
    now += hour
    expect(await settle()).toBe(2)
    expect(await read(id)).toEqual({
      status: 'in_progress',
      pendingStep: 'pay',
      states: { first: 'expired', pay: 'pending', last: 'expired', free: undefined },
    })
    expect(await expireApprovals(ports)).toBe(0)
    const events = await ports.store.transact((tx) =>
      tx.history
        .ofWorkflow(tx.workflow(identity, id) as Workflow)
        .map(({ type, stepId }) => `${type} ${stepId}`),
    )
    expect(events.filter((event) => event.startsWith('approval_expired'))).toEqual([
      'approval_expired first',
      'approval_expired last',
    ])
    now += 24 * hour
    expect(await expireApprovals(ports)).toBe(1)
    expect((await read(id)).pendingStep).toBeUndefined()
  })
})
