import type { Toolchain } from '../toolchain.js'

export interface Difference {
  expression: string
  expected: unknown
  actual: unknown
}

export interface Verdict {
  name: string
  /** Compiled into the module, or called of the host. */
  kind: 'native' | 'host'
  differences: Difference[]
}

export function probeBuiltins(toolchain: Toolchain): Promise<Verdict[]>
export function describeDifference(difference: Difference): { call: string; opa: string; gate: string }
/** The names of the built-ins that a module calls of its host. */
export function askedOfHost(wasm: Uint8Array): Promise<string[]>
