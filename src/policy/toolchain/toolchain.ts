/**
 * OPA's own parser, checker, formatter, compiler, test runner and interpreter, without OPA being installed: OPA as
 * one WASM module in a process of its own. See `build/` for how the module is made.
 */
import { type Diagnostic, stackOverflow, type ToolchainReply } from './diagnostics.js'
import type {
  Capabilities,
  CheckRequest,
  CompileAnswer,
  CompileRequest,
  CompileTestsAnswer,
  CompileTestsRequest,
  EvalAnswer,
  EvalManyAnswer,
  EvalManyRequest,
  EvalRequest,
  Files,
  ParseRequest,
  TestAnswer,
  TestRequest,
} from './operations.js'
import { type ProcessAnswer, startProcess, type ToolchainProcess } from './process.js'

export * from './diagnostics.js'
export type * from './operations.js'

export interface ToolchainOptions {
  /** The process and its memory are given back after this much idleness, in milliseconds. Default 180,000. */
  idleMs?: number
  /**
   * The module's linear memory never shrinks: past this many bytes the process is replaced, between calls.
   * Default 128 MiB.
   */
  memoryLimitBytes?: number
  /** A call that takes longer, in milliseconds, is given up with `toolchain_timeout`, and its process too. Default 120,000. */
  callTimeoutMs?: number
  /** Receives what the module writes to its standard error. Default: dropped. */
  onLog?: (line: string) => void
}

/** The operations. Calls are queued and made one at a time, in order; the process starts with the first. */
export interface Toolchain {
  /** Versions without a leading `v`, such as `1.22.0`, and `go1.26.8`. */
  version(): Promise<ToolchainReply<{ opa: string; go: string }>>
  /** The whole capabilities document of OPA's, of this version or of a selection. */
  capabilities(of?: Capabilities): Promise<ToolchainReply<{ capabilities: unknown }>>
  /** Each module's syntax tree as OPA's JSON, with annotations and comments, and with locations where asked for. */
  parse(request: ParseRequest): Promise<ToolchainReply<{ modules: Record<string, unknown> }>>
  /** Parses and type-checks; answers the number of modules. */
  check(request: CheckRequest): Promise<ToolchainReply<{ modules: number }>>
  /** `opa fmt`. All files or none. */
  format(files: Files): Promise<ToolchainReply<{ files: Record<string, string> }>>
  compile(request: CompileRequest): Promise<ToolchainReply<CompileAnswer>>
  /** Compiles the rules that `opa test` would run, to be run as the gate runs policies. */
  compileTests(request: CompileTestsRequest): Promise<ToolchainReply<CompileTestsAnswer>>
  /** `opa test`, on OPA's interpreter. Tests that fail are an `ok` answer; `ok: false` is for files that do not compile. */
  test(request: TestRequest): Promise<ToolchainReply<TestAnswer>>
  /** Asks OPA's interpreter, not the compiled module. */
  eval(request: EvalRequest): Promise<ToolchainReply<EvalAnswer>>
  /** One compilation, many inputs: what property tests compare the compiled module with. */
  evalMany(request: EvalManyRequest): Promise<ToolchainReply<EvalManyAnswer>>
  /** Whether the process is there now. */
  loaded(): boolean
  /** Ends the process; calls under way and later ones are answered with `toolchain_closed`. */
  close(): Promise<void>
}

const DEFAULT_IDLE_MS = 180_000
const DEFAULT_CALL_TIMEOUT_MS = 120_000
const DEFAULT_MEMORY_LIMIT = 128 * 1024 * 1024
// The module's answer to a panic inside OPA; what is left of it cannot be trusted.
const PANIC = 'toolchain_panic'

const decoder = new TextDecoder()
const refusal = (code: string, message: string) => ({ ok: false as const, errors: [{ code, message }] })

/**
 * Opens the toolchain; nothing is started before the first call. While no call is pending, neither the process nor
 * the idle timer keeps the caller alive.
 */
export function openToolchain(options: ToolchainOptions = {}): Toolchain {
  const idleMs = options.idleMs ?? DEFAULT_IDLE_MS
  const callTimeoutMs = options.callTimeoutMs ?? DEFAULT_CALL_TIMEOUT_MS
  const memoryLimit = options.memoryLimitBytes ?? DEFAULT_MEMORY_LIMIT
  const onLog = options.onLog ?? (() => {})
  let running: ToolchainProcess | undefined
  let idle: NodeJS.Timeout | undefined
  let last: Promise<unknown> = Promise.resolve()
  let closed = false

  const discard = async () => {
    const gone = running
    running = undefined
    clearTimeout(idle)
    await gone?.stop()
  }

  const ask = async (request: string): Promise<unknown> => {
    if (closed) return refusal('toolchain_closed', 'the toolchain is closed')
    clearTimeout(idle)
    if (running === undefined || running.ended()) running = startProcess(onLog)
    const answer = await withTimeout(running.call(request), callTimeoutMs)
    if (closed) return refusal('toolchain_closed', 'the toolchain was closed during the call')
    if (answer === 'late') {
      await discard()
      return refusal('toolchain_timeout', `no answer within ${callTimeoutMs} ms`)
    }
    if (answer.kind === 'died') {
      await discard()
      return /Maximum call stack size exceeded/.test(answer.message)
        ? { ok: false, errors: [stackOverflow] }
        : refusal('toolchain_crash', answer.message)
    }
    const reply = JSON.parse(decoder.decode(answer.json)) as object
    if (answer.memoryBytes > memoryLimit || panicked(reply)) await discard()
    else idle = setTimeout(discard, idleMs).unref()
    return answer.bytes ? { ...reply, wasm: answer.bytes } : reply
  }

  const enqueue = async <T>(op: string, request: object = {}): Promise<ToolchainReply<T>> => {
    // Now, so that the caller may change the files it passed while the call waits its turn.
    const text = JSON.stringify({ ...request, op })
    const mine = last.then(() => ask(text)) as Promise<ToolchainReply<T>>
    last = mine.catch(() => {})
    return mine
  }

  return {
    version: () => enqueue('version'),
    capabilities: (of) => enqueue('capabilities', { capabilities: of }),
    parse: (request) => enqueue('parse', request),
    check: (request) => enqueue('check', request),
    format: (files) => enqueue('format', { files }),
    compile: (request) => enqueue('compile', request),
    compileTests: (request) => enqueue('compileTests', request),
    test: (request) => enqueue('test', request),
    eval: (request) => enqueue('eval', request),
    evalMany: (request) => enqueue('evalMany', request),
    loaded: () => running !== undefined && !running.ended(),
    close: () => {
      closed = true
      return discard()
    },
  }
}

function panicked(reply: object): boolean {
  const { errors } = reply as { errors?: Diagnostic[] }
  return errors?.[0]?.code === PANIC
}

async function withTimeout(call: Promise<ProcessAnswer>, ms: number): Promise<ProcessAnswer | 'late'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, ms, 'late')
  })
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}
