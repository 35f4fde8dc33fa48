/**
 * Runs the toolchain's WASM module: a WASI preview 1 host of just what Go's runtime asks for, and the
 * call convention of `build/main_wasip1.go`. No `node:wasi`: it warns on Node 20 and offers a file system
 * that the module has no use for.
 */
import { randomFillSync } from 'node:crypto'

// Node has WebAssembly; the type library without a browser's DOM does not say so. Only what is used is declared.
declare const WebAssembly: {
  Module: { imports(module: WasmModule): { name: string }[] }
  compile(bytes: Uint8Array): Promise<WasmModule>
  instantiate(
    module: WasmModule,
    imports: Record<string, Record<string, unknown>>,
  ): Promise<{ exports: unknown }>
}

/** A compiled module (`WebAssembly.Module`). */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string
}

/** Compiles a module's bytes; V8 keeps the native code, so this is done once a process. */
export const compileModule = (bytes: Uint8Array): Promise<WasmModule> => WebAssembly.compile(bytes)

/** One reply: JSON as UTF-8, and the bytes that came with it (a compiled policy), if any. Both are copies. */
export interface HostReply {
  json: Uint8Array<ArrayBuffer>
  bytes?: Uint8Array<ArrayBuffer>
}

/** A running module. */
export interface Host {
  /**
   * Makes one call and waits for it.
   * @param request JSON
   * @throws when the module ended (Go's fatal errors: out of memory, stack overflow); it is dead from then on.
   */
  call(request: string): HostReply
  /** Lets the module clear up after calls; to be called when the reply has been passed on. */
  rest(): void
  /** Linear memory in bytes; it grows and never shrinks. */
  memoryBytes(): number
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  _initialize(): void
  opa_alloc(size: number): number
  opa_call(): number
  opa_free(): void
  opa_rest(): void
}

/**
 * Instantiates a compiled module.
 * @param module the decompressed `opa.wasm.br`, compiled
 * @param onStderr receives what Go's runtime writes, such as the report of a fatal error
 */
export async function startHost(module: WasmModule, onStderr: (text: string) => void): Promise<Host> {
  let exports: Exports | undefined
  const memory = (): ArrayBuffer => exports!.memory.buffer
  const imports = wasiImports(memory, onStderr)
  const asked: Record<string, unknown> = {}
  for (const { name } of WebAssembly.Module.imports(module))
    asked[name] = imports[name] ?? (() => ERRNO_NOSYS)
  const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: asked })
  exports = instance.exports as unknown as Exports
  exports._initialize()
  return {
    call: (request) => callModule(exports, request),
    rest: () => exports.opa_rest(),
    memoryBytes: () => memory().byteLength,
  }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

function callModule(module: Exports, request: string): HostReply {
  const text = encoder.encode(request)
  const at = module.opa_alloc(text.length) >>> 0
  new Uint8Array(module.memory.buffer, at, text.length).set(text)
  const reply = module.opa_call() >>> 0
  const buffer = module.memory.buffer
  const view = new DataView(buffer, reply, 8)
  const jsonLength = view.getUint32(0, true)
  const byteLength = view.getUint32(4, true)
  const start = reply + 8
  const copy = (from: number, length: number) => new Uint8Array(buffer.slice(from, from + length))
  const json = copy(start, jsonLength)
  const bytes = byteLength > 0 ? copy(start + jsonLength, byteLength) : undefined
  module.opa_free()
  return bytes ? { json, bytes } : { json }
}

const ERRNO_BADF = 8
const ERRNO_NOSYS = 52
const CLOCK_REALTIME = 0
const SUBSCRIPTION_BYTES = 48
const EVENT_BYTES = 32

function wasiImports(memory: () => ArrayBuffer, onStderr: (text: string) => void) {
  let lastView = new DataView(new ArrayBuffer(0))
  const view = () => {
    // Growing detaches the buffer; otherwise it stays the same object.
    if (lastView.buffer !== memory()) lastView = new DataView(memory())
    return lastView
  }
  const setU32 = (at: number, value: number) => view().setUint32(at, value, true)
  const monotonicNs = () => BigInt(Math.round(performance.now() * 1e6))
  const sleeper = new Int32Array(new SharedArrayBuffer(4))
  const none = (count: number, size: number): number => {
    setU32(count, 0)
    setU32(size, 0)
    return 0
  }

  const imports: Record<string, (...args: never[]) => number | undefined> = {
    args_sizes_get: none,
    args_get: () => 0,
    environ_sizes_get: none,
    environ_get: () => 0,
    clock_time_get: (clock: number, _precision: bigint, out: number) => {
      const now = clock === CLOCK_REALTIME ? BigInt(Date.now()) * 1_000_000n : monotonicNs()
      view().setBigUint64(out, now, true)
      return 0
    },
    random_get: (at: number, length: number) => {
      randomFillSync(new Uint8Array(memory(), at, length))
      return 0
    },
    fd_write: (_fd: number, vectors: number, count: number, out: number) => {
      let written = 0
      for (let i = 0; i < count; i++) {
        const at = view().getUint32(vectors + 8 * i, true)
        const length = view().getUint32(vectors + 8 * i + 4, true)
        if (length > 0) onStderr(decoder.decode(new Uint8Array(memory(), at, length)))
        written += length
      }
      setU32(out, written)
      return 0
    },
    // Go polls for its clocks only: sleep until the first of them is due, and say which ones are.
    poll_oneoff: (subscriptions: number, events: number, count: number, out: number) => {
      let fired = 0
      for (let i = 0; i < count; i++) {
        const at = subscriptions + SUBSCRIPTION_BYTES * i
        if (view().getUint8(at + 8) !== 0) continue
        const timeout = view().getBigUint64(at + 24, true)
        const absolute = (view().getUint16(at + 40, true) & 1) === 1
        const ms = Number(absolute ? timeout - monotonicNs() : timeout) / 1e6
        if (ms > 0) Atomics.wait(sleeper, 0, 0, ms)
        const event = events + EVENT_BYTES * fired++
        new Uint8Array(memory(), event, EVENT_BYTES).fill(0)
        view().setBigUint64(event, view().getBigUint64(at, true), true)
      }
      setU32(out, fired)
      return 0
    },
    sched_yield: () => 0,
    proc_exit: (code: number) => {
      throw new Error(`the toolchain ended with code ${code}`)
    },
    fd_prestat_get: () => ERRNO_BADF,
    fd_prestat_dir_name: () => ERRNO_BADF,
    fd_fdstat_get: (fd: number, at: number) => {
      new Uint8Array(memory(), at, 24).fill(0)
      return fd < 3 ? 0 : ERRNO_BADF
    },
    fd_fdstat_set_flags: () => 0,
    fd_close: () => 0,
  }
  return imports
}
