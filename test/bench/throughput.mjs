/**
 * Gates per second and their latency beside the floor's, which is measured again in every round: on a noisy machine a
 * figure means little, its ratio to the floor of the same seconds means much.
 * @module
 */
import { median } from './latencies.mjs'
import { syncedAppend } from './machine.mjs'
import { measure, workflowsFor } from './window.mjs'

/**
 * @typedef {import('./window.mjs').Bench} Bench
 * @typedef {import('./window.mjs').Window} Window
 * @typedef {{ connections: number, policies: number | null, rate: number, ratio: number, p50: number, p99: number,
 *   max: number, cpuPerRequest: number, cpuRatio: number, loadCpu: number }} Row medians of the rounds, milliseconds;
 *   `policies` null: the floor. `ratio` and `cpuRatio`: the floor's share of ours, each round with its own floor
 */

export const stepsPerWorkflow = 50
const warm = 0.3
const floorPolicies = 10

/**
 * @param {Bench} bench
 * @param {{ port: number, pid: number }} floor
 * @param {ReadonlyMap<number, { port: number, pid: number }>} servers by the number of their policies
 * @param {readonly number[]} connectionCounts
 * @param {number} idLength of a workflow id
 * @returns {Promise<{ rows: Row[], syncedAppend: number }>}
 */
export async function throughput(bench, floor, servers, connectionCounts, idLength) {
  /** @type {Row[]} */
  const rows = []
  /** @type {number[]} */
  const appends = []
  for (const [policies, server] of servers) {
    bench.say(`warming the server of ${policies} policies`)
    const workflows = await bench.load.create(server.port, 2000)
    await measure(bench, server, {
      policies,
      connections: 32,
      workflows,
      stepsPerWorkflow,
      seconds: bench.warmUp,
    })
  }
  for (const connections of connectionCounts) {
    /** @type {Window[]} */
    const floors = []
    /** @type {Map<number, Window[]>} */
    const ours = new Map([...servers.keys()].map((policies) => [policies, []]))
    for (let round = 0; round < bench.rounds; round += 1) {
      bench.say(`throughput: ${connections} connections, round ${round + 1} of ${bench.rounds}`)
      appends.push(syncedAppend(bench.folder))
      const bare = await measure(bench, floor, {
        policies: floorPolicies,
        floor: true,
        connections,
        workflows: invented(200_000, idLength),
        stepsPerWorkflow,
        seconds: bench.seconds,
        warm,
      })
      floors.push(bare)
      const need = { rate: bare.rate, seconds: bench.seconds + warm, connections, stepsPerWorkflow }
      // Backwards every other round, so that none of them is always the last.
      const order = round % 2 === 0 ? [...servers] : [...servers].reverse()
      for (const [policies, server] of order) {
        const workflows = await workflowsFor(bench, server, need)
        const run = { policies, connections, workflows, stepsPerWorkflow, seconds: bench.seconds, warm }
        ours.get(policies)?.push(await measure(bench, server, run))
      }
    }
    rows.push(rowOf(connections, null, floors, floors))
    for (const [policies, windows] of ours) rows.push(rowOf(connections, policies, windows, floors))
  }
  return { rows, syncedAppend: median(appends) }
}

/** @param {number} connections @param {number | null} policies @param {Window[]} windows @param {Window[]} floors @returns {Row} */
function rowOf(connections, policies, windows, floors) {
  const middle = (/** @type {(window: Window, round: number) => number} */ of) => median(windows.map(of))
  return {
    connections,
    policies,
    rate: middle((window) => window.rate),
    ratio: middle((window, round) => window.rate / floors[round].rate),
    p50: middle((window) => window.latency.p50),
    p99: middle((window) => window.latency.p99),
    max: middle((window) => window.latency.max),
    cpuPerRequest: middle((window) => window.cpuPerRequest),
    cpuRatio: middle((window, round) => floors[round].cpuPerRequest / window.cpuPerRequest),
    loadCpu: Math.max(...windows.map((window) => window.cpu)),
  }
}

/** Workflow ids for the floor, which does not look at them. @param {number} gates @param {number} idLength */
function invented(gates, idLength) {
  const count = gates / stepsPerWorkflow
  return Array.from({ length: count }, (_, kind) => ({
    id: `wf_${String(kind).padStart(idLength - 3, '0')}`,
    kind,
  }))
}
