import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStepgate, type Stepgate } from '#src/control/stepgate.js'
import type { PastEvent } from '#src/domain/event.js'
import type { Plan } from '#src/domain/plan/plan.js'
import type { StepRun } from '#src/domain/plan/run.js'
import type { PlanStep } from '#src/domain/plan/step.js'
import type { Workflow } from '#src/domain/workflow.js'
import { openOutbound } from '#src/outbound/open-outbound.js'
import { openPolicies, type Policies } from '#src/policy/bundle/open-policies.js'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import { moduleCache } from '../../http/live.js'
import { openWishWorld, type RandomPlan, randomPlan, type WishWorld } from './random-plans.js'
import { caller, ok } from './steps.js'

let policies: Policies
let world: WishWorld
beforeAll(async () => {
  const folder = fileURLToPath(new URL('policies', import.meta.url))
  policies = await openPolicies({ folder, cacheDir: moduleCache })
  world = await openWishWorld()
})
afterAll(async () => {
  await world.close()
  await policies.close()
})

/** A sidecar's life: some plans, what people do meanwhile in an order that `dice` decides, and ends of the process. */
class Life {
  private stepgate!: Stepgate
  private running = false
  private ahead = 0
  private restarts = 2
  readonly faults: unknown[] = []
  readonly plans: Plan[] = []

  constructor(
    private readonly database: string,
    private readonly dice: () => number,
  ) {}

  async begin(): Promise<void> {
    this.stepgate = await openStepgate({
      database: this.database,
      engine: () => policies.engine(),
      registry: () => world.registry(),
      outbound: openOutbound({ readEnv: () => undefined }),
      now: () => Date.now() + this.ahead,
      onPlanFault: (error) => this.faults.push(error),
      onStoreFault: (error) => this.faults.push(error),
    })
    this.running = true
    await this.stepgate.takeUpPlans()
  }

  async end(): Promise<void> {
    if (!this.running) return
    this.running = false
    await this.stepgate.close()
  }

  async execute({ mode, maxParallel, steps }: RandomPlan): Promise<void> {
    const asked = { query: 'go', metadata: {}, mode, maxParallel, steps }
    const { id } = ok(await this.stepgate.plans.create(caller, asked))
    this.plans.push(ok(await this.stepgate.plans.execute(caller, id, { wait: false })).plan)
  }

  /** Let people do what they do until every plan is over. */
  async live(): Promise<void> {
    for (let quiet = 0; ; ) {
      const open: Plan[] = []
      for (const { id } of this.plans) {
        const { plan } = ok(await this.stepgate.plans.get(caller, id))
        if (plan.status === 'executing') open.push(plan)
      }
      if (open.length === 0) return
      let acted = false
      for (const plan of open) acted = (await this.visit(plan)) || acted
      if (this.restarts > 0 && this.dice() < 0.1) {
        this.restarts--
        await this.end()
        await this.begin()
      }
      await new Promise((resolve) => setTimeout(resolve, this.dice() * 6))
      quiet = acted ? 0 : quiet + 1
      // Whoever wishes to be held until it expires: nothing else happens any more.
      if (quiet === 12) {
        this.ahead += 48 * 60 * 60 * 1000
        await this.stepgate.expireApprovals()
      }
      if (quiet > 600) throw new Error(`Plans ${open.map(({ id }) => id)} do not end`)
    }
  }

  /** @returns whether there was something to do */
  private async visit(plan: Plan): Promise<boolean> {
    const chance = this.dice()
    // Too late is refused, and that is well.
    if (chance < 0.004) await this.stepgate.plans.cancel(caller, plan.id, 'changed our minds')
    const workflow = plan.workflowId as string
    if (chance > 0.996) await this.stepgate.endWorkflow(caller, workflow, 'aborted', 'stop it')
    const { steps } = ok(await this.stepgate.getWorkflow(caller, workflow))
    const { execution } = ok(await this.stepgate.plans.get(caller, plan.id))
    const states = new Map(execution.steps.map(({ id, run }) => [id, run?.state]))
    for (const step of steps) {
      const planned = plan.steps.find(({ id }) => id === step.stepId) as PlanStep
      if (step.approval?.status === 'pending') {
        const { wish } = planned.parameters ?? {}
        if (wish === 'expire' || this.dice() < 0.5) continue
        await this.decide(plan, step.stepId, wish !== 'reject')
        return true
      }
      if (states.get(step.stepId) === 'person' && step.completedAt === undefined) {
        if (this.dice() < 0.5) continue
        const report = { output: { done: true }, idempotencyKey: '' }
        await this.stepgate.completeStep(caller, workflow, step.stepId, report)
        return true
      }
    }
    const manual = plan.mode === 'confirm' || plan.mode === 'step'
    const held = steps.some(({ approval }) => approval?.status === 'pending')
    if (!manual || held || this.dice() < 0.5) return false
    return 'plan' in (await this.stepgate.plans.resume(caller, plan.id, true))
  }

  /** Through one door or another; who is late is refused, and that is well. */
  private async decide({ id, workflowId }: Plan, step: string, yes: boolean): Promise<void> {
    if (this.dice() < 0.5) await this.stepgate.plans.resume(caller, id, yes)
    else {
      const ruling = yes ? 'approve' : 'reject'
      await this.stepgate.decideApproval(caller, workflowId as string, step, ruling, 'as it was wished')
    }
  }
}

interface Ended {
  readonly plan: Plan
  readonly runs: readonly StepRun[]
  readonly workflow: Workflow
  readonly events: readonly PastEvent[]
}

async function whatIsRecorded(path: string, plans: readonly Plan[]): Promise<readonly Ended[]> {
  const store = await openSqliteStore({ path, pid: process.pid })
  const ended = await store.transact((tx) =>
    plans.map(({ key, workflowId }) => {
      const plan = tx.plans.byKey(key)
      const workflow = tx.workflow(caller, workflowId as string) as Workflow
      return { plan, runs: tx.plans.runs(plan), workflow, events: tx.history.ofWorkflow(workflow) }
    }),
  )
  await store.close()
  return ended
}

const bodyOf = ({ body }: PastEvent) => JSON.parse(body) as { final?: boolean; resumed?: boolean }
const endsOfPlans = new Set(['plan_completed', 'plan_failed', 'plan_cancelled'])
const overEvents = new Set(['step_completed', 'plan_step_skipped', 'plan_step_cancelled'])
const endsStep = (event: PastEvent) =>
  overEvents.has(event.type) || (event.type === 'plan_step_failed' && bodyOf(event).final !== false)

const isPersons = (plan: Plan, stepId: string) =>
  plan.steps.some(({ id, type }) => id === stepId && type === 'human-task')

/** What holds of every plan that is over. */
function check({ plan, runs, workflow, events }: Ended): void {
  const of = (type: string, stepId?: string) =>
    events.filter((event) => event.type === type && (stepId === undefined || event.stepId === stepId))
  // The plan, its workflow and its steps say the same, once.
  const agreeing = { completed: ['completed'], failed: ['failed', 'aborted'], cancelled: ['aborted'] }
  expect(Object.keys(agreeing)).toContain(plan.status)
  expect(agreeing[plan.status as keyof typeof agreeing]).toContain(workflow.status)
  expect(events.filter(({ type }) => endsOfPlans.has(type))).toHaveLength(1)
  const over = ['completed', 'failed', 'blocked', 'rejected', 'skipped', 'cancelled']
  for (const { state } of runs) expect(over).toContain(state)
  if (plan.status === 'completed')
    for (const { state } of runs) expect(['completed', 'skipped']).toContain(state)
  const end = events.find(({ type }) => endsOfPlans.has(type)) as PastEvent
  const after = events.filter(({ seq, type }) => seq > end.seq && /^(plan_|compensation_|step_c)/.test(type))
  // What a person did may be reported after the plan has failed: a step of an ended workflow can be completed (WCP §3.1).
  const late = ({ type, stepId = '' }: PastEvent) => type === 'step_completed' && isPersons(plan, stepId)
  expect(after.filter((event) => !late(event))).toEqual([])

  const overAt = new Map<string, number>()
  for (const event of events)
    if (event.stepId !== undefined && endsStep(event)) {
      // A person's report, and the plan was cancelled before it took note.
      if (event.type === 'plan_step_cancelled' && isPersons(plan, event.stepId)) continue
      expect(overAt.has(event.stepId), `${event.stepId} is over twice`).toBe(false)
      overAt.set(event.stepId, event.seq)
    }
  const failedAt = events.find(
    (event) => event.type === 'plan_step_failed' && bodyOf(event).final !== false,
  )?.seq
  for (const run of runs) {
    const step = plan.steps[run.position] as PlanStep
    if (!(run.state === 'cancelled' && isPersons(plan, step.id)))
      expect(overAt.has(step.id), `${step.id} is ${run.state} without an event`).toBe(true)
    // The gate is asked once, before the first attempt; nothing begins before what it depends on is over, or after.
    const gated = of('step_gated', step.id)
    expect(gated.length).toBeLessThan(2)
    expect(of('step_regated', step.id)).toEqual([])
    for (const { seq } of [...gated, ...of('plan_step_started', step.id)]) {
      for (const id of step.dependsOn) expect(overAt.get(id)).toBeLessThan(seq)
      expect(overAt.get(step.id) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(seq)
    }
    for (const started of of('plan_step_started', step.id)) {
      expect(gated[0]?.seq).toBeLessThan(started.seq)
      // What a process left behind is made again, so that it is known.
      if (failedAt !== undefined && started.seq > failedAt) expect(bodyOf(started).resumed).toBe(true)
    }
    // As many requests as attempts, under one key.
    const requests = world.requests.filter((key) => key === run.idempotencyKey).length
    expect(requests).toBeLessThanOrEqual(of('plan_step_started', step.id).length)
    if (step.type === 'connector-call' && run.state === 'completed') expect(requests).toBeGreaterThan(0)
    if (run.state === 'blocked') expect(requests).toBe(0)
    if (run.state === 'skipped') expect(isLeftOut(plan, runs, step)).toBe(true)
  }
  checkUndone({ plan, runs, workflow, events }, overAt)
}

/** A condition chose another way, or nothing that it depends on ran. */
function isLeftOut(plan: Plan, runs: readonly StepRun[], { id, dependsOn }: PlanStep): boolean {
  const run = (of: string) => runs.find(({ stepId }) => stepId === of) as StepRun
  const chosen = plan.steps.some(
    ({ id: condition, ifTrue = [], ifFalse = [] }) =>
      run(condition).state === 'completed' && (run(condition).held ? ifFalse : ifTrue).includes(id),
  )
  return chosen || (dependsOn.length > 0 && dependsOn.every((before) => run(before).state === 'skipped'))
}

/** All that was done and can be undone is, once, last first, unless a person stopped it. */
function checkUndone({ plan, runs, events }: Ended, overAt: ReadonlyMap<string, number>): void {
  const undone = events.filter(({ type }) => type === 'compensation_completed').map(({ stepId }) => stepId)
  const done = runs
    .filter(({ state, position }) => state === 'completed' && plan.steps[position]?.compensation)
    .map(({ stepId }) => stepId)
    .sort((a, b) => (overAt.get(b) ?? 0) - (overAt.get(a) ?? 0))
  if (plan.status === 'failed') expect(undone).toEqual(done)
  else if (plan.status === 'completed') expect(undone).toEqual([])
  else expect(done.slice(0, undone.length)).toEqual(undone)
}

/** Numbers from 0 to 1, the same for a seed. */
function diceOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

it('plans of any shape, whatever comes of their steps and whenever their process ends, come to a right end', async () => {
  const lives = fc.asyncProperty(
    fc.array(randomPlan, { minLength: 6, maxLength: 6 }),
    fc.nat(),
    async (plans, seed) => {
      const folder = await mkdtemp(join(tmpdir(), 'stepgate-random-'))
      const database = join(folder, 'stepgate.db')
      const life = new Life(database, diceOf(seed))
      try {
        await life.begin()
        for (const plan of plans) await life.execute(plan)
        await life.live()
        await life.end()
        expect(life.faults).toEqual([])
        for (const ended of await whatIsRecorded(database, life.plans)) check(ended)
      } finally {
        await life.end()
        await rm(folder, { recursive: true, force: true })
      }
    },
  )
  await fc.assert(lives, { numRuns: 24, endOnFailure: true })
}, 60_000)
