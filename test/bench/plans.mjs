/**
 * Plans: how many end in a second, what they leave for gates, and what a step costs over calling its connector bare.
 * @module
 */
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { median } from './latencies.mjs'
import { startConnector, startServer } from './processes.mjs'
import { stepsPerWorkflow } from './throughput.mjs'
import { measure, workflowsFor } from './window.mjs'

const policies = 100
const connections = 32
const stepsOfAPlan = 10

/**
 * @typedef {object} Plans
 * @property {number} plans started together
 * @property {number} seconds until the last of them ended, nothing else asked of the server
 * @property {number} secondsBesideGates the same while gates are asked
 * @property {number} gatesAlone per second
 * @property {number} gatesBeside per second, while plans run
 * @property {number} share of the one in the other
 * @property {number} bareCall milliseconds, median
 * @property {number} step milliseconds of one step of a plan that runs one after the other
 */

/** @param {import('./window.mjs').Bench} bench @param {number} count @returns {Promise<Plans>} */
export async function plans(bench, count) {
  const connector = await startConnector()
  const folder = path.join(bench.folder, '../policies-plans')
  fs.cpSync(bench.policyFolder(policies), folder, { recursive: true })
  fs.writeFileSync(path.join(folder, 'connector.yaml'), documents(connector.port))
  const server = await startServer({ ...bench, name: 'plans', policies: folder })
  try {
    bench.say('plans: warming the server')
    const warming = await bench.load.create(server.port, 2000)
    const warm = await measure(bench, server, {
      policies,
      connections,
      workflows: warming,
      stepsPerWorkflow,
      seconds: bench.warmUp,
    })
    await finish(server.port, await begin(server.port, await make(server.port, 50)))

    bench.say(`plans: ${count} alone`)
    const alone = await make(server.port, count)
    const begun = performance.now()
    await finish(server.port, await begin(server.port, alone))
    const seconds = (performance.now() - begun) / 1000

    bench.say('plans: a step beside a bare call')
    const bareCall = await bareCalls(connector.port)
    const step = await stepTime(server.port)

    bench.say(`plans: ${count} beside gates`)
    const windowOf = async (/** @type {number} */ length) => {
      const need = { rate: warm.rate, seconds: length + 0.5, connections, stepsPerWorkflow }
      const workflows = await workflowsFor(bench, server, need)
      return measure(bench, server, {
        policies,
        connections,
        workflows,
        stepsPerWorkflow,
        seconds: length,
        warm: 0.3,
      })
    }
    const before = await windowOf(3)
    const beside = await make(server.port, count)
    const begunBeside = performance.now()
    const all = finish(server.port, await begin(server.port, beside))
    let running = true
    all.then(() => {
      running = false
    })
    /** @type {number[]} */
    const rates = []
    while (running) {
      const window = await windowOf(2)
      if (running) rates.push(window.rate)
    }
    await all
    const secondsBesideGates = (performance.now() - begunBeside) / 1000
    const after = await windowOf(3)
    const gatesAlone = (before.rate + after.rate) / 2
    const gatesBeside = median(rates)
    const share = gatesBeside / gatesAlone
    return { plans: count, seconds, secondsBesideGates, gatesAlone, gatesBeside, share, bareCall, step }
  } finally {
    await server.stop()
    await connector.stop()
  }
}

/** @param {number} port */
const documents = (port) => `apiVersion: stepgate.dev/v1
kind: Connector
metadata: { name: store }
spec:
  type: http
  base_url: http://127.0.0.1:${port}
  allow_private: true
  operations:
    put: { method: POST, path: /put, body: { place: "{{parameters.place}}" }, idempotent: true }
`

/** Half of the steps depend on the first, one on all. @param {number} count @returns {object[]} */
const stepsOf = (count) =>
  Array.from({ length: count }, (_, i) => ({
    name: `put-${i}`,
    type: 'connector-call',
    connector: 'store',
    operation: 'put',
    parameters: { place: `shelf ${i}` },
    depends_on: i === 0 ? [] : i === count - 1 ? Array.from({ length: i }, (_, k) => `put-${k}`) : ['put-0'],
  }))

/** @param {number} port @param {string} at @param {object} body @returns {Promise<any>} */
async function post(port, at, body) {
  const reply = await fetch(`http://127.0.0.1:${port}${at}`, { method: 'POST', body: JSON.stringify(body) })
  const text = await reply.text()
  if (reply.status !== 200) throw new Error(`${at} answered ${reply.status} ${text}`)
  return JSON.parse(text)
}

/** Do something so many times, eight at one time. @template T @param {readonly T[]} items @param {(item: T) => Promise<void>} each */
async function eight(items, each) {
  const left = [...items]
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await each(item)
    }),
  )
}

/** @param {number} port @param {number} count @returns {Promise<string[]>} ids */
async function make(port, count) {
  /** @type {string[]} */
  const ids = []
  await eight(
    Array.from({ length: count }, (_, i) => i),
    async () => {
      const { plan_id: id } = await post(port, '/api/v1/plan', {
        query: 'put things away',
        steps: stepsOf(stepsOfAPlan),
      })
      ids.push(id)
    },
  )
  return ids
}

/** @param {number} port @param {string[]} ids */
async function begin(port, ids) {
  await eight(ids, async (id) => {
    await post(port, '/api/v1/plan/execute', { query: '', context: { plan_id: id, wait: false } })
  })
  return ids
}

/** When all of them are completed. @param {number} port @param {string[]} ids */
async function finish(port, ids) {
  const left = [...ids]
  while (left.length > 0) {
    const reply = await fetch(`http://127.0.0.1:${port}/api/v1/plan/${left[0]}`)
    const { status, error } = /** @type {any} */ (await reply.json())
    if (status === 'completed') left.shift()
    else if (status !== 'running' && status !== 'pending') throw new Error(`A plan is ${status}: ${error}`)
    else await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Milliseconds of one step, of a plan of fifty that run one after the other. @param {number} port */
async function stepTime(port) {
  const times = []
  for (let round = 0; round < 5; round += 1) {
    const steps = stepsOf(50)
    const { plan_id: id } = await post(port, '/api/v1/plan', {
      query: 'put',
      steps,
      execution_mode: 'sequential',
    })
    const begun = performance.now()
    await post(port, '/api/v1/plan/execute', { query: '', context: { plan_id: id } })
    times.push((performance.now() - begun) / steps.length)
  }
  return median(times)
}

/** Milliseconds of one call over a kept connection. @param {number} port */
async function bareCalls(port) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const once = () =>
    new Promise((resolve, reject) => {
      const request = http.request(
        {
          port,
          host: '127.0.0.1',
          method: 'POST',
          path: '/put',
          agent,
          headers: { 'content-type': 'application/json' },
        },
        (response) => {
          response.resume()
          response.on('end', resolve)
        },
      )
      request.on('error', reject)
      request.end('{"place":"shelf 1"}')
    })
  const times = []
  for (let i = 0; i < 1000; i += 1) {
    const begun = performance.now()
    await once()
    times.push(performance.now() - begun)
  }
  agent.destroy()
  return median(times)
}
