import { describe, expect, it } from 'vitest'
import type { Execution, RecordedStep } from '#src/domain/execution/execution.js'
import { executionOfPlan, planStatusesOf } from '#src/domain/execution/plan-execution.js'
import { type Plan, planStatuses } from '#src/domain/plan/plan.js'
import { type RunState, runStates, type StepRun } from '#src/domain/plan/run.js'
import { type PlanStep, planStepTypes } from '#src/domain/plan/step.js'
import type { ApprovalStatus, Step } from '#src/domain/step.js'
import type { Workflow } from '#src/domain/workflow.js'

const now = 1_000_000
const sight = { now, latest: { seq: 9, at: now } }

const planStep = (id: string, more: Partial<PlanStep> = {}): PlanStep => ({
  id,
  name: id,
  type: 'connector-call',
  dependsOn: [],
  ...more,
})
const plan = (steps: readonly PlanStep[], more: Partial<Plan> = {}): Plan => ({
  key: 1,
  id: 'plan_1',
  org: 'o',
  tenant: 't',
  client: 'c',
  rowVersion: 1,
  version: 1,
  status: 'executing',
  query: 'q',
  domain: 'd',
  mode: 'auto',
  metadata: {},
  steps,
  maxParallel: 5,
  timeoutMs: 60_000,
  planning: { by: 'caller', choices: [] },
  estimate: { usd: 0, breakdown: [], unpriced: [] },
  createdAt: 0,
  updatedAt: 0,
  expiresAt: now * 2,
  executedAt: 10,
  ...more,
})
const run = (state: RunState, more: Partial<StepRun> = {}): StepRun => ({
  planKey: 1,
  position: 0,
  stepId: 's',
  version: 1,
  state,
  attempt: 1,
  idempotencyKey: 'k',
  ...more,
})
const workflow = {
  id: 'wf_1',
  key: 7,
  status: 'in_progress',
  costUsd: 0,
  tokensIn: 0,
  tokensOut: 0,
} as Workflow
const gated = (approval?: ApprovalStatus, more: Partial<Step> = {}): RecordedStep => ({
  step: {
    stepId: 's',
    index: 1,
    type: 'tool_call',
    decision: approval ? 'require_approval' : 'allow',
    decisionId: 'dec_1',
    reason: 'because',
    firstGateAt: 20,
    decidedAt: 20,
    gateCount: 1,
    completionCount: 0,
    ...(approval ? { approval: { id: 'a', status: approval, expiresAt: now * 2, requestedBy: 'c' } } : {}),
    ...more,
  } as Step,
  record: { policies: [], input: {}, revision: 'r' },
})
const first = (execution: Execution) => execution.steps[0]

describe('a plan’s step', () => {
  it.each<[RunState, string]>([
    ['waiting', 'pending'],
    ['held', 'approval'],
    ['running', 'running'],
    ['retrying', 'running'],
    ['person', 'running'],
    ['completed', 'completed'],
    ['failed', 'failed'],
    ['blocked', 'blocked'],
    ['rejected', 'failed'],
    ['skipped', 'skipped'],
    ['cancelled', 'skipped'],
  ])('whose run is %s shows as %s', (state, status) => {
    const steps = state === 'held' ? [gated('pending')] : []
    expect(first(executionOfPlan(plan([planStep('s')]), [run(state)], workflow, steps, sight))?.status).toBe(
      status,
    )
  })

  it('has a word for every state that a run can have, and every type a step', () => {
    for (const state of runStates) {
      const [step] = executionOfPlan(plan([planStep('s')]), [run(state)], workflow, [], sight).steps
      expect(step?.status).toBeDefined()
    }
    const types = planStepTypes.map(
      (type) => first(executionOfPlan(plan([planStep('s', { type })]), [], undefined, [], sight))?.type,
    )
    expect(types).toEqual(['llm_call', 'connector_call', 'human_task', 'action', 'synthesis'])
  })

  it.each<[ApprovalStatus, string]>([
    ['pending', 'approval'],
    ['approved', 'running'],
    ['rejected', 'failed'],
    ['expired', 'failed'],
  ])('that is held and %s by now shows so before its run takes note', (approval, status) => {
    const execution = executionOfPlan(
      plan([planStep('s')]),
      [run('held')],
      workflow,
      [gated(approval)],
      sight,
    )
    expect(first(execution)?.status).toBe(status)
  })

  it('whose person has reported shows as completed before its run takes note', () => {
    const done = gated(undefined, { completedAt: 30, completionCount: 1 })
    expect(
      first(executionOfPlan(plan([planStep('s')]), [run('person')], workflow, [done], sight))?.status,
    ).toBe('completed')
  })

  it.each(['failed', 'cancelled', 'expired'] as const)('is not under way in a plan that is %s', (status) => {
    for (const state of ['waiting', 'held', 'running', 'retrying', 'person'] as const) {
      const execution = executionOfPlan(plan([planStep('s')], { status }), [run(state)], workflow, [], sight)
      expect(first(execution)?.status).toBe('skipped')
    }
  })

  it.each<[string, Partial<PlanStep>, string]>([
    ['a model', { type: 'llm-call' }, 'provider_failure'],
    ['a model that merges', { type: 'synthesis' }, 'provider_failure'],
    ['a connector', {}, 'connector_failure'],
    ['neither', { type: 'conditional' }, 'step_failure'],
  ])('that called %s and failed says which', (_, more, signal) => {
    const execution = executionOfPlan(
      plan([planStep('s', more)]),
      [run('failed', { error: 'no answer', endedAt: 50 })],
      workflow,
      [],
      sight,
    )
    expect(execution.signals).toEqual([signal])
    expect(first(execution)).toMatchObject({ error: 'no answer', endedAt: 50 })
  })

  it('tells of its retries and its undoing', () => {
    const retrying = executionOfPlan(
      plan([planStep('s')]),
      [run('retrying', { attempt: 2, nextAt: 99, error: 'cut off' })],
      workflow,
      [],
      sight,
    )
    expect(retrying.signals).toEqual(['retrying'])
    expect(first(retrying)).toMatchObject({
      error: 'cut off',
      run: { state: 'retrying', attempt: 2, nextAt: 99 },
    })
    const undone = executionOfPlan(
      plan([planStep('s')], { status: 'failed' }),
      [run('completed', { compensation: 'failed' })],
      workflow,
      [],
      sight,
    )
    expect(undone.signals).toEqual(['compensation_failed'])
  })
})

describe('a plan as a run', () => {
  it('has every status of a plan under one word, and finds it back', () => {
    for (const status of planStatuses) {
      const { status: word } = executionOfPlan(plan([], { status }), [], undefined, [], sight)
      expect(planStatusesOf(word)).toEqual([status])
    }
    expect(planStatusesOf('aborted')).toEqual([])
  })

  it('counts steps that were left out as passed while it runs, and everything once it is done', () => {
    const steps = ['a', 'b', 'c', 'd'].map((id) => planStep(id))
    const runs = (['completed', 'skipped', 'running', 'waiting'] as const).map((state, position) =>
      run(state, { position, startedAt: 30 }),
    )
    expect(executionOfPlan(plan(steps), runs, workflow, [], sight)).toMatchObject({
      completedSteps: 1,
      totalSteps: 4,
      progress: 50,
    })
    const done = runs.map((one) => ({
      ...one,
      state: one.state === 'skipped' ? one.state : ('completed' as const),
    }))
    expect(executionOfPlan(plan(steps, { status: 'completed' }), done, workflow, [], sight).progress).toBe(
      100,
    )
  })

  it('shows steps of its workflow that are not in it after its own, and does not count them', () => {
    const hold = gated('pending', { stepId: 'plan-approval' })
    const execution = executionOfPlan(plan([planStep('s')]), [run('waiting')], workflow, [hold], sight)
    expect(execution.steps.map(({ id, index, status }) => [id, index, status])).toEqual([
      ['s', 1, 'pending'],
      ['plan-approval', 2, 'approval'],
    ])
    expect(execution).toMatchObject({ totalSteps: 1, signals: ['approval_pending'] })
  })
})
