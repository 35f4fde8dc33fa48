/**
 * One compiled module of policies, ready to be asked. The only importer of OPA's runtime.
 *
 * A gate asks a module about several policies at once. The input is parsed inside WASM once, and every entry point
 * is evaluated over it: parsing is most of what an evaluation costs.
 * @module
 */
import * as runtime from '@open-policy-agent/opa-wasm'
import { type Builtins, instantiatePolicy } from '../builtins/index.js'
import type { EncodedInput } from './encoded-input.js'

// Node has WebAssembly; the type library without a browser's DOM does not say so. Only what is used is declared.
declare const WebAssembly: {
  Memory: new (descriptor: { initial: number; maximum: number }) => WasmMemory
}

/** `WebAssembly.Module`. */
export type WasmModule = object

interface WasmMemory {
  readonly buffer: ArrayBuffer
}

interface Exports {
  opa_malloc(size: number): number
  opa_json_parse(address: number, length: number): number
  opa_json_dump(value: number): number
  opa_heap_ptr_set(address: number): void
  opa_heap_ptr_get(): number
  opa_eval_ctx_new(): number
  opa_eval_ctx_set_input(context: number, value: number): void
  opa_eval_ctx_set_data(context: number, value: number): void
  opa_eval_ctx_set_entrypoint(context: number, entrypoint: number): void
  opa_eval_ctx_get_result(context: number): number
  eval(context: number): number
}

/** OPA's runtime class: what this file uses of it. */
interface LoadedPolicy {
  readonly mem: WasmMemory
  readonly dataAddr: number
  readonly dataHeapPtr: number
  readonly entrypoints: Readonly<Record<string, number>>
  setData(data: object): void
}

// Its types name an export that the module has on its default export only.
const { LoadedPolicy: Loaded } = (runtime as unknown as { default: Runtime }).default

interface Runtime {
  readonly LoadedPolicy: new (instance: object, memory: WasmMemory, minorVersion: number) => LoadedPolicy
}

const ABI_MINOR = 3
const DEFAULT_MEMORY_LIMIT = 16 * 1024 * 1024

const PAGE_BYTES = 64 * 1024
/**
 * What one evaluation may take on top of what the module asks for: a rule may make lists as long as its caller says. It has room
 * for a body of a mebibyte, whatever stands in it; where it is used up the evaluation fails, and its gate blocks.
 */
const MOST_WORKING_BYTES = 128 * 1024 * 1024
/** A list of short numbers takes so many times its JSON. */
const BYTES_FOR_A_BYTE_OF_DATA = 32

/** Four gigabytes: WebAssembly knows no more. */
const MOST_PAGES = 65_536

const dataBytes = (data: object | undefined): number => (data ? Buffer.byteLength(JSON.stringify(data)) : 0)

/** What an entry point answered: nothing, a value, or why there is none. */
export type Answer =
  | { readonly kind: 'none' }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly message: string }

const none: Answer = { kind: 'none' }

const EMPTY_SET = '[{"result":[]}]'
const UNDEFINED = '[]'

/**
 * An instance of a module, made at first use and made anew after every failure, so that what a failed evaluation left
 * behind never meets the next one.
 */
export class WasmPolicy {
  readonly #module: WasmModule
  readonly #memoryPages: number
  readonly #memoryLimit: number
  readonly #data: object | undefined
  readonly #builtins: Builtins | undefined
  #loaded: LoadedPolicy | undefined
  #exports!: Exports
  #bytes!: Buffer
  /** How many instances were made: after the first, each stands for a failure or for memory given back. */
  instances = 0

  constructor(
    module: WasmModule,
    options: {
      /** 64 KiB pages that the module asks for at least. */
      readonly memoryPages: number
      /** Linear memory never shrinks: an instance that grew past this many bytes is dropped after the call. Default 16 MiB. */
      readonly memoryLimit?: number
      /** The base documents, when the module reads any. */
      readonly data?: object
      /** What the module may call. Default: the built-ins of policies. */
      readonly builtins?: Builtins
    },
  ) {
    this.#module = module
    this.#memoryPages = options.memoryPages
    this.#memoryLimit = options.memoryLimit ?? DEFAULT_MEMORY_LIMIT
    this.#data = options.data
    this.#builtins = options.builtins
  }

  /** The same module over other base documents. */
  withData(data: object | undefined): WasmPolicy {
    return new WasmPolicy(this.#module, {
      memoryPages: this.#memoryPages,
      memoryLimit: this.#memoryLimit,
      ...(data ? { data } : {}),
      ...(this.#builtins ? { builtins: this.#builtins } : {}),
    })
  }

  /** Numbers of the entry points, by path. Instantiates. @throws Error when the module cannot be instantiated */
  entrypoints(): Readonly<Record<string, number>> {
    return this.#instance().entrypoints
  }

  /** Bytes of linear memory; 0 while there is no instance. */
  memoryBytes(): number {
    return this.#loaded?.mem.buffer.byteLength ?? 0
  }

  /** Gives the instance back. */
  drop(): void {
    this.#loaded = undefined
  }

  /** Answers of the entry points, in their order. Never throws. */
  evaluate(input: EncodedInput, entrypoints: readonly number[]): Answer[] {
    const answers: Answer[] = []
    let parsed: ParsedInput | undefined
    for (const entrypoint of entrypoints) {
      try {
        parsed ??= this.#parse(input)
        answers.push(this.#evaluate(parsed, entrypoint))
      } catch (cause) {
        this.drop()
        parsed = undefined
        answers.push({ kind: 'failed', message: messageOf(cause) })
      }
    }
    if (this.memoryBytes() > this.#memoryLimit) this.drop()
    return answers
  }

  #instance(): LoadedPolicy {
    if (this.#loaded) return this.#loaded
    try {
      const working = MOST_WORKING_BYTES + dataBytes(this.#data) * BYTES_FOR_A_BYTE_OF_DATA
      const maximum = Math.min(this.#memoryPages + Math.ceil(working / PAGE_BYTES), MOST_PAGES)
      const memory = new WebAssembly.Memory({ initial: this.#memoryPages, maximum })
      const instance = instantiatePolicy(this.#module, memory, this.#builtins)
      const loaded = new Loaded(instance, memory, ABI_MINOR)
      if (this.#data) loaded.setData(this.#data)
      this.#exports = instance.exports as Exports
      this.#bytes = Buffer.from(memory.buffer)
      this.#loaded = loaded
      this.instances++
      return loaded
    } catch (cause) {
      throw cause instanceof Error ? cause : new Error(messageOf(cause))
    }
  }

  #parse({ bytes }: EncodedInput): ParsedInput {
    const loaded = this.#instance()
    const exports = this.#exports
    exports.opa_heap_ptr_set(loaded.dataHeapPtr)
    // Not behind the runtime's back: memory that its allocator did not grow itself it would grow again.
    const address = exports.opa_malloc(bytes.length)
    this.#memory(loaded).set(bytes, address)
    const value = exports.opa_json_parse(address, bytes.length)
    if (value === 0) throw new Error('the input is not JSON')
    return { value, end: exports.opa_heap_ptr_get(), loaded }
  }

  #evaluate({ value, end, loaded }: ParsedInput, entrypoint: number): Answer {
    const exports = this.#exports
    exports.opa_heap_ptr_set(end)
    const context = exports.opa_eval_ctx_new()
    exports.opa_eval_ctx_set_input(context, value)
    exports.opa_eval_ctx_set_data(context, loaded.dataAddr)
    exports.opa_eval_ctx_set_entrypoint(context, entrypoint)
    if (exports.eval(context) !== 0) throw new Error('the evaluation failed')
    const start = exports.opa_json_dump(exports.opa_eval_ctx_get_result(context))
    const memory = this.#memory(loaded)
    const length = memory.indexOf(0, start) - start
    if (length <= EMPTY_SET.length) {
      const short = memory.toString('latin1', start, start + length)
      if (short === EMPTY_SET || short === UNDEFINED) return none
    }
    const [row] = JSON.parse(memory.toString('utf8', start, start + length)) as { result: unknown }[]
    return { kind: 'value', value: row?.result }
  }

  /** The memory as it is now: growing it detaches every earlier view. */
  #memory(loaded: LoadedPolicy): Buffer {
    if (this.#bytes.buffer !== loaded.mem.buffer) this.#bytes = Buffer.from(loaded.mem.buffer)
    return this.#bytes
  }
}

interface ParsedInput {
  /** Address of the value. */
  readonly value: number
  /** Where the heap ended behind it: what one entry point leaves there, the next one overwrites. */
  readonly end: number
  readonly loaded: LoadedPolicy
}

/** What went wrong, without anything of the input. OPA's runtime throws strings and plain objects too. */
export function messageOf(cause: unknown): string {
  // V8 quotes the text that it could not parse.
  if (cause instanceof SyntaxError) return 'the answer is not JSON'
  if (cause instanceof Error) return cause.message
  if (typeof cause === 'string') return cause
  const { message } = (cause ?? {}) as { message?: unknown }
  return typeof message === 'string' ? message : 'unknown failure'
}
