/**
 * One measured window: the load generator's count, and what the processes of the run spent meanwhile.
 * @module
 */
import { cpuOf } from './machine.mjs'

/**
 * @typedef {import('./load.mjs').Counted & { cpuPerRequest: number, others: number }} Window
 *   `cpuPerRequest`: microseconds of the server's CPU; `others`: cores kept busy by work that is not this run's
 *
 * @typedef {object} Bench what every part of the bench works with
 * @property {ReturnType<typeof import('./processes.mjs').startLoad>} load
 * @property {string} main the server program
 * @property {string} folder for databases
 * @property {(policies: number) => string} policyFolder of a set of that size
 * @property {number} seconds a window lasts
 * @property {number} warmUp seconds a new server works before it is measured: the first ten thousand gates are slow
 * @property {number} rounds of each comparison
 * @property {number} takes of throughput, each with processes of its own, that share the rounds
 * @property {(line: string) => void} say progress, to people
 * @property {Window[]} windows all that were measured
 */

/**
 * @param {Bench} bench
 * @param {{ port: number, pid: number }} server
 * @param {Omit<import('./load.mjs').Run, 'port'>} run
 * @returns {Promise<Window>}
 * @throws Error when a reply was not the one that the policies ask for: such a figure would be worth nothing
 */
export async function measure(bench, server, run) {
  const before = cpuOf(server.pid)
  const counted = await bench.load.measure({ port: server.port, ...run })
  const spent = cpuOf(server.pid) - before
  if (counted.wrong > 0) throw new Error(`${counted.wrong} wrong replies, the first: ${counted.firstWrong}`)
  const window = {
    ...counted,
    cpuPerRequest: (spent * 1000) / counted.answered,
    others: Math.max(0, counted.cpuOfMachine - spent - counted.cpuOfRun) / counted.elapsed,
  }
  bench.windows.push(window)
  return window
}

/**
 * Workflows for a window: enough for a rate, and for each connection to have its own.
 * @param {Bench} bench @param {{ port: number }} server
 * @param {{ rate: number, seconds: number, connections: number, stepsPerWorkflow: number }} need
 */
export function workflowsFor(bench, server, { rate, seconds, connections, stepsPerWorkflow }) {
  return bench.load.create(server.port, Math.ceil((rate * seconds * 1.3) / stepsPerWorkflow) + connections)
}
