/** How soon WebAssembly is compiled well. @module */
import { setFlagsFromString } from 'node:v8'

/**
 * V8 compiles WebAssembly quickly at first, and well only what has run for long: by default some megabytes of code a
 * function. A policy's module runs for microseconds, and only where its policies could match, so it is long judged with the
 * quick code; with 1,000 policies gates took up to a seventh less once this was lower.
 */
export function compileWasmWellSoon(): void {
  setFlagsFromString('--wasm-tiering-budget=20000')
}
