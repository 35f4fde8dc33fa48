import type { Policy } from '../policy.js'
import type { WasmModule } from './wasm-policy.js'

/** Policies that were compiled into one module together. */
export interface CompiledShard {
  /** Digest of everything the module was made from. */
  readonly digest: string
  readonly module: WasmModule
  /** 64 KiB pages of memory that the module asks for at least. */
  readonly memoryPages: number
  readonly policies: readonly Policy[]
}
