import type { Toolchain } from '../toolchain.js'

export interface Difference {
  expression: string
  expected: unknown
  actual: unknown
}

export interface Verdict {
  name: string
  /** Such that the compiler can put it into the module, or called of the host. */
  kind: 'native' | 'host'
  differences: Difference[]
}

/** The built-ins that the gate brings, by name, and how it instantiates a compiled `WebAssembly.Module`. */
export interface Gate {
  hosted: readonly string[]
  instantiate(module: object, memory: { readonly buffer: ArrayBuffer }): object
}

export function probeBuiltins(toolchain: Toolchain, gate: Gate): Promise<Verdict[]>
export function describeDifference(difference: Difference): { call: string; opa: string; gate: string }
/** The names of the built-ins that a module calls of its host. */
export function askedOfHost(wasm: Uint8Array): Promise<string[]>
