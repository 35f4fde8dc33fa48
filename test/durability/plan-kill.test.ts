import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPlanWorld, type PlanWorld, planDocuments, twelveSteps } from './plan-world.js'
import { post, type SidecarProcess, startSidecar } from './sidecar-process.js'

const kills = 20
/** Within so many milliseconds of its execution a plan has ended where nothing is killed. */
const planTakesMs = 700

let folder: string
let world: PlanWorld
let sidecar: SidecarProcess
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepgate-plan-kill-'))
  world = await openPlanWorld()
  const server = fileURLToPath(new URL('../outbound/mcp-server.mjs', import.meta.url))
  await writeFile(join(folder, 'documents.yaml'), planDocuments(world.url, server))
  sidecar = await start()
}, 60_000)
afterAll(async () => {
  await sidecar?.kill()
  await world?.close()
  await rm(folder, { recursive: true, force: true })
})

const start = () =>
  startSidecar({
    STEPGATE_DATABASE: join(folder, 'stepgate.db'),
    STEPGATE_POLICIES: folder,
    STEPGATE_POLICY_CACHE: join(folder, '.cache'),
  })

// biome-ignore lint/suspicious/noExplicitAny: replies are looked into by their contract names
async function get(path: string): Promise<any> {
  try {
    return await (await fetch(`${sidecar.url}${path}`)).json()
  } catch {
    return undefined
  }
}

async function begin(body: object): Promise<string> {
  const made = await post(sidecar.url, '/api/v1/plan', body)
  expect(made).toMatchObject({ status: 200, body: { success: true } })
  const id = made?.body.plan_id as string
  const context = { plan_id: id, wait: false }
  expect(await post(sidecar.url, '/api/v1/plan/execute', { query: '', context })).toMatchObject({
    status: 200,
  })
  return id
}

/** A reviewer who approves whatever waits. */
async function approveAll(): Promise<void> {
  const pending = await get('/api/v1/workflows/approvals/pending?limit=100')
  for (const { workflow_id, step_id } of pending?.pending_approvals ?? [])
    await post(sidecar.url, `/api/v1/workflows/${workflow_id}/steps/${step_id}/approve`, {
      comment: 'approved as ordered',
    })
}

async function ended(id: string): Promise<Record<string, unknown>> {
  for (;;) {
    await approveAll()
    const plan = await get(`/api/v1/plan/${id}`)
    if (plan && plan.status !== 'running' && plan.status !== 'pending') return plan
    await wait(30)
  }
}

/** What matters of how a plan ended. */
function finalState(plan: Record<string, unknown>) {
  const steps = plan.steps as { step_name: string; status: string }[]
  return {
    status: plan.status,
    error: plan.error,
    steps: Object.fromEntries(steps.map(({ step_name, status }) => [step_name, status])),
  }
}

it(`a plan of twelve steps ends the same way whenever its process is killed, and does nothing twice`, async () => {
  const asked = { query: 'buy tin', steps: twelveSteps }
  const reference = finalState(await ended(await begin(asked)))
  expect(reference).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('strangers get no mail'),
    steps: { search: 'completed', order: 'completed', complain: 'skipped', tell: 'blocked' },
  })
  const planned = await begin({ query: 'write about tin', context: { planner: 'llm' } })
  const plannedReference = finalState(await ended(planned))
  expect(plannedReference.status).toBe('completed')

  const ids: string[] = []
  for (let round = 0; round < kills; round++) {
    const [one, two] = await Promise.all([
      begin(asked),
      begin({ query: 'write about tin', context: { planner: 'llm' } }),
    ])
    ids.push(one)
    const until = Date.now() + Math.random() * planTakesMs
    while (Date.now() < until) {
      await approveAll()
      await wait(10)
    }
    const before = await get(`/api/v1/plan/${one}`)
    const seen = new Map(world.requests)
    await sidecar.kill()
    sidecar = await start()
    expect(finalState(await ended(one)), `killed in round ${round}`).toEqual(reference)
    expect(finalState(await ended(two)), `killed in round ${round}`).toEqual(plannedReference)
    // A step whose completion was recorded is not run again.
    const workflow = before.workflow_id as string
    for (const [i, { step_id, status }] of before.steps.entries()) {
      const name = [...seen.keys()].find((key) => key.endsWith(` ${workflow}.${i + 1}`))
      if (status === 'completed' && name)
        expect(world.requests.get(name), `${step_id} ran again`).toBe(seen.get(name))
    }
  }

  // Every side effect exactly once: the shop knows a repeated call by its key.
  expect(new Set(world.effects).size).toBe(world.effects.length)
  for (const id of ids) {
    const { workflow_id: workflow } = await get(`/api/v1/plan/${id}`)
    const done = world.effects
      .filter((effect) => effect.includes(workflow))
      .map((effect) => effect.split(' ')[0])
    expect(done.toSorted()).toEqual(['cancel', 'order', 'price', 'price', 'price', 'price', 'search'])
  }
}, 240_000)
