import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { startSidecar } from '../durability/sidecar-process.js'

const run = promisify(execFile)
const root = new URL('../..', import.meta.url).pathname

/** The example's market on a free port. */
async function openMarket(): Promise<{ port: number; close(): void }> {
  const port = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
  const child = spawn(process.execPath, [`${root}examples/plan/market.mjs`], {
    env: { ...process.env, MARKET_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return { port, close: () => child.kill() }
}

/** The example's documents, with the market's port. @returns their folder */
function documentsFor(port: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'stepgate-documents-'))
  for (const name of ['metals.yaml', 'policies.yaml']) {
    const text = readFileSync(`${root}examples/plan/documents/${name}`, 'utf8')
    writeFileSync(join(folder, name), text.replace(':9098', `:${port}`))
  }
  return folder
}

describe('the examples', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stepgate-examples-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('over HTTP: a harmless step runs, a destructive one waits for a person, foreign code does not run', async () => {
    const sidecar = await startSidecar({ STEPGATE_DATABASE: `file:${join(folder, 'http.db')}` })
    const env = { ...process.env, STEPGATE_URL: sidecar.url }
    const { stdout } = await run(process.execPath, [`${root}examples/http/run.mjs`], { env })
    await sidecar.stop()
    expect(stdout.trim().split('\n')).toEqual([
      'fetch: allow (No matching policies)',
      'clean-up: require_approval (the input holds a command or statement that destroys data)',
      'clean-up: allow (Previously approved: the input holds a command or statement that destroys data)',
      "install: block (the input holds a command that runs foreign code or reads the machine's credentials)",
      'workflow: completed',
    ])
  })

  it('a plan: rules choose the agents, the order waits for a person, and its end is in the timeline', async () => {
    const market = await openMarket()
    const sidecar = await startSidecar({
      STEPGATE_DATABASE: `file:${join(folder, 'plan.db')}`,
      STEPGATE_POLICIES: documentsFor(market.port),
    })
    const env = { ...process.env, STEPGATE_URL: sidecar.url }
    const { stdout } = await run(process.execPath, [`${root}examples/plan/run.mjs`], { env })
    expect(stdout.trim().split('\n')).toEqual([
      'step_1_price: price takes "Look up the price of tin"',
      'step_2_price-2: price takes "look up the price of zinc"',
      'step_3_order: order takes "order tin"',
      'executed: awaiting_approval',
      'waits: a person approves what we buy: order tin',
      'plan: completed',
      '  price: completed',
      '  price-2: completed',
      '  order: completed',
      '  synthesize-results: completed',
    ])

    // The commands of the README, with the address of this gate.
    const readme = readFileSync(`${root}README.md`, 'utf8')
    const [, commands = ''] = /npm start &\n(PLAN=[\s\S]*?)```/.exec(readme) ?? []
    const script = commands.replaceAll('localhost:8080', sidecar.url.replace('http://', ''))
    const said = await run('sh', ['-c', script])
    expect(said.stdout).toMatch(
      /"status":"awaiting_approval"[\s\S]*"status":"completed"[\s\S]*"type":"approval_approved"/,
    )
    await sidecar.stop()
    market.close()
  })

  it('in process: the same policies decide without a server', async () => {
    const env = { ...process.env, DATABASE: `file:${join(folder, 'in-process.db')}` }
    const { stdout } = await run(process.execPath, [`${root}examples/in-process/run.mjs`], { env })
    expect(stdout.trim().split('\n')).toEqual([
      'summarise: allow (No matching policies)',
      'bill: require_approval (the input holds a social security number, a card number or a bank account)',
    ])
  })
})
