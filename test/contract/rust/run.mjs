// Runs the published Rust client, unmodified, against a live sidecar: npm run test:contract:rust
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'

const here = import.meta.dirname
const root = join(here, '../../..')
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AXONFLOW_'))),
  // The client tells its maker of its use, unless it is told not to.
  AXONFLOW_TELEMETRY: 'off',
  CARGO_TARGET_DIR: join(here, 'target'),
  // Whatever brings cargo to its registry is not the way to the sidecar.
  NO_PROXY: '127.0.0.1',
  no_proxy: '127.0.0.1',
}

if (spawnSync('cargo', ['--version']).status === 0) await run()
else
  console.log(
    'Not run: there is no cargo on this machine, and the Rust client needs one (1.85 or later). ' +
      'The Python client is tested without it.',
  )

async function run() {
  if (spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' }).status !== 0)
    throw new Error('The build failed.')
  // First, because nothing else is needed where they do not compile.
  const built = spawnSync('cargo', ['test', '--locked', '--no-run'], { cwd: here, env, stdio: 'inherit' })
  if (built.status !== 0) throw new Error('The tests could not be built.')
  const folder = await mkdtemp(join(tmpdir(), 'stepgate-rust-'))
  const world = await startWorld()
  try {
    const sidecar = await startSidecar(folder, world.address().port)
    try {
      process.exitCode = await runTests(sidecar.url)
    } finally {
      sidecar.process.kill('SIGTERM')
      await sidecar.ended
    }
  } finally {
    world.closeAllConnections()
    world.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** What plans call: the service of the connector and the model. `/wait` never answers. */
async function startWorld() {
  const server = createServer(async (request, response) => {
    const body = await json(request)
    if (request.url === '/wait') return
    const status = request.url === '/refuse' ? 422 : 200
    const reply = request.url === '/v1/chat/completions' ? completion(body) : said(request.url, body.query)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function said(path, query) {
  if (path === '/refuse') return { error: 'the shop is closed' }
  return path === '/search' ? { found: `notes on ${query}` } : { done: query }
}

function completion({ model, messages }) {
  const text = ({ content }) =>
    typeof content === 'string' ? content : content.map((part) => part.text).join('\n')
  const message = { role: 'assistant', content: `Answer to: ${messages.map(text).join('\n')}` }
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model,
    choices: [{ index: 0, finish_reason: 'stop', message }],
    usage: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 },
  }
}

/** A sidecar with the policies and agents that the Python suite uses, on a free port and an empty database. */
async function startSidecar(folder, worldPort) {
  const policies = join(folder, 'policies')
  await cp(join(here, '../policies'), policies, { recursive: true })
  const agents = join(policies, 'plans/agents.yaml')
  const text = await readFile(agents, 'utf8')
  await writeFile(agents, text.replaceAll('127.0.0.1:9098', `127.0.0.1:${worldPort}`))
  const child = spawn(process.execPath, [join(root, 'dist/sidecar/main.js'), 'serve'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      STEPGATE_PORT: '0',
      STEPGATE_POLICIES: policies,
      STEPGATE_DATABASE: `file:${join(folder, 'stepgate.db')}`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const url = await new Promise((resolve, reject) => {
    const log = []
    lines.on('line', (line) => {
      log.push(line)
      const entry = line.startsWith('{') ? JSON.parse(line) : {}
      if (entry.msg === 'listening') resolve(`http://127.0.0.1:${entry.port}`)
    })
    ended.then(() => reject(new Error(`The sidecar ended at its start.\n${log.join('\n')}`)))
  })
  return { process: child, ended, url }
}

/** Runs the tests; the last line is their sum. */
async function runTests(url) {
  const cargo = spawn('cargo', ['test', '--locked', '--quiet', '--', ...process.argv.slice(2)], {
    cwd: here,
    env: { ...env, STEPGATE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(cargo, 'exit')
  let passed = 0
  let failed = 0
  for await (const line of createInterface({ input: cargo.stdout })) {
    console.log(line)
    const sum = /^test result: .*?(\d+) passed; (\d+) failed/.exec(line)
    passed += Number(sum?.[1] ?? 0)
    failed += Number(sum?.[2] ?? 0)
  }
  const [code] = await ended
  // It may have ended without a sum.
  if (code !== 0 && failed === 0) failed = 1
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
}
