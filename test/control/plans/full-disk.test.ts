import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { post, startSidecar } from '../../durability/sidecar-process.js'
import { moduleCache } from '../../http/live.js'
import { openWorld, type World } from './world.js'

let folder: string
let world: World
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stepgate-plan-full-'))
  world = await openWorld()
  const operation = (name: string) =>
    `${name}: { method: POST, path: /${name}, body: "{{parameters}}", idempotent: true }`
  writeFileSync(
    join(folder, 'connector.yaml'),
    `apiVersion: stepgate.dev/v1
kind: Connector
metadata: { name: world }
spec:
  type: http
  base_url: ${world.url}
  allow_private: true
  operations: { ${['a', 'b', 'c'].map(operation).join(', ')} }
`,
  )
})
afterAll(async () => {
  await world.close()
  rmSync(folder, { recursive: true, force: true })
})

it('a plan whose call comes back while the disk is full goes on when there is room, and calls nothing twice', async () => {
  const limited = ['sh', '-c', 'ulimit -S -f 3000; exec "$0" "$@"']
  const sidecar = await startSidecar(
    {
      STEPGATE_DATABASE: `file:${join(folder, 'stepgate.db')}`,
      STEPGATE_POLICIES: folder,
      STEPGATE_POLICY_CACHE: moduleCache,
    },
    limited,
  )
  onTestFinished(() => sidecar.kill())
  const step = (name: string, depends_on: string[]) => ({
    name,
    type: 'connector-call',
    connector: 'world',
    operation: name,
    depends_on,
  })
  const steps = [step('a', []), step('b', ['a']), step('c', ['b'])]
  const made = await post(sidecar.url, '/api/v1/plan', { query: 'go', steps })
  expect(made?.body).toMatchObject({ success: true })
  const context = { plan_id: made?.body.plan_id, wait: false }
  world.hold('a', true)
  const begun = await post(sidecar.url, '/api/v1/plan/execute', { query: '', context })
  expect(begun?.status).toBe(200)
  await expect.poll(() => world.open.now).toBe(1)

  const workflow = (await post(sidecar.url, '/api/v1/workflows', { workflow_name: 'filler' }))?.body
    .workflow_id
  const fill = (size: number, n: number) =>
    post(sidecar.url, `/api/v1/workflows/${workflow}/steps/step-${size}-${n}/gate`, {
      step_type: 'tool_call',
      step_input: { text: 'x'.repeat(size) },
    })
  // To the last page, so that not even a few rows can be written.
  for (const size of [50_000, 5000, 1])
    for (let n = 0; (await fill(size, n))?.status !== 503; n++) expect(n).toBeLessThan(400)
  world.hold('a', false)
  await expect.poll(() => world.open.now).toBe(0)
  // Long enough for the result to be refused, and tried again.
  await new Promise((resolve) => setTimeout(resolve, 700))
  expect(world.requests.map(({ operation }) => operation)).toEqual(['a'])

  execFileSync('prlimit', ['--pid', String(sidecar.pid), '--fsize=unlimited'])
  const status = async () => {
    const reply = await fetch(`${sidecar.url}/api/v1/plan/${made?.body.plan_id}`)
    return ((await reply.json()) as { status?: string }).status
  }
  await expect.poll(status, { timeout: 20_000 }).toBe('completed')
  expect(world.requests.map(({ operation }) => operation)).toEqual(['a', 'b', 'c'])
  expect(await sidecar.stop()).toBe(0)
})
