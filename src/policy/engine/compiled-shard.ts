import type { Policy } from '../policy.js'
import type { WasmPolicy } from './wasm-policy.js'

/** A member of the input whole, or one member of it. */
export type InputPath = readonly [member: string] | readonly [member: string, of: string]

/** Policies that were compiled into one module together. */
export interface CompiledShard {
  readonly policies: readonly Policy[]
  /**
   * For each policy, what of the input it can read, `facts` aside; undefined: anything. The rest need not be handed
   * over.
   */
  readonly inputs: readonly (readonly InputPath[] | undefined)[]
  /** Holds an entry point for each action of each policy. Engines of several revisions may share it. */
  readonly wasm: WasmPolicy
}
