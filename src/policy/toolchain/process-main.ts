/**
 * The toolchain's process: unpacks and starts the module, then answers one call after another. A module that died
 * says so and takes the process with it, so that nothing is ever asked of half a Go runtime.
 */
import { readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { brotliDecompressSync } from 'node:zlib'
import { compileModule, type Host, startHost } from './host.js'
import type { CallMessage, ProcessMessage } from './messages.js'

// From dist/src/policy/toolchain, in a clone as in the published package, where the assets keep their place under src.
const ASSETS = new URL('../../../../src/policy/toolchain/', import.meta.url)
const STDERR_KEPT = 2_000
// Gates come first where the two share a core.
const NICENESS = 5
// V8's optimising compiler makes a warm call twice as fast, but takes seconds of both cores and 150 MB to get
// there: more than a change of policies needs in all. It is this process's own choice, nobody else runs in it.
const BASELINE_ONLY = ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering']

let stderr = ''

const send = (message: ProcessMessage, sent = () => {}) => process.send?.(message, undefined, {}, sent)

const crash = (cause: unknown) => {
  const message = [String(cause), stderr.trim()].filter(Boolean).join(': ')
  // With nobody to talk to there is nothing left to do, and the process ends.
  send({ kind: 'crash', message }, () => process.disconnect())
}

async function start(): Promise<Host> {
  for (const flag of BASELINE_ONLY) setFlagsFromString(flag)
  const about = JSON.parse(readFileSync(new URL('opa.json', ASSETS), 'utf8')) as { raw: { bytes: number } }
  const packed = readFileSync(new URL('opa.wasm.br', ASSETS))
  const module = await compileModule(brotliDecompressSync(packed, { chunkSize: about.raw.bytes }))
  return startHost(module, (text) => {
    stderr = (stderr + text).slice(-STDERR_KEPT)
    send({ kind: 'log', text })
  })
}

function answer(host: Host, { request }: CallMessage): void {
  stderr = ''
  try {
    const reply = host.call(request)
    send({ kind: 'reply', ...reply, memoryBytes: host.memoryBytes() }, () => {
      try {
        host.rest()
      } catch (cause) {
        crash(cause)
      }
    })
  } catch (cause) {
    crash(cause)
  }
}

// Ctrl-C in a terminal reaches the whole group; the parent decides when this process ends.
process.on('SIGINT', () => {})
setPriority(NICENESS)
// Calls that come while the module starts wait for it.
const starting = start()
starting.catch(crash)
process.on('message', (message: CallMessage) => {
  starting.then((host) => answer(host, message)).catch(() => {})
})
