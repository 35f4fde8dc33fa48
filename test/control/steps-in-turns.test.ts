import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStepgate, type Stepgate } from '#src/control/stepgate.js'
import { isRefusal } from '#src/domain/errors.js'
import type { GateRequest } from '#src/domain/gate/request.js'
import { openPolicies, type Policies } from '#src/policy/bundle/open-policies.js'
import { moduleCache } from '../http/live.js'

const me = { org: 'local', tenant: 'acme', client: 'acme', open: true }
const request: GateRequest = {
  stepType: 'llm_call',
  stepInput: {},
  retryPolicy: 'idempotent',
  idempotencyKey: '',
  includePriorOutput: false,
}
const STEPS = 1_000
const stepIds = Array.from({ length: STEPS }, (_, i) => `s-${i}`)

let folder: string
let policies: Policies
let stepgate: Stepgate
let id: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stepgate-steps-'))
  const at = new URL('../http/policies', import.meta.url).pathname
  policies = await openPolicies({ folder: at, cacheDir: moduleCache, watch: false })
  stepgate = await openStepgate({
    database: `file:${join(folder, 'gate.db')}`,
    engine: () => policies.engine(),
  })
  id = await started()
  for (const stepId of stepIds) await stepgate.checkGate(me, id, stepId, request)
})
afterAll(async () => {
  await stepgate.close()
  await policies.close()
  rmSync(folder, { recursive: true, force: true })
})

async function started(by = stepgate): Promise<string> {
  const workflow = await by.createWorkflow(me, { name: 'long', source: 'external', metadata: {} })
  if (isRefusal(workflow)) throw new Error(JSON.stringify(workflow))
  return workflow.id
}

/** One after the other: the second comes when the read is under way. */
async function twoGates(by: Stepgate, workflow: string): Promise<void> {
  await by.checkGate(me, workflow, 'meanwhile', request)
  await by.checkGate(me, workflow, 'and then', request)
}

async function read() {
  const found = await stepgate.getWorkflow(me, id)
  if (isRefusal(found)) throw new Error(JSON.stringify(found))
  return found.steps.map(({ stepId }) => stepId)
}

describe('a workflow of a thousand steps', () => {
  it('is read whole and in order, alone and in a list', async () => {
    expect(await read()).toEqual(stepIds)
    const small = await started()
    await stepgate.checkGate(me, small, 'only', request)
    const { rows, total } = await stepgate.listWorkflows(me, { limit: 10, offset: 0 })
    expect(total).toBe(2)
    expect(rows.map(({ workflow, steps }) => [workflow.id, steps.map(({ stepId }) => stepId)])).toEqual([
      [small, ['only']],
      [id, stepIds],
    ])
  })

  it('lets gates pass while it is read', async () => {
    const ended: string[] = []
    const other = await started()
    await Promise.all([
      read().then(() => ended.push('read')),
      twoGates(stepgate, other).then(() => ended.push('gates')),
    ])
    expect(ended).toEqual(['gates', 'read'])
  })
})

describe('a workflow of some dozens of steps', () => {
  it('lets gates pass while it is read, where each step takes long', async () => {
    const ended: string[] = []
    let now = Date.now()
    const slow = await openStepgate({
      database: `file:${join(folder, 'slow.db')}`,
      engine: () => policies.engine(),
      now: () => (now += 1000),
    })
    const [large, other] = [await started(slow), await started(slow)]
    for (const stepId of stepIds.slice(0, 60)) await slow.checkGate(me, large, stepId, request)
    await Promise.all([
      slow.getWorkflow(me, large).then(() => ended.push('read')),
      twoGates(slow, other).then(() => ended.push('gates')),
    ])
    await slow.close()
    expect(ended).toEqual(['gates', 'read'])
  })
})
