import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Plan } from '#src/domain/plan/plan.js'
import type { StepRun } from '#src/domain/plan/run.js'
import { KnownPlans } from '#src/store/known-plans.js'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import type { Store, Transaction } from '#src/store/store.js'

const scope = { org: 'o', tenant: 't' }

const newPlan = (n: number): Plan => ({
  ...scope,
  key: 0,
  id: `plan_${n}`,
  client: 't',
  rowVersion: 1,
  version: 1,
  status: 'executing',
  query: '',
  domain: 'generic',
  mode: 'auto',
  metadata: {},
  steps: [],
  maxParallel: 1,
  timeoutMs: 1,
  planning: { by: 'caller', choices: [] },
  estimate: { usd: 0, breakdown: [], unpriced: [] },
  createdAt: 0,
  updatedAt: 0,
  expiresAt: 0,
})

const run = (plan: Plan, position: number, version = 1, more: Partial<StepRun> = {}): StepRun => ({
  planKey: plan.key,
  position,
  stepId: `s${position}`,
  version,
  state: 'waiting',
  attempt: 0,
  idempotencyKey: `${plan.id}.${position}`,
  ...more,
})

const changed = (plan: Plan, more: Partial<Plan> = {}): Plan => ({
  ...plan,
  ...more,
  rowVersion: plan.rowVersion + 1,
})

describe('plans in the store', () => {
  let folder: string
  let store: Store
  const open = () => openSqliteStore({ path: join(folder, 'stepgate.db'), pid: process.pid })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stepgate-plans-'))
    store = await open()
  })
  afterEach(async () => {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })

  const create = (tx: Transaction, n: number, positions = 3): Plan => {
    const plan = tx.plans.create(newPlan(n), '{}')
    const runs = Array.from({ length: positions }, (_, position) => run(plan, position))
    tx.apply({ runs, events: [] })
    return plan
  }
  const reread = async <T>(read: (tx: Transaction) => T): Promise<T> => {
    await store.close()
    store = await open()
    return store.transact(read)
  }

  it('are as the last verb left them, in memory and on disk, however often a group changed them', async () => {
    const plan = await store.transact((tx) => create(tx, 1))
    await Promise.all(
      [1, 2, 3].map((n) =>
        store.transact((tx) => {
          const before = tx.plans.byKey(plan.key)
          const second = tx.plans.runs(before)[1] as StepRun
          const after = { ...second, version: second.version + 1, attempt: n }
          tx.apply({ plan: changed(before, { updatedAt: n }), runs: [after], events: [] })
        }),
      ),
    )
    const look = (tx: Transaction) => [tx.plans.byKey(plan.key), tx.plans.runs(plan)] as const
    const seen = await store.transact(look)
    expect(seen[0]).toMatchObject({ rowVersion: 4, updatedAt: 3 })
    expect(seen[1].map(({ version, attempt }) => [version, attempt])).toEqual([
      [1, 0],
      [4, 3],
      [1, 0],
    ])
    expect(await reread(look)).toEqual(seen)
  })

  it('are not what a verb made of them that broke off, nor one that shared its group', async () => {
    const plan = await store.transact((tx) => create(tx, 1))
    const change = (n: number) => (tx: Transaction) => {
      const before = tx.plans.byKey(plan.key)
      const first = tx.plans.runs(before)[0] as StepRun
      const after = { ...first, version: first.version + 1, attempt: n }
      tx.apply({ plan: changed(before, { updatedAt: n }), runs: [after], events: [] })
      if (n === 2) throw new Error('broken off')
    }
    const ended = await Promise.allSettled([1, 2, 3].map((n) => store.transact(change(n))))
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    const look = (tx: Transaction) => [tx.plans.byKey(plan.key), tx.plans.runs(plan)] as const
    const seen = await store.transact(look)
    expect(seen[0]).toMatchObject({ rowVersion: 3, updatedAt: 3 })
    expect(seen[1][0]).toMatchObject({ version: 3, attempt: 3 })
    expect(await reread(look)).toEqual(seen)
  })

  it('are not written over a version that is not the one they were changed from', async () => {
    const plan = await store.transact((tx) => create(tx, 1))
    const stale = store.transact((tx) => tx.apply({ plan: { ...plan, rowVersion: 3 }, events: [] }))
    await expect(stale).rejects.toThrow('1 of 1 rows changed meanwhile')
    const run1 = run(plan, 1, 7)
    await expect(store.transact((tx) => tx.apply({ runs: [run1], events: [] }))).rejects.toThrow(
      'rows changed',
    )
    expect(await store.transact((tx) => tx.plans.runs(plan)[1]?.version)).toBe(1)
  })

  it('keep all their runs where there are more plans than are remembered', async () => {
    const plans = await store.transact((tx) => Array.from({ length: 1100 }, (_, n) => create(tx, n, 2)))
    for (const plan of [plans[0], plans[1099]] as Plan[]) {
      await store.transact((tx) => {
        // No look at the runs before: who asked earlier still has them.
        tx.apply({ runs: [run(plan, 1, 2, { attempt: 1 })], events: [] })
        expect(tx.plans.runs(plan).map((found) => found?.attempt)).toEqual([0, 1])
      })
      expect(await reread((tx) => tx.plans.runs(plan).map(({ attempt }) => attempt))).toEqual([0, 1])
    }
  })

  it('of another tenant are not found, remembered or not', async () => {
    await store.transact((tx) => create(tx, 1))
    const find = (tx: Transaction) =>
      [scope, { ...scope, tenant: 'x' }].map((of) => tx.plans.find(of, 'plan_1')?.id)
    expect(await store.transact(find)).toEqual(['plan_1', undefined])
    expect(await reread(find)).toEqual(['plan_1', undefined])
  })
})

describe('what is remembered of plans', () => {
  it('is bounded, and nothing of plans that are over: their results may be large', () => {
    const known = new KnownPlans()
    for (let key = 1; key <= 3000; key++) {
      known.remember({ ...newPlan(key), key })
      known.rememberRuns(key, [])
    }
    known.forgetOldest()
    const kept = Array.from({ length: 3000 }, (_, i) => i + 1).filter((key) => known.byKey(key))
    expect(kept).toHaveLength(1024)
    expect(kept.at(-1)).toBe(3000)
    expect(known.byId('plan_3000')).toBeDefined()
    expect(known.byId('plan_1')).toBeUndefined()
    known.change(changed({ ...newPlan(3000), key: 3000 }, { status: 'completed', result: 'large' }))
    expect(known.takeChanged().plans).toHaveLength(1)
    known.forgetOldest()
    expect(known.byKey(3000)).toBeUndefined()
    expect(known.runs(3000)).toBeUndefined()
  })

  it('is of those that were looked at last', () => {
    const known = new KnownPlans()
    for (let key = 1; key <= 1024; key++) known.remember({ ...newPlan(key), key })
    known.byKey(1)
    known.change(changed({ ...newPlan(1), key: 1 }))
    known.takeChanged()
    known.remember({ ...newPlan(2000), key: 2000 })
    known.forgetOldest()
    expect(known.byKey(1)).toBeDefined()
    expect(known.byKey(2)).toBeUndefined()
  })
})
