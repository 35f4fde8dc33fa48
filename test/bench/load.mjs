/**
 * The load generator, a process of its own: a closed loop of N connections, each sending its next gate when the last
 * is answered. Started with an IPC channel; takes one order at a time and answers it.
 * @module
 */
import { connect } from './connection.mjs'
import { Latencies } from './latencies.mjs'
import { cpuOfAll } from './machine.mjs'
import { creation, gateRequests, stepId } from './requests.mjs'

/**
 * @typedef {{ id: string, kind: number }} Workflow
 * @typedef {object} Run
 * @property {number} port
 * @property {number} policies how many the server has: decides which gates are asked and what must be answered
 * @property {boolean} [floor] the server answers constant bytes: check the status alone
 * @property {number} connections
 * @property {Workflow[]} workflows taken by the connections one after another, in this order
 * @property {number} stepsPerWorkflow gates asked of each entry
 * @property {number} [seconds] of counting; without it the run ends with the last workflow
 * @property {number} [warm] seconds before counting begins
 *
 * @typedef {object} Counted
 * @property {number} requests answered while counting
 * @property {number} seconds
 * @property {number} rate per second
 * @property {import('./latencies.mjs').Spread} latency
 * @property {number} wrong replies that were not 200, or not the decision that the policies ask for
 * @property {string} [firstWrong]
 * @property {number} checked replies that were parsed and compared
 * @property {number} cpu of this process, in shares of one core
 * @property {number} answered in the whole run, before and after counting too
 * @property {number} elapsed milliseconds of the whole run
 * @property {number} cpuOfRun milliseconds of this process's CPU in the whole run
 * @property {number} cpuOfMachine milliseconds of CPU that all processes took in the whole run
 */

const checkEvery = 64
let steps = 0

/** @param {Run} run @returns {Promise<Counted>} */
async function measure(run) {
  const requests = gateRequests(run.port, run.policies, run.workflows[0]?.id.length ?? 0)
  const latencies = new Latencies()
  /** @type {{ body: string, step: number, gate: import('./gates.mjs').Gate }[]} */
  const samples = []
  /** @type {string[]} */
  const wrong = []
  let counting = false
  let stopping = false
  let answered = 0
  let taken = 0
  let idle = 0
  /** @type {() => void} */
  let allIdle = () => {}
  const finished = new Promise((resolve) => {
    allIdle = () => resolve(undefined)
  })

  const connections = await Promise.all(
    Array.from({ length: run.connections }, async () => {
      /** @type {Workflow | undefined} */
      let workflow
      let left = 0
      let step = 0
      let sent = 0
      /** @type {ReturnType<typeof requests.next>} */
      let request
      let broken = false
      const rest = () => {
        idle += 1
        if (idle === run.connections) allIdle()
      }
      const next = () => {
        if (left === 0) {
          workflow = run.workflows[taken++]
          left = run.stepsPerWorkflow
        }
        if (stopping || workflow === undefined) return rest()
        left -= 1
        step = ++steps
        request = requests.next(workflow, step)
        sent = performance.now()
        connection.send(request.bytes)
      }
      const connection = await connect(
        run.port,
        ({ status, bytes, headEnd }) => {
          if (counting) latencies.add(performance.now() - sent)
          answered += 1
          if (status !== 200) {
            stopping = true
            wrong.push(`${status} ${bytes.toString('utf8', headEnd)}`)
          } else if (!run.floor && answered % checkEvery === 0) {
            samples.push({ body: bytes.toString('utf8', headEnd), step, gate: request.gate })
          }
          next()
        },
        (error) => {
          if (broken) return
          broken = true
          stopping = true
          wrong.push(error.message)
          rest()
        },
      )
      return { next, close: connection.close }
    }),
  )

  const runBegun = performance.now()
  const runCpu = process.cpuUsage()
  const machineCpu = cpuOfAll()
  for (const { next } of connections) next()
  if (run.warm !== undefined) await Promise.race([finished, pause(run.warm)])
  counting = true
  const start = performance.now()
  const cpuBefore = process.cpuUsage()
  if (run.seconds === undefined) await finished
  else await Promise.race([finished, pause(run.seconds)])
  counting = false
  const seconds = (performance.now() - start) / 1000
  const cpu = process.cpuUsage(cpuBefore)
  stopping = true
  await finished
  const elapsed = performance.now() - runBegun
  const cpuOfRun = milliseconds(process.cpuUsage(runCpu))
  const cpuOfMachine = cpuOfAll() - machineCpu
  for (const { close } of connections) close()

  for (const { body, step, gate } of samples) {
    const fault = faultOf(body, step, gate)
    if (fault !== null) wrong.push(`${fault}: ${body}`)
  }
  return {
    requests: latencies.count,
    seconds,
    rate: latencies.count / seconds,
    latency: latencies.spread(),
    wrong: wrong.length,
    ...(wrong[0] !== undefined && { firstWrong: wrong[0] }),
    checked: samples.length,
    cpu: milliseconds(cpu) / 1000 / seconds,
    answered,
    elapsed,
    cpuOfRun,
    cpuOfMachine,
  }
}

/** @param {string} body @param {number} step @param {import('./gates.mjs').Gate} gate @returns {string | null} */
function faultOf(body, step, gate) {
  const reply = JSON.parse(body)
  const matched = (reply.policies_evaluated ?? []).map((/** @type {any} */ match) => match.policy_id).sort()
  if (reply.decision !== gate.decision) return `expected ${gate.decision} by ${gate.matches}`
  if (matched.join() !== gate.matches.join()) return `expected the policies ${gate.matches}`
  if (reply.cached !== false) return 'expected cached: false'
  if (reply.step_id !== stepId(step)) return `expected ${stepId(step)}`
  return null
}

/** @param {{ port: number, count: number }} order @returns {Promise<Workflow[]>} */
async function createWorkflows({ port, count }) {
  /** @type {Workflow[]} */
  const created = []
  let begun = 0
  await Promise.all(
    Array.from({ length: Math.min(32, count) }, async () => {
      /** @type {(reply: { status: number, text: string }) => void} */
      let answer = () => {}
      /** @type {(error: Error) => void} */
      let fail = () => {}
      const connection = await connect(
        port,
        ({ status, bytes, headEnd }) => answer({ status, text: bytes.toString('utf8', headEnd) }),
        (error) => fail(error),
      )
      while (begun < count) {
        const kind = begun++
        const { status, text } = await new Promise((resolve, reject) => {
          answer = resolve
          fail = reject
          connection.send(creation(port, kind))
        })
        if (status !== 201) throw new Error(`A workflow was not created: ${status} ${text}`)
        created.push({ id: JSON.parse(text).workflow_id, kind })
      }
      connection.close()
    }),
  )
  return created.sort((a, b) => a.kind - b.kind)
}

/** @param {NodeJS.CpuUsage} cpu */
const milliseconds = ({ user, system }) => (user + system) / 1000

/** @param {number} seconds */
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))

process.on('message', async (/** @type {any} */ { order, ...details }) => {
  try {
    const answer = order === 'create' ? await createWorkflows(details) : await measure(details)
    process.send?.({ answer })
  } catch (error) {
    process.send?.({ error: String(error) })
  }
})
process.once('disconnect', () => process.exit(0))
