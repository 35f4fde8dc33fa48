/**
 * The processes of a run: the server under test, the floor and the load generator, each on its core.
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import readline from 'node:readline'
import { pinned, residentMegabytes } from './machine.mjs'

const here = import.meta.dirname

/**
 * @typedef {{ port: number, pid: number, stop(): Promise<void> }} Running
 * @typedef {Running & { readyAfter: number, residentMegabytes(): number }} Server `readyAfter`: milliseconds from start
 */

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/**
 * @param {'server' | 'load'} role @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
function start(role, args, options) {
  const [command, ...rest] = pinned(role, args)
  const child = spawn(/** @type {string} */ (command), rest, options)
  children.add(child)
  const ended = once(child, 'exit').then(() => void children.delete(child))
  const stop = async () => {
    child.kill('SIGTERM')
    const impatience = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await ended
    clearTimeout(impatience)
  }
  return { child, stop }
}

/**
 * @param {{ main: string, folder: string, name: string, policies: string }} what `main`: the program; `folder`: where
 *   its database goes, `name` of it; `policies`: the policy folder, what is compiled from it is kept beside it
 * @returns {Promise<Server>} when it says it is ready
 */
export async function startServer({ main, folder, name, policies }) {
  const begun = performance.now()
  // The flag is that of the program's first line.
  const { child, stop } = start('server', ['--max-semi-space-size=8', main, 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Away from any configuration of the caller's.
    cwd: folder,
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('STEPGATE_'))),
      STEPGATE_PORT: '0',
      STEPGATE_POLICIES: policies,
      STEPGATE_POLICY_CACHE: `${policies}-compiled`,
      STEPGATE_DATABASE: `file:${path.join(folder, `${name}.db`)}`,
    },
  })
  /** @type {string[]} */
  const said = []
  const port = await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      readline.createInterface(/** @type {any} */ ({ input: stream })).on('line', (line) => {
        said.push(line)
        if (said.length > 20) said.shift()
        const listening = line.includes('"msg":"listening"') ? JSON.parse(line).port : undefined
        if (listening !== undefined) resolve(listening)
      })
    }
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${said.join('\n')}`)))
  })
  while (!(await isReady(port))) {
    if (performance.now() - begun > 180_000) throw new Error(`The server is not ready:\n${said.join('\n')}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const pid = /** @type {number} */ (child.pid)
  return {
    port,
    pid,
    stop,
    readyAfter: performance.now() - begun,
    residentMegabytes: () => residentMegabytes(pid),
  }
}

/** @param {number} port */
async function isReady(port) {
  try {
    const reply = await fetch(`http://127.0.0.1:${port}/health/ready`)
    await reply.arrayBuffer()
    return reply.status === 200
  } catch {
    return false
  }
}

/** @param {{ headers: Record<string, string>, body: string }} reply what it answers to everything @returns {Promise<Running>} */
export async function startFloor(reply) {
  const { child, stop } = start('server', [path.join(here, 'floor.mjs')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  child.send(reply)
  const { port } = await answerOf(child)
  return { port, pid: /** @type {number} */ (child.pid), stop }
}

/** What plans call. It shares its core with the load generator. @returns {Promise<Running>} */
export async function startConnector() {
  const { child, stop } = start('load', [path.join(here, 'connector.mjs')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const { port } = await answerOf(child)
  return { port, pid: /** @type {number} */ (child.pid), stop }
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<any>} its next message */
function answerOf(child) {
  return new Promise((resolve, reject) => {
    const died = (/** @type {number | null} */ code) =>
      reject(new Error(`A process of the run ended with ${code}`))
    child.once('exit', died)
    child.once('message', (message) => {
      child.off('exit', died)
      resolve(message)
    })
  })
}

/** The load generator; one order at a time. */
export function startLoad() {
  const { child, stop } = start('load', [path.join(here, 'load.mjs')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  /** @param {object} order */
  const obey = async (order) => {
    child.send(order)
    const { answer, error } = await answerOf(child)
    if (error !== undefined) throw new Error(error)
    return answer
  }
  return {
    pid: /** @type {number} */ (child.pid),
    stop,
    /** @param {number} port @param {number} count @returns {Promise<import('./load.mjs').Workflow[]>} */
    create: (port, count) => obey({ order: 'create', port, count }),
    /** @param {import('./load.mjs').Run} run @returns {Promise<import('./load.mjs').Counted>} */
    measure: (run) => obey({ order: 'measure', ...run }),
  }
}
