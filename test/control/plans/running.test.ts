import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PlanMode } from '#src/domain/agent.js'
import type { PlanStep } from '#src/domain/plan/step.js'
import { openOutbound } from '#src/outbound/open-outbound.js'
import { type Live, startLive } from '../../http/live.js'
import { call, caller, ok, policies } from './steps.js'
import { openWorld, type World } from './world.js'

let world: World
let live: Live
let defects: unknown[] = []
beforeEach(async () => {
  world = await openWorld()
  const outbound = openOutbound({ readEnv: () => undefined })
  defects = []
  live = await startLive({
    policies,
    onPlanFault: (error) => defects.push(error),
    outbound,
    registry: () => world.registry({ risky: { idempotent: false } }),
  })
})
afterEach(async () => {
  await live.close()
  await world.close()
  expect(defects).toEqual([])
})

async function planned(steps: PlanStep[], mode: PlanMode = 'auto'): Promise<string> {
  return ok(await live.stepgate.plans.create(caller, { query: 'go', mode, metadata: {}, steps })).id
}

async function executed(steps: PlanStep[], mode: PlanMode = 'auto') {
  return ok(await live.stepgate.plans.execute(caller, await planned(steps, mode), { wait: true }))
}

const states = (state: { runs: readonly { stepId: string; state: string }[] }) =>
  Object.fromEntries(state.runs.map(({ stepId, state }) => [stepId, state]))
const done = () => world.effects.map(({ operation }) => operation)

describe('an executed plan', () => {
  it('calls what its steps name, in the order of their dependencies, and hands outputs on', async () => {
    const { plan, runs, workflow } = await executed([
      call('search'),
      call('price', ['search'], { parameters: { of: '{{steps.search.output.body.did}}' } }),
    ])
    expect(plan).toMatchObject({ status: 'completed', result: { status: 200 } })
    expect(states({ runs })).toEqual({ search: 'completed', price: 'completed' })
    expect(world.effects).toMatchObject([{ body: { at: 'search' } }, { body: { of: 'search' } }])
    expect(workflow).toMatchObject({ status: 'completed', source: 'external', stepCount: 2 })
  })

  it('is a governed workflow: every step has its gate with the very input that is sent, and its completion', async () => {
    const { workflow } = await executed([call('search')])
    const { body } = await live.call('GET', `/api/v1/workflows/${workflow?.id}`)
    expect(body).toMatchObject({ status: 'completed', metadata: { execution_mode: 'auto' } })
    expect(body.steps).toMatchObject([{ step_id: 'search', step_type: 'connector_call', decision: 'allow' }])
    expect(body.steps[0].completed_at).toBeDefined()
  })

  it('runs what does not depend on one another at one time', async () => {
    world.hold('a', true)
    world.hold('b', true)
    const running = executed([call('a'), call('b'), call('c', ['a', 'b'])])
    await expect.poll(() => world.open.now).toBe(2)
    world.hold('a', false)
    world.hold('b', false)
    expect((await running).plan.status).toBe('completed')
    expect(done().at(-1)).toBe('c')
  })

  it('tries again what failed, under the same key', async () => {
    world.fail('order', 429, 500, 503)
    const { runs, plan } = await executed([call('order', [], { retries: { attempts: 4, backoffMs: 2 } })])
    expect(plan.status).toBe('completed')
    expect(runs[0]).toMatchObject({ attempt: 4, state: 'completed' })
    expect(new Set(world.requests.map(({ key }) => key)).size).toBe(1)
    expect(done()).toEqual(['order'])
  })

  it('fails when a step does for good, and begins nothing after it', async () => {
    world.fail('order', 400)
    const { plan, runs, workflow } = await executed([call('order'), call('mail', ['order'])])
    expect(plan).toMatchObject({ status: 'failed', error: expect.stringContaining('Step order failed') })
    expect(states({ runs })).toEqual({ order: 'failed', mail: 'cancelled' })
    expect(workflow?.status).toBe('failed')
  })

  it('undoes what was done, last first, when a later step fails', async () => {
    const undo = { compensation: { connector: 'world', operation: 'cancel', parameters: { what: 'x' } } }
    world.fail('mail', 422)
    const { plan, runs } = await executed([
      call('a', [], {
        compensation: { ...undo.compensation, parameters: { of: '{{steps.a.output.body.did}}' } },
      }),
      call('b', ['a'], {
        compensation: { ...undo.compensation, parameters: { of: '{{steps.b.output.body.did}}' } },
      }),
      call('mail', ['b']),
    ])
    expect(plan.status).toBe('failed')
    expect(world.effects.map(({ operation, body }) => [operation, (body as { of?: string }).of])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['cancel', 'b'],
      ['cancel', 'a'],
    ])
    expect(runs.map(({ compensation }) => compensation)).toEqual(['completed', 'completed', undefined])
  })

  it('skips the branch that its condition leaves out', async () => {
    const { plan, runs } = await executed([
      call('search'),
      {
        id: 'enough',
        name: 'enough',
        type: 'conditional',
        dependsOn: ['search'],
        condition: { value: '{{steps.search.output.body.number}}', operator: 'greater_than', operand: 0 },
        ifTrue: ['order'],
        ifFalse: ['mail'],
      },
      call('order', ['enough']),
      call('mail', ['enough']),
    ])
    expect(plan.status).toBe('completed')
    expect(states({ runs })).toEqual({
      search: 'completed',
      enough: 'completed',
      order: 'completed',
      mail: 'skipped',
    })
  })

  it('merges the outputs by template where no provider writes the synthesis, and says so', async () => {
    const { plan, workflow } = await executed([
      call('search'),
      { id: 'end', name: 'synthesize-results', type: 'synthesis', dependsOn: ['search'] },
    ])
    expect(plan.result).toContain('## search\n\n{"did":"search"')
    const { body } = await live.call('GET', `/api/v1/workflows/${workflow?.id}`)
    expect(body.steps[1]).toMatchObject({ step_type: 'tool_call', decision: 'allow' })
  })

  it('fails a language model step that has no provider, with a clear sentence', async () => {
    const llm = { provider: 'nowhere', model: 'm' }
    const plans = live.stepgate.plans
    const refused = await plans.create(caller, {
      query: 'go',
      metadata: {},
      steps: [{ id: 'w', name: 'w', type: 'llm-call', dependsOn: [], llm, prompt: 'hi' }],
    })
    expect(refused).toMatchObject({ refused: 'INVALID_PLAN' })
  })
})

describe('people and a running plan', () => {
  it('hold a branch while the others go on; once approved through any door, it goes on by itself', async () => {
    const deploy = call('order', [], { name: 'deploy' })
    const { plan, held, runs, workflow } = await executed([deploy, call('a'), call('b', ['a'])])
    expect(plan.status).toBe('executing')
    expect(held).toMatchObject({ decision: 'require_approval', stepId: 'order' })
    expect(states({ runs })).toEqual({ order: 'held', a: 'completed', b: 'completed' })
    const path = `/api/v1/workflows/${workflow?.id}/steps/order/approve`
    await live.call('POST', path, { comment: 'looks right to me' })
    await expect
      .poll(async () => ok(await live.stepgate.plans.get(caller, plan.id)).plan.status)
      .toBe('completed')
    expect(done()).toEqual(['a', 'b', 'order'])
  })

  it('fail it by rejecting a step, which undoes what was done', async () => {
    const undo = { compensation: { connector: 'world', operation: 'cancel' } }
    const { plan, workflow } = await executed([call('a', [], undo), call('order', ['a'], { name: 'deploy' })])
    const path = `/api/v1/workflows/${workflow?.id}/steps/order/reject`
    await live.call('POST', path, { reason: 'not on a Friday' })
    await expect
      .poll(async () => ok(await live.stepgate.plans.get(caller, plan.id)).plan.status)
      .toBe('failed')
    expect(done()).toEqual(['a', 'cancel'])
    const after = ok(await live.stepgate.plans.get(caller, plan.id)).plan
    expect(after.error).toContain('Step deploy was rejected')
  })

  it('complete a human task through the workflow’s own door', async () => {
    const ask: PlanStep = { id: 'ask', name: 'ask', type: 'human-task', dependsOn: [], prompt: 'Which size?' }
    const { plan, runs, workflow } = await executed([
      ask,
      call('order', ['ask'], { parameters: { size: '{{steps.ask.output.size}}' } }),
    ])
    expect(states({ runs })).toEqual({ ask: 'person', order: 'waiting' })
    const path = `/api/v1/workflows/${workflow?.id}/steps/ask/complete`
    await live.call('POST', path, { output: { size: 43 } })
    await expect
      .poll(async () => ok(await live.stepgate.plans.get(caller, plan.id)).plan.status)
      .toBe('completed')
    expect(world.effects).toMatchObject([{ operation: 'order', body: { size: 43 } }])
  })

  it('cancel it: what runs is given up, nothing more begins, nothing is undone', async () => {
    world.hold('a', true)
    const id = await planned([call('a'), call('b', ['a'])])
    ok(await live.stepgate.plans.execute(caller, id, { wait: false }))
    await expect.poll(() => world.open.now).toBe(1)
    ok(await live.stepgate.plans.cancel(caller, id, 'changed our minds'))
    await expect.poll(() => world.open.now).toBe(0)
    const { plan } = ok(await live.stepgate.plans.get(caller, id))
    expect(plan).toMatchObject({ status: 'cancelled', error: 'changed our minds' })
    const { workflow } = ok(await live.stepgate.getWorkflow(caller, plan.workflowId ?? ''))
    expect(workflow.status).toBe('aborted')
    expect(done()).toEqual([])
  })
})

describe('a plan that is cancelled while it is being undone', () => {
  it('says of the step that it may not have been', async () => {
    const undo = { compensation: { connector: 'world', operation: 'cancel' } }
    world.hold('cancel', true)
    world.fail('mail', 422)
    const id = await planned([call('a', [], undo), call('mail', ['a'])])
    ok(await live.stepgate.plans.execute(caller, id, { wait: false }))
    await expect.poll(() => world.requests.at(-1)?.operation).toBe('cancel')
    ok(await live.stepgate.plans.cancel(caller, id, 'enough of it'))
    const { execution, plan } = ok(await live.stepgate.plans.get(caller, id))
    expect(plan.status).toBe('cancelled')
    expect(JSON.stringify(execution)).toContain('cancelled while this step was being undone')
    world.hold('cancel', false)
  })
})

describe('a plan in mode', () => {
  it('confirm asks before every step and runs one a resume', async () => {
    const first = await executed([call('a'), call('b')], 'confirm')
    expect(first).toMatchObject({
      plan: { status: 'executing' },
      held: { stepId: 'a', decision: 'require_approval' },
    })
    expect(done()).toEqual([])
    const second = ok(await live.stepgate.plans.resume(caller, first.plan.id, true))
    expect(second).toMatchObject({
      stepResult: { name: 'a', run: { state: 'completed' } },
      held: { stepId: 'b' },
    })
    expect(done()).toEqual(['a'])
    const third = ok(await live.stepgate.plans.resume(caller, first.plan.id, true))
    expect(third).toMatchObject({ plan: { status: 'completed' }, stepResult: { name: 'b' } })
    expect(done()).toEqual(['a', 'b'])
    expect(await live.stepgate.plans.resume(caller, first.plan.id, true)).toMatchObject({
      refused: 'PLAN_NOT_EXECUTING',
    })
  })

  it('confirm does not run a step that was approved elsewhere before it is resumed', async () => {
    const { plan, workflow } = await executed([call('a')], 'confirm')
    await live.call('POST', `/api/v1/workflows/${workflow?.id}/steps/a/approve`, { comment: 'fine with me' })
    expect(done()).toEqual([])
    expect(ok(await live.stepgate.plans.resume(caller, plan.id, true)).plan.status).toBe('completed')
  })

  it('step runs its first step at the first resume', async () => {
    const { plan, held } = await executed([call('a'), call('b')], 'step')
    expect(held).toBeUndefined()
    const second = ok(await live.stepgate.plans.resume(caller, plan.id, true))
    expect(second).toMatchObject({ stepResult: { name: 'a' }, held: { stepId: 'b' } })
  })

  it('confirm ends when a resume says no', async () => {
    const { plan } = await executed([call('a'), call('b')], 'confirm')
    const no = ok(await live.stepgate.plans.resume(caller, plan.id, false))
    expect(no).toMatchObject({ rejected: true, plan: { status: 'failed' }, workflow: { status: 'aborted' } })
    expect(done()).toEqual([])
  })

  it('sequential runs one step after the other', async () => {
    await executed([call('c'), call('a'), call('b')], 'sequential')
    expect(done()).toEqual(['c', 'a', 'b'])
    expect(world.open.most).toBe(1)
  })
})

describe('what a gate obliges the plan to', () => {
  it('is kept: what a policy wants redacted is not sent', async () => {
    await executed([
      call('order', [], { parameters: { customer: { email: 'eve@example.org' }, item: 'shoes' } }),
    ])
    expect(world.effects).toMatchObject([{ body: { customer: { email: '[redacted]' }, item: 'shoes' } }])
  })

  it('is kept when somebody gated the step at the workflow’s own door before its turn', async () => {
    world.hold('a', true)
    const id = await planned([call('a'), call('b', ['a'])])
    const { workflow } = ok(await live.stepgate.plans.execute(caller, id, { wait: false }))
    await expect.poll(() => world.open.now).toBe(1)
    const early = await live.gate(workflow?.id ?? '', 'b', {
      step_type: 'connector_call',
      step_name: 'deploy',
    })
    expect(early.body.decision).toBe('require_approval')
    world.hold('a', false)
    await expect.poll(async () => ok(await live.stepgate.plans.get(caller, id)).plan.status).toBe('completed')
    expect(done()).toEqual(['a', 'b'])
  })
})

describe('policies and a plan', () => {
  it('block a step by its actual input, which fails the plan with the policy’s own reason', async () => {
    const { plan, runs } = await executed([
      call('search'),
      call('mail', ['search'], { parameters: { to: '{{context.friend}}' } }),
    ])
    expect(plan.status).toBe('failed')
    expect(runs[1]).toMatchObject({ state: 'failed', error: '{{context.friend}} is not there' })
    const id = ok(
      await live.stepgate.plans.create(caller, {
        query: 'go',
        metadata: { friend: 'stranger' },
        steps: [call('mail', [], { parameters: { to: '{{context.friend}}' } })],
      }),
    ).id
    const blocked = ok(await live.stepgate.plans.execute(caller, id, { wait: true }))
    expect(blocked.plan).toMatchObject({
      status: 'failed',
      error: 'Step mail was blocked: policy: auto plans do not write to strangers',
    })
    expect(done()).toEqual(['search'])
  })

  it('block a plan whole: it fails before anything is called', async () => {
    const plans = live.stepgate.plans
    const made = ok(await plans.create(caller, { query: 'start a war', metadata: {}, steps: [call('a')] }))
    expect(made.judgement).toMatchObject({ decision: 'block', reason: 'no plans for wars' })
    const { plan, blocked } = ok(await plans.execute(caller, made.id, { wait: true }))
    expect(blocked).toBe(true)
    expect(plan).toMatchObject({ status: 'failed', error: expect.stringContaining('no plans for wars') })
    expect(await plans.execute(caller, made.id, { wait: true })).toMatchObject({
      refused: 'PLAN_ALREADY_EXECUTED',
    })
    expect(done()).toEqual([])
  })

  it('hold a plan whole: approved through the workflow’s door, it runs by itself', async () => {
    const { plan, held, workflow } = await executed([call('a', [], { name: 'big-order' })])
    expect(held).toMatchObject({
      stepId: 'plan-approval',
      reason: 'plans with big orders are approved whole',
    })
    expect(done()).toEqual([])
    await live.call('POST', `/api/v1/workflows/${workflow?.id}/steps/plan-approval/approve`, {
      comment: 'a good plan indeed',
    })
    await expect
      .poll(async () => ok(await live.stepgate.plans.get(caller, plan.id)).plan.status)
      .toBe('completed')
    expect(done()).toEqual(['a'])
  })

  it('hold a plan whole: rejected, it fails', async () => {
    const { plan, workflow } = await executed([call('a', [], { name: 'big-order' })])
    await live.call('POST', `/api/v1/workflows/${workflow?.id}/steps/plan-approval/reject`, {
      reason: 'too big for us',
    })
    await expect
      .poll(async () => ok(await live.stepgate.plans.get(caller, plan.id)).plan.status)
      .toBe('failed')
    expect(done()).toEqual([])
  })

  it('see that a step which asks at the workflow’s door is not in the plan, or has other input', async () => {
    world.hold('a', true)
    const id = await planned([call('a'), call('b', ['a'])])
    const { workflow } = ok(await live.stepgate.plans.execute(caller, id, { wait: false }))
    await expect.poll(() => world.open.now).toBe(1)
    const other = await live.gate(workflow?.id ?? '', 'extra', { step_type: 'tool_call' })
    expect(other.body).toMatchObject({
      decision: 'require_approval',
      reason: `the plan ${id} does not have this step`,
    })
    world.hold('a', false)
  })

  it('do not see drift where an outside orchestrator does what the plan says', async () => {
    const id = await planned([call('a')])
    const workflow = await live.workflow({ metadata: { plan_id: id } })
    const asPlanned = { tool_name: 'world.a', tool_input: { at: 'a' } }
    const other = { tool_name: 'world.a', tool_input: { at: 'b' } }
    const gate = (step: string, tool_context: object) =>
      live.gate(workflow, step, { step_type: 'connector_call', step_name: 'a', tool_context })
    expect((await gate('one', asPlanned)).body.decision).toBe('allow')
    expect((await gate('two', other)).body.reason).toBe(`the plan ${id} does not have this input`)
  })
})
