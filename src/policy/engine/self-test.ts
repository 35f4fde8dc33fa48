/**
 * Asks every entry point of a module once, so that a module that cannot run never goes live.
 * @module
 */
import type { Policy, PolicyProblem } from '../policy.js'
import { encodeInput } from './encoded-input.js'
import { entrypointOf } from './entrypoint.js'
import { readMatches } from './matches.js'
import type { WasmPolicy } from './wasm-policy.js'

const harmless = '{"step_input":{},"metadata":{},"workflow":{"steps":[]},"step":{},"user":{},"facts":{}}'

/** @returns what is wrong; empty: all is well. @throws Error when the module cannot be instantiated */
export function selfTest(policies: readonly Policy[], wasm: WasmPolicy): PolicyProblem[] {
  const numbers = wasm.entrypoints()
  const input = encodeInput(harmless)
  return policies.flatMap((policy) =>
    policy.actions.flatMap((action) => {
      const name = entrypointOf(policy, action)
      const number = numbers[name]
      if (number === undefined) return [problemOf(policy, `the compiled policy has no entry point ${name}`)]
      const [answer] = wasm.evaluate(input, [number])
      if (answer?.kind === 'failed')
        return [problemOf(policy, `the policy cannot be evaluated: ${answer.message}`)]
      const reading = answer?.kind === 'value' ? readMatches(policy, action, answer.value) : undefined
      return reading && !reading.ok ? [problemOf(policy, reading.message)] : []
    }),
  )
}

const problemOf = ({ origin }: Policy, message: string): PolicyProblem => ({
  file: origin.file,
  line: origin.line,
  column: 1,
  message,
  severity: 'error',
})
