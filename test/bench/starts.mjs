/**
 * How long policies take from the file to the gate: a start with and without what was compiled before, and the time
 * until an edited file decides.
 * @module
 */
import fs from 'node:fs'
import path from 'node:path'
import { median } from './latencies.mjs'
import { policyPath, policySet, policyText } from './policies.mjs'
import { startServer } from './processes.mjs'
import { gates } from './sample.mjs'

/** @typedef {import('./window.mjs').Bench} Bench */

/**
 * Milliseconds from starting the process to `GET /health/ready` saying 200. Leaves the compiled sets behind for later.
 * @param {Bench} bench
 * @param {readonly number[]} sizes
 * @returns {Promise<{ policies: number, empty: number, compiled: number }[]>}
 */
export async function starts(bench, sizes) {
  const results = []
  for (const policies of sizes) {
    bench.say(`starting with ${policies} policies, nothing compiled`)
    const empty = await startOnce(bench, policies)
    const compiled = []
    for (let round = 0; round < 3; round += 1) compiled.push(await startOnce(bench, policies))
    results.push({ policies, empty, compiled: median(compiled) })
  }
  return results
}

/** @param {Bench} bench @param {number} size */
async function startOnce(bench, size) {
  const server = await startServer({ ...bench, name: `start-${size}`, policies: bench.policyFolder(size) })
  await server.stop()
  return server.readyAfter
}

/**
 * Milliseconds from writing one edited policy of a set to the first gate answered under the new revision.
 * `cold`: the compiler is not loaded (the first edit after a start from what was compiled); `warm`: it just was used.
 * @param {Bench} bench
 * @param {number} size
 * @param {{ cold: number, warm: number }} times how often each
 */
export async function reloads(bench, size, times) {
  const folder = bench.policyFolder(size)
  const policies = policySet(size)
  /** @type {{ cold: number[], warm: number[] }} */
  const taken = { cold: [], warm: [] }
  let edits = 0
  for (let start = 0; start < times.cold; start += 1) {
    bench.say(`editing one of ${size} policies, start ${start + 1} of ${times.cold}`)
    const server = await startServer({ ...bench, name: `reload-${size}`, policies: folder })
    const gate = await gateAsker(server.port)
    for (let edit = 0; edit <= times.warm; edit += 1) {
      const policy = policies[(edits * 37) % policies.length]
      edits += 1
      const edited = { ...policy, reason: `${policy.reason} (edit ${edits} of ${process.pid})` }
      const before = await gate()
      const begun = performance.now()
      replaceFile(path.join(folder, policyPath(policy)), policyText(edited))
      while ((await gate()) === before) {
        if (performance.now() - begun > 120_000)
          throw new Error('An edited policy was not picked up in 120 s')
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      taken[edit === 0 ? 'cold' : 'warm'].push(performance.now() - begun)
    }
    await server.stop()
  }
  return { policies: size, cold: median(taken.cold), warm: median(taken.warm) }
}

/** As editors save: a new file under the old name. @param {string} file @param {string} text */
function replaceFile(file, text) {
  fs.writeFileSync(`${file}~`, text)
  fs.renameSync(`${file}~`, file)
}

/** @param {number} port @returns {Promise<() => Promise<string>>} asks a fresh gate; the revision that answered */
async function gateAsker(port) {
  const ask = await gates(port)
  return async () => {
    const revision = (await ask()).headers['x-stepgate-policy-revision']
    if (revision === undefined) throw new Error('A gate answered without X-Stepgate-Policy-Revision')
    return revision
  }
}
