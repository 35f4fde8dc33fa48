import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStepgate, type Stepgate } from '#src/control/stepgate.js'
import type { Plan } from '#src/domain/plan/plan.js'
import type { PlanStep } from '#src/domain/plan/step.js'
import { openOutbound } from '#src/outbound/open-outbound.js'
import { openPolicies, type Policies } from '#src/policy/bundle/open-policies.js'
import { moduleCache } from '../../http/live.js'
import { caller } from './steps.js'
import { openWorld, type World } from './world.js'

let folder: string
let world: World
let policies: Policies
let stepgate: Stepgate
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepgate-restart-'))
  world = await openWorld()
  const own = fileURLToPath(new URL('policies', import.meta.url))
  policies = await openPolicies({ folder: own, cacheDir: moduleCache })
  stepgate = await open()
})
afterEach(async () => {
  await stepgate.close()
  await policies.close()
  await world.close()
  await rm(folder, { recursive: true, force: true })
})

const open = (): Promise<Stepgate> =>
  openStepgate({
    database: join(folder, 'stepgate.db'),
    engine: () => policies.engine(),
    registry: () => world.registry(),
    outbound: openOutbound({ readEnv: () => undefined }),
  })

async function restarted(): Promise<void> {
  await stepgate.close()
  stepgate = await open()
}

const call = (operation: string, dependsOn: string[] = [], more: Partial<PlanStep> = {}): PlanStep => ({
  id: operation,
  name: operation,
  type: 'connector-call',
  call: { connector: 'world', operation },
  dependsOn,
  ...more,
})

async function begun(steps: PlanStep[]): Promise<Plan> {
  const plan = await stepgate.plans.create(caller, { query: 'go', metadata: {}, steps })
  if ('refused' in plan) throw new Error(JSON.stringify(plan))
  const executed = await stepgate.plans.execute(caller, plan.id, { wait: false })
  if ('refused' in executed) throw new Error(JSON.stringify(executed))
  return executed.plan
}

const status = async ({ id }: Plan) => {
  const found = await stepgate.plans.get(caller, id)
  return 'refused' in found ? found.refused : found.plan.status
}

describe('a process that ends and begins again', () => {
  it('makes the call that was under way again, under the same key, and runs no step that was completed', async () => {
    world.hold('b', true)
    const plan = await begun([call('a'), call('b', ['a']), call('c', ['b'])])
    await expect.poll(() => world.requests.length).toBe(2)
    await restarted()
    world.hold('b', false)
    await stepgate.takeUpPlans()
    await expect.poll(() => status(plan)).toBe('completed')
    expect(world.requests.map(({ operation }) => operation)).toEqual(['a', 'b', 'b', 'c'])
    expect(world.requests[1]?.key).toBe(world.requests[2]?.key)
    expect(world.effects.map(({ operation }) => operation)).toEqual(['a', 'b', 'c'])
  })

  it('goes on with a step that was approved while nobody ran the plan', async () => {
    const plan = await begun([call('a', [], { name: 'deploy' })])
    const pending = async () => (await stepgate.pendingApprovals(caller, 5)).total
    await expect.poll(pending).toBe(1)
    await restarted()
    await stepgate.decideApproval(caller, plan.workflowId ?? '', 'a', 'approve', 'approved at night')
    expect(world.requests).toEqual([])
    await stepgate.takeUpPlans()
    await expect.poll(() => status(plan)).toBe('completed')
  })

  it('waits out the rest of a retry', async () => {
    world.fail('a', 503)
    const plan = await begun([call('a', [], { retries: { attempts: 2, backoffMs: 300 } })])
    await expect.poll(() => world.requests.length).toBe(1)
    await restarted()
    await stepgate.takeUpPlans()
    await expect.poll(() => status(plan)).toBe('completed')
    expect(world.requests).toHaveLength(2)
  })
})
