#!/usr/bin/env -S node --max-semi-space-size=8
import { enableLinearRegexp } from '../src/policy/text/linear-regexp.js'
import { keepGatesYoung, keepHeapSmall } from './heap.js'
import { compileWasmWellSoon } from './wasm-tiers.js'

// Node keeps the regular expression engine it first compiled with, so this stands before anything else is loaded.
enableLinearRegexp()
keepHeapSmall()
keepGatesYoung()
compileWasmWellSoon()
process.stdout.on('error', stopWhenNobodyReads)

const { runCli } = await import('./cli.js')
process.exitCode = await runCli(process.argv.slice(2))

/** `stepgate policy show x.yaml | head` closes the pipe early, and that is no failure. */
function stopWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}
