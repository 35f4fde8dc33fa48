import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { moduleCache } from '../http/live.js'
import { post, type SidecarProcess, startSidecar } from './sidecar-process.js'

const policies = new URL('../http/policies', import.meta.url).pathname
const callers = 24

/** What callers were told, and must find again. */
interface Told {
  readonly gates: Map<string, { workflow: string; step: string; decisionId: unknown }>
  readonly approvals: Set<string>
  readonly completions: Set<string>
}

describe('a sidecar that is killed under load', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stepgate-kill-'))
  const env = {
    STEPGATE_DATABASE: `file:${join(folder, 'stepgate.db')}`,
    STEPGATE_POLICIES: policies,
    STEPGATE_POLICY_CACHE: moduleCache,
  }
  const told: Told = { gates: new Map(), approvals: new Set(), completions: new Set() }
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each([1, 2, 3, 4, 5])(
    'has every gate, approval and completion that it acknowledged (kill %i)',
    async (round) => {
      const sidecar = await startSidecar(env)
      const work = Array.from({ length: callers }, (_, caller) => run(sidecar, told, `${round}-${caller}`))
      const before = told.gates.size
      // Kill in the middle of the work, at a moment that differs from round to round.
      while (told.gates.size < before + 150 + 37 * round)
        await new Promise((resolve) => setTimeout(resolve, 1))
      await sidecar.kill()
      await Promise.all(work)

      const again = await startSidecar(env)
      const workflows = new Set([...told.gates.values()].map(({ workflow }) => workflow))
      const found = new Map<string, Record<string, unknown>>()
      for (const workflow of workflows) {
        const reply = await fetch(`${again.url}/api/v1/workflows/${workflow}`)
        const { steps } = (await reply.json()) as { steps: Record<string, unknown>[] }
        for (const step of steps) found.set(`${workflow}/${step.step_id}`, step)
        const indexes = steps.map((step) => step.step_index)
        expect(indexes).toEqual(indexes.map((_, i) => i + 1))
      }
      for (const [key, { decisionId }] of told.gates) expect(found.get(key)?.decision_id).toBe(decisionId)
      for (const key of told.approvals) expect(found.get(key)?.approval_status).toBe('approved')
      for (const key of told.completions) expect(found.get(key)?.completed_at).toEqual(expect.any(String))
      expect(await again.stop()).toBe(0)
    },
  )

  it('has seen enough of each to mean something', () => {
    expect(told.gates.size).toBeGreaterThan(1000)
    expect(told.approvals.size).toBeGreaterThan(50)
    expect(told.completions.size).toBeGreaterThan(200)
  })
})

/** Gate, approve where a person is wanted, complete, and on, until the connection breaks. */
async function run(sidecar: SidecarProcess, told: Told, name: string): Promise<void> {
  for (let turn = 0; ; turn++) {
    const made = await post(sidecar.url, '/api/v1/workflows', { workflow_name: `${name}-${turn}` })
    if (!made) return
    const workflow = String(made.body.workflow_id)
    for (let i = 0; i < 6; i++) {
      const step = `step-${i}`
      const key = `${workflow}/${step}`
      const path = `/api/v1/workflows/${workflow}/steps/${step}`
      const fields = { step_type: 'tool_call', step_name: i % 3 === 2 ? 'deploy' : 'work', step_input: { i } }
      const gated = await post(sidecar.url, `${path}/gate`, fields)
      if (gated?.status !== 200) return
      told.gates.set(key, { workflow, step, decisionId: gated.body.decision_id })
      if (gated.body.decision === 'require_approval') {
        const approved = await post(sidecar.url, `${path}/approve`, { comment: 'approved by the test' })
        if (approved?.status !== 200) return
        told.approvals.add(key)
      }
      const completed = await post(sidecar.url, `${path}/complete`, { output: { i } })
      if (completed?.status !== 204) return
      told.completions.add(key)
    }
  }
}
