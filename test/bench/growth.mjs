/**
 * What a gate costs once much has been stored, in the whole store and in one workflow, and what memory grows to.
 * @module
 */
import { median } from './latencies.mjs'
import { startServer } from './processes.mjs'
import { stepsPerWorkflow } from './throughput.mjs'
import { measure, workflowsFor } from './window.mjs'

/**
 * @typedef {import('./window.mjs').Bench} Bench
 * @typedef {import('./processes.mjs').Server} Server
 */

/**
 * Stores steps by asking gates. The one place to change should a store learn to be filled faster.
 * @param {Bench} bench @param {Server} server @param {number} policies @param {number} gates @param {number} connections
 */
async function fill(bench, server, policies, gates, connections) {
  const workflows = await bench.load.create(server.port, Math.ceil(gates / stepsPerWorkflow))
  await measure(bench, server, { policies, connections, workflows, stepsPerWorkflow })
}

/**
 * Resident memory of a server that only answers gates; it was started from what was compiled, so it never loaded the
 * compiler.
 * @param {Bench} bench @param {Server} server @param {number} policies @param {readonly number[]} after gates, ascending
 */
export async function memory(bench, server, policies, after) {
  const readings = [{ gates: 0, megabytes: server.residentMegabytes() }]
  let gates = 0
  for (const target of after) {
    bench.say(`memory: up to ${target} gates`)
    await fill(bench, server, policies, target - gates, 32)
    gates = target
    readings.push({ gates, megabytes: server.residentMegabytes() })
  }
  return readings
}

/**
 * The cost of a gate with many stored steps, as a share of its cost with none: windows on both servers in turn.
 * @param {Bench} bench @param {Server} server with `stored` steps already @param {number} policies
 * @param {number} stored @param {number} steps to reach
 */
export async function manySteps(bench, server, policies, stored, steps) {
  for (let done = stored; done < steps; done += 100_000) {
    bench.say(`growth: ${done} of ${steps} steps stored`)
    await fill(bench, server, policies, Math.min(100_000, steps - done), 256)
  }
  const fresh = await startServer({ ...bench, name: 'fresh', policies: bench.policyFolder(policies) })
  await fill(bench, fresh, policies, 20_000, 32)
  const compared = []
  for (const connections of [1, 32]) {
    bench.say(`growth: comparing at ${connections} connections`)
    const rounds = []
    for (let round = 0; round < bench.rounds; round += 1) {
      const [few, many] = await inTurn([fresh, server], round, async (one) => {
        const need = {
          rate: connections === 1 ? 6_000 : 30_000,
          seconds: bench.seconds,
          connections,
          stepsPerWorkflow,
        }
        const workflows = await workflowsFor(bench, one, need)
        return measure(bench, one, {
          policies,
          connections,
          workflows,
          stepsPerWorkflow,
          seconds: bench.seconds,
        })
      })
      rounds.push({ few, many })
    }
    compared.push({ connections, ...shares(rounds) })
  }
  await fresh.stop()
  return { steps, compared, megabytes: server.residentMegabytes() }
}

/**
 * The cost of a gate in a workflow of many steps, as a share of its cost in one of few; one connection.
 * @param {Bench} bench @param {Server} server @param {number} policies @param {number} few @param {number} many
 */
export async function longWorkflow(bench, server, policies, few, many) {
  bench.say(`one workflow of ${many} steps`)
  const gates = 1000
  const each = 5
  const [long] = await bench.load.create(server.port, 1)
  const filling = Array.from({ length: Math.ceil(many / stepsPerWorkflow) }, () => long)
  await measure(bench, server, { policies, connections: 32, workflows: filling, stepsPerWorkflow })
  const rounds = []
  for (let round = 0; round < bench.rounds; round += 1) {
    const short = await bench.load.create(server.port, gates / each)
    await measure(bench, server, { policies, connections: 32, workflows: short, stepsPerWorkflow: few })
    const [ofShort, ofLong] = await inTurn([short, short.map(() => long)], round, (workflows) =>
      measure(bench, server, { policies, connections: 1, workflows, stepsPerWorkflow: each }),
    )
    rounds.push({ few: ofShort, many: ofLong })
  }
  return { few, many, ...shares(rounds) }
}

/** Both, the second first in every other round. @template T, R @param {[T, T]} pair @param {number} round @param {(one: T) => Promise<R>} visit @returns {Promise<[R, R]>} */
async function inTurn([first, second], round, visit) {
  if (round % 2 === 0) return [await visit(first), await visit(second)]
  const late = await visit(second)
  return [await visit(first), late]
}

/** @param {{ few: import('./window.mjs').Window, many: import('./window.mjs').Window }[]} rounds */
function shares(rounds) {
  const middle = (/** @type {(round: (typeof rounds)[number]) => number} */ of) => median(rounds.map(of))
  return {
    p50Few: middle(({ few }) => few.latency.p50),
    p50Many: middle(({ many }) => many.latency.p50),
    /** Time a gate takes at this load: 1.1 is a tenth dearer. */
    time: middle(({ few, many }) => few.rate / many.rate),
    cpu: middle(({ few, many }) => many.cpuPerRequest / few.cpuPerRequest),
  }
}
