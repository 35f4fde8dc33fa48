import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStepgate, type Stepgate } from '#src/control/stepgate.js'
import { isRefusal } from '#src/domain/errors.js'
import type { GateRequest } from '#src/domain/gate/request.js'
import type { Workflow } from '#src/domain/workflow.js'
import { openPolicies, type Policies } from '#src/policy/bundle/open-policies.js'
import { openSqliteStore } from '#src/store/sqlite-store.js'
import { freshWorkflow } from '../fresh-workflow.js'
import { moduleCache } from '../http/live.js'
import { firstGate } from './first-gate.js'
import { killedCopy } from './killed-copy.js'

const me = { org: 'local', tenant: 'acme', client: 'acme', open: true }
let policies: Policies
beforeAll(async () => {
  const folder = new URL('../http/policies', import.meta.url).pathname
  policies = await openPolicies({ folder, cacheDir: moduleCache, watch: false })
})
afterAll(() => policies.close())

let folder: string
const open = (at: string) =>
  openStepgate({ database: `file:${join(at, 'gate.db')}`, engine: () => policies.engine() })

/** What a process that is killed at this moment leaves, opened by the next one. */
const afterKill = (): Promise<Stepgate> => open(killedCopy(folder))

async function workflowOf(stepgate: Stepgate, id: string) {
  const found = await stepgate.getWorkflow(me, id)
  if (isRefusal(found)) throw new Error(JSON.stringify(found))
  const { version: _, key: __, costUsd, ...rest } = found.workflow
  return { ...rest, costUsd: Number(costUsd.toFixed(9)), steps: found.steps }
}

const request = (spent: number, name = 'work'): GateRequest => ({
  stepType: 'tool_call',
  stepName: name,
  stepInput: { spent },
  tokensIn: spent,
  tokensOut: spent * 2,
  costUsd: spent / 8,
  retryPolicy: 'idempotent',
  idempotencyKey: '',
  includePriorOutput: false,
})

type Act = 'gate' | 'gate anew' | 'hold' | 'approve' | 'complete' | 'complete ungated' | 'list' | 'abort'
interface Doing {
  readonly act: Act
  readonly workflow: number
  readonly spent: number
  /** Without waiting for what was begun before. */
  readonly together: boolean
}

const act: fc.Arbitrary<Doing> = fc.record({
  act: fc.oneof(
    { weight: 8, arbitrary: fc.constant<Act>('gate') },
    {
      weight: 5,
      arbitrary: fc.constantFrom<Act>('gate anew', 'hold', 'approve', 'complete', 'complete ungated', 'list'),
    },
    { weight: 1, arbitrary: fc.constant<Act>('abort') },
  ),
  workflow: fc.nat(2),
  spent: fc.nat(500),
  together: fc.boolean(),
})

async function perform(stepgate: Stepgate, ids: readonly string[], acts: readonly Doing[]) {
  const gated = ids.map(() => 0)
  const doing: Promise<unknown>[] = []
  for (const { act, workflow, spent, together } of acts) {
    const id = ids[workflow] as string
    const last = `s${gated[workflow]}`
    const next = () => `s${++(gated[workflow] as number)}`
    const one = {
      gate: () => stepgate.checkGate(me, id, next(), request(spent)),
      'gate anew': () => stepgate.checkGate(me, id, last, { ...request(spent), retryPolicy: 'reevaluate' }),
      hold: () => stepgate.checkGate(me, id, next(), request(spent, 'deploy')),
      approve: () => stepgate.decideApproval(me, id, last, 'approve', 'fine'),
      complete: () => stepgate.completeStep(me, id, last, { tokensIn: spent, idempotencyKey: '' }),
      'complete ungated': () =>
        stepgate.completeStep(me, id, `u${spent}`, { tokensOut: spent, idempotencyKey: '' }),
      list: () => stepgate.listWorkflows(me, { limit: 5, offset: 0 }),
      abort: () => stepgate.endWorkflow(me, id, 'aborted', 'enough'),
    }[act]()
    doing.push(one)
    if (!together) await Promise.all(doing)
  }
  await Promise.all(doing)
}

describe('totals of workflows', () => {
  it('are the same to the next process, whenever this one is killed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(act, { minLength: 1, maxLength: 12 }), { maxLength: 3 }),
        async (lives) => {
          folder = mkdtempSync(join(tmpdir(), 'stepgate-totals-'))
          let stepgate = await open(folder)
          try {
            const ids: string[] = []
            for (const name of ['a', 'b', 'c']) {
              const made = await stepgate.createWorkflow(me, { name, source: 'external', metadata: {} })
              if (isRefusal(made)) throw new Error('not created')
              ids.push(made.id)
            }
            for (const acts of lives) {
              await perform(stepgate, ids, acts)
              const next = await afterKill()
              for (const id of ids) expect(await workflowOf(next, id)).toEqual(await workflowOf(stepgate, id))
              // What was added up is in the rows now, and the versions are right to go on from.
              for (const id of ids) expect(await next.endWorkflow(me, id, 'aborted')).toBeDefined()
              await next.close()
            }
            await stepgate.close()
            stepgate = await open(folder)
            const read = await stepgate.listWorkflows(me, { limit: 5, offset: 0 })
            for (const { workflow, steps } of read.rows) expect(workflow.stepCount).toBe(steps.length)
          } finally {
            await stepgate.close()
            rmSync(folder, { recursive: true, force: true })
          }
        },
      ),
      { numRuns: 25 },
    )
  })

  it('end at the largest number there is, for this process and the next', async () => {
    folder = mkdtempSync(join(tmpdir(), 'stepgate-totals-'))
    const stepgate = await open(folder)
    try {
      const made = await stepgate.createWorkflow(me, { name: 'dear', source: 'external', metadata: {} })
      if (isRefusal(made)) throw new Error('not created')
      const gate = (by: Stepgate, step: string) =>
        by.checkGate(me, made.id, step, { ...request(0), costUsd: 1e308 })
      for (const step of ['a', 'b', 'c']) await gate(stepgate, step)
      const next = await afterKill()
      for (const each of [stepgate, next]) {
        expect(await gate(each, 'd')).toMatchObject({
          decision: 'block',
          evaluated: [{ policyId: 'budget' }],
        })
        expect((await workflowOf(each, made.id)).costUsd).toBe(Number.MAX_VALUE)
      }
      await next.close()
    } finally {
      await stepgate.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('are the same after a verb broke its promise and the database was opened anew', async () => {
    folder = mkdtempSync(join(tmpdir(), 'stepgate-totals-'))
    const store = await openSqliteStore({ path: join(folder, 'gate.db'), pid: process.pid })
    try {
      const scope = { org: 'o', tenant: 't' }
      const made = await store.transact((tx) => tx.createWorkflow(freshWorkflow(), '{}'))
      await store.transact((tx) => tx.apply(firstGate(made, tx.nextSeq())))
      const broken = store.transact(() => {
        throw new Error('broken')
      })
      await expect(broken).rejects.toThrow('broken')
      const read = () => store.transact((tx) => tx.workflow(scope, 'wf'))
      expect(await read()).toMatchObject({ version: 2, stepCount: 1, tokensIn: 7, costUsd: 0.5 })
      const ended = { ...((await read()) as Workflow), version: 3, status: 'completed' as const }
      await store.transact((tx) => tx.apply({ workflow: ended, events: [] }))
      expect(await read()).toMatchObject({ version: 3, stepCount: 1, tokensIn: 7, status: 'completed' })
    } finally {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
