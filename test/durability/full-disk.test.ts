import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { moduleCache } from '../http/live.js'
import { post, startSidecar } from './sidecar-process.js'

describe('a sidecar whose disk is full', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stepgate-full-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('answers 503, loses nothing that it acknowledged, and recovers by itself when there is room', async () => {
    // A limit on the size of the files it writes stands for the disk: the kernel refuses the write in the same place.
    const limited = ['sh', '-c', 'ulimit -S -f 6000; exec "$0" "$@"']
    const sidecar = await startSidecar(
      {
        STEPGATE_DATABASE: `file:${join(folder, 'stepgate.db')}`,
        STEPGATE_POLICIES: new URL('../http/policies', import.meta.url).pathname,
        STEPGATE_POLICY_CACHE: moduleCache,
      },
      limited,
    )
    const made = await post(sidecar.url, '/api/v1/workflows', { workflow_name: 'filler' })
    const workflow = String(made?.body.workflow_id)
    const gate = (step: string) =>
      post(sidecar.url, `/api/v1/workflows/${workflow}/steps/${step}/gate`, {
        step_type: 'tool_call',
        step_input: { text: 'x'.repeat(50_000) },
      })
    const acknowledged: string[] = []
    let refused: Awaited<ReturnType<typeof gate>>
    for (let i = 0; i < 400 && !refused; i++) {
      const reply = await gate(`step-${i}`)
      if (reply?.status === 200) acknowledged.push(`step-${i}`)
      else refused = reply
    }
    expect(refused).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE' } })
    expect(acknowledged.length).toBeGreaterThan(10)
    expect((await gate('while-full'))?.status).toBe(503)
    expect((await fetch(`${sidecar.url}/health/live`)).status).toBe(200)
    expect((await fetch(`${sidecar.url}/health/ready`)).status).toBe(503)

    execFileSync('prlimit', ['--pid', String(sidecar.pid), '--fsize=unlimited'])
    // Traffic that follows readiness would not come back if only traffic could show that there is room.
    while ((await fetch(`${sidecar.url}/health/ready`)).status !== 200)
      await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await gate('room-again'))?.status).toBe(200)
    const seen = await fetch(`${sidecar.url}/api/v1/workflows/${workflow}`)
    const { steps } = (await seen.json()) as { steps: { step_id: string }[] }
    const kept = steps.map(({ step_id }) => step_id)
    expect(kept).toEqual(expect.arrayContaining([...acknowledged, 'room-again']))
    expect(await sidecar.stop()).toBe(0)
  })
})
