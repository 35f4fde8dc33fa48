/**
 * Asks the same calls of OPA's interpreter and of the gate: compiled to WASM by OPA's compiler, evaluated by OPA's npm
 * runtime, with `policyBuiltins` behind it.
 */
import * as runtime from '@open-policy-agent/opa-wasm'
import fc from 'fast-check'
import { instantiatePolicy, policyBuiltinNames } from '#src/policy/builtins/index.js'
import type { Toolchain } from '#src/policy/toolchain/toolchain.js'

// The runtime's types name the classes; the module exports them under `default` alone.
const { LoadedPolicy } = (runtime as unknown as { default: typeof runtime }).default

declare const WebAssembly: {
  Memory: new (descriptor: { initial: number }) => { buffer: ArrayBuffer }
  compile(bytes: Uint8Array): Promise<object>
}

/** Lists of operands by calls in Rego, where `c` is such a list: `semver.compare(c[0], c[1])`. */
export type Calls = Readonly<Record<string, readonly (readonly unknown[])[]>>

/** Calls by what is said of them. */
export type Suite = Readonly<Record<string, Calls>>

/** What a call prints; undefined where it is. */
export interface Answer {
  readonly call: string
  readonly operands: readonly unknown[]
  readonly printed: string | undefined
}

/** A way of evaluating `data.calls.all`. */
export type Evaluate = (files: Record<string, string>, input: unknown) => Promise<unknown>

/** All answers in order, printed by `%v` so that sets, large integers and the spelling of numbers show. */
export async function answers(calls: Calls, evaluate: Evaluate): Promise<Answer[]> {
  const expressions = Object.keys(calls)
  const rules = expressions.map(
    (call, n) => `r${n}[i] := sprintf("%v", [[${call}]]) if some i, c in input.r${n}`,
  )
  const all = expressions.map((_, n) => `"r${n}": r${n}`).join(', ')
  const files = { 'calls.rego': `package calls\n\n${rules.join('\n\n')}\n\nall := {${all}}\n` }
  const input = Object.fromEntries(expressions.map((call, n) => [`r${n}`, calls[call]]))
  const printed = (await evaluate(files, input)) as Record<string, Record<string, string>>
  return expressions.flatMap((call, n) =>
    calls[call]!.map((operands, i) => ({ call, operands, printed: printed[`r${n}`]?.[i] })),
  )
}

export const interpreted =
  (toolchain: Toolchain): Evaluate =>
  async (files, input) => {
    const reply = await toolchain.eval({ files, query: 'data.calls.all', input })
    if (!reply.ok) throw new Error(JSON.stringify(reply.errors))
    return reply.result[0]?.expressions[0]?.value
  }

export const compiled =
  (toolchain: Toolchain): Evaluate =>
  async (files, input) => {
    const reply = await toolchain.compile({ files, entrypoints: ['calls/all'], hosted: policyBuiltinNames })
    if (!reply.ok) throw new Error(JSON.stringify(reply.errors))
    const policy = await load(reply.wasm)
    return policy(input)
  }

/** Loads a compiled policy; the function answers its first entry point's result, undefined where it has none. */
export async function load(wasm: Uint8Array): Promise<(input: unknown) => unknown> {
  const memory = new WebAssembly.Memory({ initial: 16 })
  const instance = instantiatePolicy(await WebAssembly.compile(wasm), memory)
  const policy = new LoadedPolicy(instance as never, memory as never, 3)
  return (input) => policy.evaluate(input)[0]?.result
}

/** Generated operands, the same in every run. */
export const generated = (count: number, ...operands: fc.Arbitrary<unknown>[]): unknown[][] =>
  fc.sample(fc.tuple(...operands), { numRuns: count, seed: 20260117 })

/** Mostly what a call expects, and sometimes anything else. */
export const mostly = (expected: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 30, arbitrary: expected }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) })

const AWKWARD = [
  '"',
  '\\',
  '`',
  '\t',
  '\n',
  '\0',
  '\x7f',
  '\u0085',
  'é',
  'ß',
  '日',
  '\u2028',
  '\ufeff',
  '\ufffd',
]

/** Texts that try what programs get wrong: quotes, controls, letters of several bytes and of several code units. */
export const awkwardText = (maxLength = 6): fc.Arbitrary<string> =>
  fc.string({
    maxLength,
    unit: fc.oneof(
      { weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 1 }) },
      fc.constantFrom(...AWKWARD, '\u{1f600}', '\u{10ffff}'),
    ),
  })
