import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyRegistry, type PlanMode, type Registry } from '#src/domain/agent.js'
import type { PlanStep } from '#src/domain/plan/step.js'
import { openOutbound } from '#src/outbound/open-outbound.js'
import { type Live, startLive } from '../../http/live.js'
import { call, caller, ok, policies } from './steps.js'
import { openWorld, type World } from './world.js'

/** Other doors and bad luck, while a plan runs. */

let world: World
let live: Live
let defects: unknown[] = []
/** How often somebody asked what time it is: at least once a look. */
let clockReads = 0
let ahead = 0
let registry: () => Registry
beforeEach(async () => {
  world = await openWorld()
  defects = []
  ahead = 0
  registry = () => world.registry()
  live = await startLive({
    policies,
    onPlanFault: (error) => defects.push(error),
    onStoreFault: (error) => defects.push(error),
    outbound: openOutbound({ readEnv: () => undefined }),
    registry: () => registry(),
    now: () => {
      clockReads++
      return Date.now() + ahead
    },
  })
})
afterEach(async () => {
  await live.close()
  await world.close()
  expect(defects).toEqual([])
})

const undo = { compensation: { connector: 'world', operation: 'cancel' } }
const ask: PlanStep = { id: 'ask', name: 'ask', type: 'human-task', dependsOn: [], prompt: 'Which size?' }

interface How {
  readonly mode?: PlanMode
  readonly timeoutMs?: number
  readonly maxParallel?: number
  readonly wait?: boolean
}
async function executed(steps: PlanStep[], { mode = 'auto', wait = true, ...more }: How = {}) {
  const { plans } = live.stepgate
  const made = ok(await plans.create(caller, { query: 'go', mode, metadata: {}, steps, ...more }))
  const state = ok(await plans.execute(caller, made.id, { wait }))
  return { ...state, id: made.id, wf: state.plan.workflowId as string }
}

const get = async (id: string) => ok(await live.stepgate.plans.get(caller, id))
const status = async (id: string) => (await get(id)).plan.status
const states = async (id: string) => (await get(id)).execution.steps.map(({ status }) => status)
const done = () => world.effects.map(({ operation }) => operation)
const approve = (wf: string, step: string) =>
  live.call('POST', `/api/v1/workflows/${wf}/steps/${step}/approve`, { comment: 'looks right to me' })
/** Ask a step's gate again, with other content. */
const askAgain = (wf: string, step: string, key: string, fields: object) =>
  live.gate(wf, step, {
    step_type: 'connector_call',
    retry_policy: 'reevaluate',
    idempotency_key: key,
    ...fields,
  })

describe('a step that is asked about again at its workflow’s door', () => {
  it('is recorded as done when its call comes back, though its gate holds it by then', async () => {
    world.hold('order', true)
    const { id, wf } = await executed([call('order', [], { name: 'deploy' }), call('mail', ['order'])])
    await approve(wf, 'order')
    await expect.poll(() => world.open.now).toBe(1)
    const resumed = await live.call('POST', `/api/v1/workflows/${wf}/checkpoints/resume`, {})
    expect(resumed.status).toBe(200)
    world.hold('order', false)
    await expect.poll(() => status(id)).toBe('completed')
    expect(done()).toEqual(['order', 'mail'])
  })

  it('does not run when its gate blocks it by then', async () => {
    const { id, wf } = await executed([call('a')], { mode: 'confirm' })
    await approve(wf, 'a')
    const again = await askAgain(wf, 'a', `${wf}.1`, {
      tool_context: { tool_name: 'world.a', tool_input: { to: 'stranger' } },
    })
    expect(again.body.decision).toBe('block')
    await live.stepgate.plans.resume(caller, id, true)
    await expect.poll(() => status(id)).toBe('failed')
    expect(world.requests).toEqual([])
  })

  it('does not run by an approval of other content', async () => {
    const { id, wf } = await executed([call('a', [], { name: 'deploy' })], { mode: 'confirm' })
    await approve(wf, 'a')
    const again = await askAgain(wf, 'a', `${wf}.1`, {
      step_name: 'tea',
      tool_context: { tool_name: 'world.a', tool_input: { at: 'a' } },
    })
    expect(again.body.decision).toBe('allow')
    const { held } = ok(await live.stepgate.plans.resume(caller, id, true))
    expect(held).toMatchObject({ stepId: 'a', reason: 'deployments are approved by a person' })
    expect(world.requests).toEqual([])
    expect(ok(await live.stepgate.plans.resume(caller, id, true)).plan.status).toBe('completed')
  })

  it('does not stop the plan when it is the approval of the plan as a whole', async () => {
    world.hold('a', true)
    const { id, wf } = await executed([call('a', [], { name: 'big-order' }), call('b', ['a'])])
    await approve(wf, 'plan-approval')
    await expect.poll(() => world.open.now).toBe(1)
    const points = await live.call('GET', `/api/v1/workflows/${wf}/checkpoints`)
    const point = points.body.checkpoints.find(
      ({ step_id }: { step_id: string }) => step_id === 'plan-approval',
    )
    const path = `/api/v1/workflows/${wf}/checkpoints/${point.id}/resume`
    expect((await live.call('POST', path, {})).status).toBe(200)
    world.hold('a', false)
    await expect.poll(() => status(id)).toBe('completed')
  })

  it('is off the plan where it is called like the approval of a plan that nobody held', async () => {
    world.hold('a', true)
    const { wf } = await executed([call('a')], { wait: false })
    await expect.poll(() => world.open.now).toBe(1)
    const other = await live.gate(wf, 'plan-approval', {
      step_type: 'connector_call',
      tool_context: { tool_name: 'world.mail', tool_input: {} },
    })
    expect(other.body.reason).toContain('does not have this step')
    world.hold('a', false)
  })
})

describe('a workflow that is ended through its own door', () => {
  it('ends its plan with an event for every step that is given up', async () => {
    world.hold('a', true)
    const { id, wf } = await executed([call('a'), call('b', ['a']), ask], { wait: false })
    await expect.poll(() => world.open.now).toBe(1)
    await live.call('POST', `/api/v1/workflows/${wf}/abort`, { reason: 'wrong customer' })
    await expect.poll(() => status(id)).toBe('cancelled')
    expect((await get(id)).plan.error).toBe('wrong customer')
    await expect.poll(() => world.open.now).toBe(0)
    const events = await eventsOf(wf)
    expect(events.filter((type) => type === 'plan_step_cancelled')).toHaveLength(3)
  })

  it('completes its plan where nothing was left to do but take note of a person’s report', async () => {
    const { id, wf } = await executed([call('a'), { ...ask, dependsOn: ['a'] }])
    const ended = await Promise.all([
      live.stepgate.completeStep(caller, wf, 'ask', { output: { size: 43 }, idempotencyKey: '' }),
      live.stepgate.endWorkflow(caller, wf, 'completed'),
    ])
    ended.map(ok)
    await expect.poll(() => status(id)).toBe('completed')
    expect(await states(id)).toEqual(['completed', 'completed'])
  })

  it('does not keep it from undoing what it had begun to undo', async () => {
    world.hold('b', true)
    world.hold('cancel', true)
    const steps = [call('a', [], undo), call('b', ['a'])]
    const { id, wf } = await executed(steps, { wait: false, timeoutMs: 300 })
    await expect.poll(() => world.requests.map(({ operation }) => operation)).toContain('cancel')
    await live.call('POST', `/api/v1/workflows/${wf}/abort`, { reason: 'enough of it' })
    world.hold('cancel', false)
    await expect.poll(() => status(id)).toBe('failed')
    expect(done()).toEqual(['a', 'cancel'])
  })
})

/** Types of the events of a workflow. */
const eventsOf = async (wf: string): Promise<string[]> => {
  const { body } = await live.call('GET', `/api/v1/executions/${wf}/timeline`)
  return JSON.stringify(body).match(/plan_step_\w+/g) ?? []
}

describe('a plan that comes to its end', () => {
  it('begins nothing beside a step that is blocked in the same moment', async () => {
    const mail = call('mail', [], { parameters: { to: 'stranger' } })
    const { plan } = await executed([mail, call('a')])
    expect(plan.status).toBe('failed')
    expect(world.requests).toEqual([])
  })

  it('is not looked at again and again while something is undone after its deadline', async () => {
    world.hold('b', true)
    world.hold('cancel', true)
    const steps = [call('a', [], undo), call('b', ['a'])]
    const { id } = await executed(steps, { wait: false, timeoutMs: 200 })
    await expect.poll(() => world.requests.map(({ operation }) => operation)).toContain('cancel')
    const before = clockReads
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(clockReads - before).toBeLessThan(10)
    world.hold('cancel', false)
    await expect.poll(() => status(id)).toBe('failed')
    expect((await get(id)).plan.error).toBe('The plan did not end within 0 seconds')
  })

  it('gives up what it undoes when it is cancelled', async () => {
    world.hold('cancel', true)
    world.fail('b', 400)
    const { id } = await executed([call('a', [], undo), call('b', ['a'])], { wait: false })
    await expect.poll(() => world.open.now).toBe(1)
    ok(await live.stepgate.plans.cancel(caller, id, 'leave it as it is'))
    await expect.poll(() => world.open.now).toBe(0)
    expect(done()).toEqual(['a'])
  })

  it('leaves no hold behind that is found overdue again and again', async () => {
    world.hold('a', true)
    world.fail('a', 400)
    const { id, wf } = await executed([call('b', [], { name: 'deploy' }), call('a')])
    expect(await status(id)).toBe('failed')
    const other = await executed([call('a')], { wait: false })
    await expect.poll(() => world.open.now).toBe(1)
    await live.gate(other.wf, 'extra', { step_type: 'tool_call' })
    world.hold('a', false)
    await expect.poll(() => status(other.id)).toBe('completed')
    ahead += 48 * 60 * 60 * 1000
    expect(await live.stepgate.expireApprovals()).toBe(2)
    expect(await live.stepgate.expireApprovals()).toBe(0)
    const { body } = await live.call('GET', `/api/v1/workflows/${wf}`)
    expect(body).toMatchObject({ status: 'failed', steps: [{ approval_expired: true }, {}] })
  })

  it('does not send to the undoing what a policy wants redacted', async () => {
    world.fail('b', 400)
    const parameters = { email: 'eve@example.org', of: '{{steps.a.output.body.did}}' }
    const compensation = { connector: 'world', operation: 'cancel', parameters }
    await executed([call('a', [], { compensation }), call('b', ['a'])])
    expect(world.effects.at(-1)).toMatchObject({
      operation: 'cancel',
      body: { email: '[redacted]', of: 'a' },
    })
  })
})

describe('people who are quick', () => {
  it('may report a human task in the moment in which it is asked', async () => {
    for (let round = 0; round < 16; round++) {
      const { id, wf } = await executed([ask], { wait: false })
      // In every turn of the loop, so that one comes in the very group of commits that asks.
      const reports: Promise<unknown>[] = []
      for (let turn = 0; turn < 12; turn++) {
        reports.push(live.stepgate.completeStep(caller, wf, 'ask', { output: {}, idempotencyKey: '' }))
        await new Promise((resolve) => setImmediate(resolve))
      }
      await Promise.all(reports)
      const { body } = await live.call('GET', `/api/v1/workflows/${wf}`)
      if (body.steps[0]?.completed_at === undefined) continue
      await expect.poll(async () => [round, await status(id)]).toEqual([round, 'completed'])
    }
  })

  it('get the step’s result from a resume that comes right after an approval through another door', async () => {
    for (let round = 0; round < 12; round++) {
      const { id, wf } = await executed([call('a'), call('b')], { mode: 'confirm' })
      ok(await live.stepgate.decideApproval(caller, wf, 'a', 'approve', 'looks right to me'))
      for (let turn = 0; turn < round % 4; turn++) await new Promise((resolve) => setImmediate(resolve))
      const resumed = ok(await live.stepgate.plans.resume(caller, id, true))
      expect(resumed, `round ${round}`).toMatchObject({
        stepResult: { name: 'a', run: { state: 'completed' } },
        held: { stepId: 'b' },
      })
    }
  })

  it('get the result of the step that they let run, whatever else the plan is doing', async () => {
    const { id } = await executed([ask, call('order', [], { name: 'deploy' })])
    const resumed = ok(await live.stepgate.plans.resume(caller, id, true))
    expect(resumed).toMatchObject({ stepResult: { name: 'deploy', run: { state: 'completed' } } })
    expect(await status(id)).toBe('executing')
  })

  it('run one step between them when they resume at the same time', async () => {
    const { id } = await executed([call('a'), call('b')], { mode: 'confirm' })
    const resumed = await Promise.all([1, 2].map(() => live.stepgate.plans.resume(caller, id, true)))
    for (const state of resumed.map(ok)) expect(state.held?.stepId).toBe('b')
    expect(done()).toEqual(['a'])
  })
})

describe('the time that a plan may take', () => {
  it('stands still while it waits for a person, and goes on with what was left', async () => {
    const { id, wf } = await executed([call('a', [], { name: 'deploy' })], { timeoutMs: 60_000 })
    ahead += 3_600_000
    await approve(wf, 'a')
    await expect.poll(() => status(id)).toBe('completed')
  })

  it('ends a wait that the other end asked for', async () => {
    world.fail('a', 503)
    const retries = { attempts: 2, backoffMs: 3_600_000 }
    const { plan } = await executed([call('a', [], { retries })], { timeoutMs: 150 })
    expect(plan).toMatchObject({ status: 'failed', error: expect.stringContaining('did not end within') })
    expect(world.requests).toHaveLength(1)
  })
})

describe('a connector that is taken out of the folder', () => {
  it('fails the steps that call it, and what cannot be undone without it is told', async () => {
    world.hold('a', true)
    const { id } = await executed([call('a', [], undo), call('b', ['a'])], { wait: false })
    await expect.poll(() => world.open.now).toBe(1)
    registry = () => emptyRegistry
    world.hold('a', false)
    await expect.poll(() => status(id)).toBe('failed')
    expect((await get(id)).plan.error).toMatch(/^Step b failed: .*world.*Not undone: step a \(.*world.*\)$/)
    expect(done()).toEqual(['a'])
  })
})

describe('an answer', () => {
  it('that is nested too deep to be written down fails its step', async () => {
    const depth = 1_000_000
    world.answer('a', '['.repeat(depth) + ']'.repeat(depth))
    const { plan } = await executed([call('a'), call('b', ['a'])])
    expect(plan).toMatchObject({ status: 'failed', error: expect.stringContaining('Step a failed') })
    expect(done()).toEqual(['a'])
  })
})

describe('a cancelled plan', () => {
  it('stays cancelled: its workflow is not taken up again without it', async () => {
    const { id, wf } = await executed([call('a'), ask])
    ok(await live.stepgate.plans.cancel(caller, id, 'changed our minds'))
    const resumed = await live.call('POST', `/api/v1/workflows/${wf}/checkpoints/resume`, {})
    expect(resumed.status).toBe(409)
    const { body } = await live.call('GET', `/api/v1/workflows/${wf}`)
    expect(body.status).toBe('aborted')
  })

  it('makes no call any more once that was said, in whatever moment', async () => {
    const real = openOutbound({ readEnv: () => undefined })
    const said = new Set<string>()
    const late: string[] = []
    const other = await startLive({
      policies,
      onPlanFault: (error) => defects.push(error),
      outbound: {
        close: () => real.close(),
        perform: (asked, options) => {
          const workflow = options.idempotencyKey.split('.')[0] as string
          if (said.has(workflow) && !options.signal?.aborted) late.push(workflow)
          return real.perform(asked, options)
        },
      },
      registry: () => world.registry(),
    })
    const { plans } = other.stepgate
    for (let round = 0; round < 40; round++) {
      const steps = [call('a'), call('b', ['a']), call('c', ['b'])]
      const made = ok(await plans.create(caller, { query: 'go', metadata: {}, steps }))
      const { plan } = ok(await plans.execute(caller, made.id, { wait: false }))
      for (let turn = 0; turn < round % 10; turn++) await new Promise((resolve) => setImmediate(resolve))
      await plans.cancel(caller, made.id, 'changed our minds').then(() => said.add(plan.workflowId as string))
    }
    await new Promise((resolve) => setTimeout(resolve, 30))
    await other.close()
    expect(late).toEqual([])
  })
})

describe('a process that ends while plans want to be looked at', () => {
  it('looks at none any more', async () => {
    const other = await startLive({
      policies,
      onPlanFault: (error) => defects.push(error),
      onStoreFault: (error) => defects.push(error),
      outbound: openOutbound({ readEnv: () => undefined }),
      registry: () => world.registry(),
    })
    const { plans } = other.stepgate
    const steps = [call('a'), call('b', ['a'])]
    const made = ok(await plans.create(caller, { query: 'go', metadata: {}, steps }))
    ok(await plans.execute(caller, made.id, { wait: false }))
    await other.close()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(defects).toEqual([])
  })
})
