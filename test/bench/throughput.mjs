/**
 * Gates per second and their latency beside the floor's, which is measured again before every window: on a noisy machine a
 * figure means little, its ratio to the floor of the same seconds means much. And it is measured over several
 * processes: two of one program, the floor's too, may differ by a tenth for as long as they live.
 * @module
 */
import { median } from './latencies.mjs'
import { syncedAppend } from './machine.mjs'
import { startFloor, startServer } from './processes.mjs'
import { sampleReply } from './sample.mjs'
import { measure, workflowsFor } from './window.mjs'

/**
 * @typedef {import('./window.mjs').Bench} Bench
 * @typedef {import('./window.mjs').Window} Window
 * @typedef {{ connections: number, policies: number | null, rate: number, ratio: number, p50: number, p99: number,
 *   max: number, cpuPerRequest: number, cpuRatio: number, loadCpu: number }} Row medians of the windows, milliseconds;
 *   `policies` null: the floor. `ratio` and `cpuRatio`: the floor's share of ours, each window with its own floor
 *
 * @typedef {import('./processes.mjs').Running} Running
 * @typedef {{ window: Window, floor: Window }} Pair one right after the other
 * @typedef {Pair & { connections: number, policies: number }} Measured
 */

export const stepsPerWorkflow = 50
const warm = 0.3
/** Asked in twice as many windows, since its share of the floor is what is owed: the median is surer. */
const closely = 32
const floorPolicies = 10

/**
 * @param {Bench} bench
 * @param {readonly number[]} sizes of policy sets
 * @param {readonly number[]} connectionCounts
 * @returns {Promise<{ rows: Row[], syncedAppend: number }>}
 */
export async function throughput(bench, sizes, connectionCounts) {
  /** @type {Measured[]} */
  const measured = []
  /** @type {number[]} */
  const appends = []
  for (let take = 1; take <= bench.takes; take += 1) {
    /** @type {Map<number, Running>} */
    const servers = new Map()
    for (const policies of sizes) {
      bench.say(`throughput, processes ${take} of ${bench.takes}: warming the server of ${policies} policies`)
      servers.set(policies, await startWarm(bench, policies, take))
    }
    const [any] = servers.values()
    const { idLength, reply } = await sampleReply(/** @type {Running} */ (any).port)
    const floor = await startFloor(reply)
    for (const connections of connectionCounts) {
      const found = await measureBeside(bench, floor, servers, connections, idLength)
      measured.push(...found.measured)
      appends.push(...found.appends)
    }
    for (const running of [floor, ...servers.values()]) await running.stop()
  }
  const rows = connectionCounts.flatMap((connections) => {
    const pairs = measured.filter((pair) => pair.connections === connections)
    const floors = pairs.map(({ floor }) => ({ window: floor, floor }))
    const ofSize = (/** @type {number} */ size) => pairs.filter(({ policies }) => policies === size)
    return [rowOf(connections, null, floors), ...sizes.map((size) => rowOf(connections, size, ofSize(size)))]
  })
  return { rows, syncedAppend: median(appends) }
}

/** @param {Bench} bench @param {number} policies @param {number} take */
async function startWarm(bench, policies, take) {
  const name = `gates-${policies}-${take}`
  const server = await startServer({ ...bench, name, policies: bench.policyFolder(policies) })
  const workflows = await bench.load.create(server.port, 2000)
  const run = { policies, connections: closely, workflows, stepsPerWorkflow }
  await measure(bench, server, { ...run, seconds: bench.warmUp })
  return server
}

/**
 * Each server's windows at one number of connections.
 * @param {Bench} bench @param {Running} floor
 * @param {ReadonlyMap<number, Running>} servers by the number of their policies
 * @param {number} connections @param {number} idLength of a workflow id
 * @returns {Promise<{ measured: Measured[], appends: number[] }>}
 */
async function measureBeside(bench, floor, servers, connections, idLength) {
  /** @type {Measured[]} */
  const measured = []
  /** @type {number[]} */
  const appends = []
  // Short windows, many of them: a neighbour then spoils a small share.
  const seconds = bench.seconds / 2
  const askedOfFloor = invented(200_000, idLength)
  const windows = Math.ceil(bench.rounds / bench.takes)
  const rounds = connections === closely ? windows * 2 : windows
  const run = { connections, stepsPerWorkflow, seconds, warm }
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
      const window = await measure(bench, server, { ...run, policies, workflows })
      measured.push({ connections, policies, window, floor: bare })
    }
  }
  return { measured, appends }
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
