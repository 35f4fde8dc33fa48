import type { Policy } from '../policy.js'
import type { WasmPolicy } from './wasm-policy.js'

/** Policies that were compiled into one module together. */
export interface CompiledShard {
  readonly policies: readonly Policy[]
  /** Holds an entry point for each action of each policy. Engines of several revisions may share it. */
  readonly wasm: WasmPolicy
}
