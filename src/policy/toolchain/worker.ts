/**
 * The toolchain's thread: unpacks and starts the module, then answers one call after another. A module that died
 * says so and takes the thread with it, so that nothing is ever asked of half a Go runtime.
 */
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { type MessagePort, parentPort } from 'node:worker_threads'
import { brotliDecompress } from 'node:zlib'
import { compileModule, startHost } from './host.js'
import type { CallMessage, WorkerMessage } from './messages.js'

// From dist/src/policy/toolchain, in a clone as in the published package, where the asset keeps its place under src.
const ASSET = new URL('../../../../src/policy/toolchain/opa.wasm.br', import.meta.url)
const STDERR_KEPT = 2_000

const port = parentPort as MessagePort
const post = (message: WorkerMessage, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)

let stderr = ''
const packed = await readFile(ASSET)
const module = await compileModule(await promisify(brotliDecompress)(packed))
const host = await startHost(module, (text) => {
  stderr = (stderr + text).slice(-STDERR_KEPT)
  post({ kind: 'log', text })
})

port.on('message', ({ request }: CallMessage) => {
  stderr = ''
  try {
    const reply = host.call(request)
    const message: WorkerMessage = { kind: 'reply', ...reply, memoryBytes: host.memoryBytes() }
    post(message, reply.bytes ? [reply.json.buffer, reply.bytes.buffer] : [reply.json.buffer])
  } catch (cause) {
    post({ kind: 'crash', message: [String(cause), stderr.trim()].filter(Boolean).join(': ') })
    port.close()
  }
})
