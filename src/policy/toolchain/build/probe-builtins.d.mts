import type { Toolchain } from '../toolchain.js'

export interface Difference {
  expression: string
  expected: unknown
  actual?: unknown
  thrown?: string
}

export interface Verdict {
  name: string
  /** In the module itself, in the npm runtime's JavaScript, or nowhere. */
  kind: 'native' | 'javascript' | 'missing'
  differences: Difference[]
}

export function probeBuiltins(toolchain: Toolchain): Promise<Verdict[]>
export function describeDifference(difference: Difference): { call: string; opa: string; gate: string }
