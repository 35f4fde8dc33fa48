import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Live, type LiveOptions, startLive } from './live.js'
import { wires } from './wire.js'

const ways: readonly (readonly [string, LiveOptions, LiveOptions])[] = [
  ['two listeners', {}, {}],
  ['two mounted apps', { mounted: true }, { mounted: true }],
  ['a listener and a mounted app', {}, { mounted: true }],
]

describe.each(ways)('two gates in one process (%s)', (_, first, second) => {
  const folders: string[] = []
  let gates: readonly { live: Live; name: string; decision: string }[]

  /** A gate whose only policy speaks of its own callers. */
  async function start(name: string, action: string, options: LiveOptions) {
    const policies = mkdtempSync(join(tmpdir(), 'stepgate-two-'))
    folders.push(policies)
    writeFileSync(
      join(policies, 'own.yaml'),
      `apiVersion: stepgate.dev/v1
kind: Policy
metadata: { id: ${name} }
spec:
  when: [{ field: org_id, operator: equals, value: ${name} }]
  action: ${action}
  reason: said by ${name}
`,
    )
    // Names that the other gate does not go by.
    const live = await startLive({ ...options, policies, org: name, hosts: ['127.0.0.1', `${name}.test`] })
    return { live, name, decision: action }
  }
  beforeAll(async () => {
    gates = [await start('one', 'block', first), await start('two', 'require_approval', second)]
  })
  afterAll(async () => {
    for (const { live } of gates) await live.close()
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })
  const revisionOf = async (live: Live) => (await live.call('GET', '/api/v1/policies/revision')).body.id
  const oneWire = wires(() => gates[0]!.live.url)
  const twoWire = wires(() => gates[1]!.live.url)

  it('judge the same callers by their own policies and name their own revisions, in turns and at once', async () => {
    const revisions = await Promise.all(gates.map(({ live }) => revisionOf(live)))
    expect(new Set(revisions).size).toBe(2)
    const ask = async (gate: number, turn: number) => {
      const { live, name, decision } = gates[gate]!
      const caller = live.as('acme', `user-${turn % 2}`)
      const made = await caller.call('POST', '/api/v1/workflows', { workflow_name: 'w' })
      const path = `/api/v1/workflows/${made.body.workflow_id}/steps/s/gate`
      const reply = await caller.call('POST', path, { step_type: 'tool_call' })
      expect(reply.body).toMatchObject({ decision, policy_ids: [name], reason: `said by ${name}` })
      for (const { headers } of [made, reply])
        expect(headers.get('x-stepgate-policy-revision')).toBe(revisions[gate])
      expect(reply.body.policy_bundle).toBe(revisions[gate])
    }
    for (let turn = 0; turn < 6; turn++) await ask(turn % 2, turn)
    await Promise.all(Array.from({ length: 40 }, (_, turn) => ask(turn % 2, turn)))
  })

  it('do not know one another\u2019s workflows', async () => {
    const [one, two] = gates.map(({ live }) => live.as('acme')) as [Live, Live]
    const { body } = await one.call('POST', '/api/v1/workflows', { workflow_name: 'w' })
    expect((await one.call('GET', `/api/v1/workflows/${body.workflow_id}`)).status).toBe(200)
    expect((await two.call('GET', `/api/v1/workflows/${body.workflow_id}`)).status).toBe(404)
    const gate = `/api/v1/workflows/${body.workflow_id}/steps/s/gate`
    expect((await two.call('POST', gate, { step_type: 'tool_call' })).status).toBe(404)
  })

  it('answer by their own names only, whatever name the other one was asked by before', async () => {
    const asked: [string, string][] = []
    for (const host of ['one.test', 'two.test', 'two.test', 'one.test']) {
      for (const open of [oneWire, twoWire]) {
        for (const request of ['GET /health/live', 'POST /api/v1/workflows/w/steps/s/gate']) {
          const { send, replies } = await open()
          await send(`${request} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\n\r\n`)
          const status = ((await replies(1))[0] as string).split(' ')[1] as string
          asked.push([
            `${open === oneWire ? 'one' : 'two'} as ${host}`,
            status === '403' ? 'refused' : 'answered',
          ])
        }
      }
    }
    for (const [how, outcome] of asked)
      expect([how, outcome]).toEqual([how, /one as one|two as two/.test(how) ? 'answered' : 'refused'])
  })
})
