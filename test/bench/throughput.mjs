/**
 * Gates per second and their latency beside the floor's, which is measured again before every window: on a noisy machine a
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
 *   `policies` null: the floor. `ratio` and `cpuRatio`: the floor's share of ours, each window with its own floor
 *
 * @typedef {{ window: Window, floor: Window }} Pair one right after the other
 */

export const stepsPerWorkflow = 50
const warm = 0.3
/** Asked in twice as many windows, since its share of the floor is what is owed: the median is surer. */
const closely = 32
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
  // Short windows, many of them: a neighbour then spoils a small share.
  const seconds = bench.seconds / 2
  const askedOfFloor = invented(200_000, idLength)
  for (const connections of connectionCounts) {
    const rounds = connections === closely ? bench.rounds * 2 : bench.rounds
    const run = { connections, stepsPerWorkflow, seconds, warm }
    /** @type {Map<number, Pair[]>} */
    const pairs = new Map([...servers.keys()].map((policies) => [policies, []]))
    for (let round = 0; round < rounds; round += 1) {
      bench.say(`throughput: ${connections} connections, round ${round + 1} of ${rounds}`)
      appends.push(syncedAppend(bench.folder))
      // Backwards every other round, so that none of them is always the last.
      const order = round % 2 === 0 ? [...servers] : [...servers].reverse()
      for (const [policies, server] of order) {
        const bare = await measure(bench, floor, {
          ...run,
          policies: floorPolicies,
          floor: true,
          workflows: askedOfFloor,
        })
        const need = { rate: bare.rate, seconds: seconds + warm, connections, stepsPerWorkflow }
        const workflows = await workflowsFor(bench, server, need)
        pairs.get(policies)?.push({
          window: await measure(bench, server, { ...run, policies, workflows }),
          floor: bare,
        })
      }
    }
    const floors = [...pairs.values()].flat().map((pair) => ({ window: pair.floor, floor: pair.floor }))
    rows.push(rowOf(connections, null, floors))
    for (const [policies, ours] of pairs) rows.push(rowOf(connections, policies, ours))
  }
  return { rows, syncedAppend: median(appends) }
}

/** @param {number} connections @param {number | null} policies @param {Pair[]} pairs @returns {Row} */
function rowOf(connections, policies, pairs) {
  const middle = (/** @type {(pair: Pair) => number} */ of) => median(pairs.map(of))
  return {
    connections,
    policies,
    rate: middle(({ window }) => window.rate),
    ratio: middle(({ window, floor }) => window.rate / floor.rate),
    p50: middle(({ window }) => window.latency.p50),
    p99: middle(({ window }) => window.latency.p99),
    max: middle(({ window }) => window.latency.max),
    cpuPerRequest: middle(({ window }) => window.cpuPerRequest),
    cpuRatio: middle(({ window, floor }) => floor.cpuPerRequest / window.cpuPerRequest),
    loadCpu: Math.max(...pairs.map(({ window }) => window.cpu)),
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
