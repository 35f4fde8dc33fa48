import { afterAll, describe, expect, it } from 'vitest'

// Plain JavaScript, so that the bench runs on Node alone; loaded by address because it has no declarations.
const part = (name: string) => import(new URL(name, import.meta.url).href)
const { ReplyReader } = await part('connection.mjs')
const { Latencies, median } = await part('latencies.mjs')
const { policySet, policyText } = await part('policies.mjs')
const { gatePool } = await part('gates.mjs')
const { startFloor, startLoad } = await part('processes.mjs')
const { verdicts } = await part('report.mjs')

type Reply = { status: number; body: string }

function readAll(chunks: Buffer[]): Reply[] {
  const reader = new ReplyReader()
  const replies: Reply[] = []
  for (const chunk of chunks) {
    reader.read(chunk, (reply: { status: number; bytes: Buffer; headEnd: number }) =>
      replies.push({ status: reply.status, body: reply.bytes.toString('utf8', reply.headEnd) }),
    )
  }
  return replies
}

describe('the reader of replies', () => {
  const stream = Buffer.from(
    'HTTP/1.1 200 OK\r\ncontent-length: 9\r\nX-A: b\r\n\r\n{"é":"→"}'.replace('9', '12') +
      'HTTP/1.1 204 No Content\r\n\r\n' +
      'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}',
  )
  const whole = [
    { status: 200, body: '{"é":"→"}' },
    { status: 204, body: '' },
    { status: 503, body: '{}' },
  ]

  it('finds every reply wherever the packets are split', () => {
    expect(readAll([stream])).toEqual(whole)
    for (let at = 1; at < stream.length; at += 1) {
      expect(readAll([stream.subarray(0, at), stream.subarray(at)])).toEqual(whole)
    }
    expect(readAll([...stream].map((byte) => Buffer.from([byte])))).toEqual(whole)
  })

  it('refuses a reply whose length it cannot know', () => {
    expect(() => readAll([Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')])).toThrow(
      'without Content-Length',
    )
  })
})

it('percentiles are values that occurred, by nearest rank', () => {
  const latencies = new Latencies()
  for (let value = 100; value > 0; value -= 1) latencies.add(value)
  expect(latencies.spread()).toEqual({ p50: 50, p90: 90, p99: 99, max: 100 })
  expect(median([4, 1, 3, 2])).toBe(2.5)
})

describe.each([10, 100, 1000])('the set of %i policies', (count) => {
  const policies = policySet(count)

  it('is the same in every run, with unique ids and a fifth with regular expressions', () => {
    expect(policySet(count).map(policyText)).toEqual(policies.map(policyText))
    expect(new Set(policies.map((policy: { id: string }) => policy.id)).size).toBe(count)
    const withRegex = policies.filter((policy: { all: { operator: string }[] }) =>
      policy.all.some(({ operator }) => operator === 'regex'),
    )
    expect(withRegex.length).toBe(count / 5)
  })

  it('is asked gates of about 1 kB, of which one in ten matches and few are blocked', () => {
    const gates = gatePool(policies, 4, 200).flatMap((kind: { gates: unknown[] }) => kind.gates)
    const share = (of: (gate: { decision: string; matches: string[] }) => boolean) =>
      gates.filter(of).length / gates.length
    expect(share((gate) => gate.matches.length > 0)).toBeCloseTo(0.1, 1)
    expect(share((gate) => gate.decision === 'block')).toBeLessThan(0.02)
    for (const gate of gates) {
      const size = JSON.stringify(gate.body).length
      expect(size).toBeGreaterThan(700)
      expect(size).toBeLessThan(1300)
    }
  })
})

describe('a window', () => {
  const load = startLoad()
  const constant = {
    headers: { 'content-type': 'application/json' },
    body: '{"decision":"block","cached":true}',
  }
  const floor = startFloor(constant)
  afterAll(async () => {
    await load.stop()
    await (await floor).stop()
  })
  const workflows = Array.from({ length: 40 }, (_, kind) => ({ id: `wf_${kind + 10}`, kind }))

  it('asks every gate once when it has no time limit', async () => {
    const { port } = await floor
    const run = { port, policies: 10, floor: true, connections: 8, workflows, stepsPerWorkflow: 50 }
    expect(await load.measure(run)).toMatchObject({ requests: 2000, answered: 2000, wrong: 0 })
  })

  it('finds replies that the policies did not ask for', async () => {
    const { port } = await floor
    const counted = await load.measure({
      port,
      policies: 10,
      connections: 8,
      workflows,
      stepsPerWorkflow: 50,
    })
    expect(counted.wrong).toBe(counted.checked)
    expect(counted.wrong).toBeGreaterThan(0)
    expect(counted.firstWrong).toContain('expected allow')
  })
})

it('what was not measured is not judged', () => {
  expect(verdicts({})).toEqual([])
})
