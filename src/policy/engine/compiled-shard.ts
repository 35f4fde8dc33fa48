import type { Policy } from '../policy.js'
import type { WasmPolicy } from './wasm-policy.js'

/** Policies that were compiled into one module together. */
export interface CompiledShard {
  readonly policies: readonly Policy[]
  /**
   * For each policy, the top-level members of the input that it can read, `facts` aside; undefined: any. The others need
   * not be handed over.
   */
  readonly inputs: readonly (readonly string[] | undefined)[]
  /** Holds an entry point for each action of each policy. Engines of several revisions may share it. */
  readonly wasm: WasmPolicy
}
