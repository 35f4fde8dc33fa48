/** How soon WebAssembly is compiled well. @module */
import { setFlagsFromString } from 'node:v8'

/**
 * V8 compiles WebAssembly quickly at first, and well what has run for long: by default some megabytes of code a function. A
 * policy's module runs for microseconds and only where its policies could match, so a sidecar would judge with slow code
 * for its first hours.
 */
export function compileWasmWellSoon(): void {
  setFlagsFromString('--wasm-tiering-budget=20000')
}
