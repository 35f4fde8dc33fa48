/**
 * Measures the live sidecar beside the floor of the same machine in the same minutes. See README.md in this folder.
 * @module
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { longWorkflow, manySteps, memory } from './growth.mjs'
import { median } from './latencies.mjs'
import { describeMachine, scratchFolder, stayOffServerCore } from './machine.mjs'
import { plans } from './plans.mjs'
import { policySet, writePolicies } from './policies.mjs'
import { startLoad, startServer } from './processes.mjs'
import { print, verdicts } from './report.mjs'
import { reloads, starts } from './starts.mjs'
import { throughput } from './throughput.mjs'

const parts = ['starts', 'throughput', 'memory', 'steps', 'workflow', 'reload', 'plans']
const root = path.join(import.meta.dirname, '../..')
const { values: chosen } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    steps: { type: 'string', default: '1000000' },
    json: { type: 'string' },
    server: { type: 'string', default: path.join(root, 'dist/sidecar/main.js') },
    help: { type: 'boolean', default: false },
  },
})
if (chosen.help) {
  console.log(
    `node test/bench/run.mjs [--quick] [--only ${parts.join(',')}] [--steps N] [--json FILE] [--server MAIN.JS]`,
  )
  process.exit(0)
}
const quick = chosen.quick
const wanted = chosen.only?.split(',') ?? (quick ? ['starts', 'throughput', 'memory', 'reload'] : parts)
const unknown = wanted.filter((part) => !parts.includes(part))
if (unknown.length > 0) throw new Error(`No such part: ${unknown.join(', ')}. There are ${parts.join(', ')}`)
if (!fs.existsSync(chosen.server)) throw new Error(`${chosen.server} is not there: npm run build first`)

const sizes = quick ? [100, 1000] : [10, 100, 1000]
stayOffServerCore()
const { folder: scratch, inMemory } = scratchFolder(path.join(root, 'data'))
const folder = path.join(scratch, 'data')
fs.mkdirSync(folder)
process.once('exit', () => fs.rmSync(scratch, { recursive: true, force: true }))
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))
const begun = performance.now()

/** @type {import('./window.mjs').Bench} */
const bench = {
  load: startLoad(),
  main: path.resolve(chosen.server),
  folder,
  policyFolder: (size) => {
    const at = path.join(scratch, `policies-${size}`)
    if (!fs.existsSync(at)) writePolicies(at, policySet(size))
    return at
  },
  seconds: quick ? 0.7 : 2,
  warmUp: quick ? 5 : 8,
  rounds: 5,
  takes: quick ? 1 : 3,
  say: (line) => console.error(`[${Math.round((performance.now() - begun) / 1000)} s] ${line}`),
  windows: [],
}

/** @type {Record<string, any>} */
const results = { at: new Date().toISOString(), machine: describeMachine() }
try {
  await measureAll()
  const others = bench.windows.map((window) => window.others)
  results.conditions = {
    inMemory,
    others: others.length === 0 ? 0 : median(others),
    othersWorst: Math.max(0, ...others),
    loadCpu: Math.max(0, ...bench.windows.map((window) => window.cpu)),
    loadAverage: os.loadavg(),
    seconds: (performance.now() - begun) / 1000,
    checkedReplies: bench.windows.reduce((sum, window) => sum + window.checked, 0),
  }
  results.verdicts = verdicts(results)
  console.log(print(results))
  if (chosen.json !== undefined) fs.writeFileSync(chosen.json, `${JSON.stringify(results, null, 2)}\n`)
} finally {
  await bench.load.stop()
}

async function measureAll() {
  if (wanted.includes('starts')) results.starts = await starts(bench, sizes)
  if (wanted.includes('throughput')) results.throughput = await throughput(bench, sizes, [1, 32, 256])
  if (['memory', 'steps', 'workflow'].some((part) => wanted.includes(part))) {
    const server = await startServer({ ...bench, name: 'growth', policies: bench.policyFolder(100) })
    if (wanted.includes('memory')) {
      results.memory = await memory(bench, server, 100, quick ? [100_000] : [100_000, 200_000])
    }
    if (wanted.includes('workflow')) results.longWorkflow = await longWorkflow(bench, server, 100, 10, 10_000)
    if (wanted.includes('steps')) {
      const stored = results.memory?.at(-1).gates ?? 0
      results.manySteps = await manySteps(bench, server, 100, stored, Number(chosen.steps))
    }
    await server.stop()
  }
  if (wanted.includes('plans')) results.plans = await plans(bench, quick ? 200 : 1000)
  if (wanted.includes('reload')) {
    results.reloads = await reloads(bench, 1000, quick ? { cold: 1, warm: 2 } : { cold: 3, warm: 2 })
  }
}
