/** Tests written in Rego: compiled with what they test, and run as the gate runs policies. @module */

import { policyBuiltins } from '../builtins/index.js'
import { gateBuiltins, modulesOf, refusalOf } from '../bundle/compile-shard.js'
import { memoryPages } from '../bundle/memory-pages.js'
import { encodeInput } from '../engine/encoded-input.js'
import { WasmPolicy } from '../engine/wasm-policy.js'
import type { PolicySet } from '../language/assemble-policies.js'
import type { PolicyProblem } from '../policy.js'
import type { TestRule, Toolchain } from '../toolchain/toolchain.js'
import { interpreterNotes } from './interpreter-notes.js'
import { outcomeOf } from './rego-test-outcome.js'
import type { PolicyTestResult } from './run-policy-test.js'
import { TestWitness } from './test-witness.js'

// Node has WebAssembly; the type library without a browser's DOM does not say so. Only what is used is declared.
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> }

/** Finds what is wrong with the test files themselves; the policies are known to compile. */
export async function checkRegoTests(
  set: PolicySet,
  toolchain: Toolchain,
): Promise<readonly PolicyProblem[]> {
  if (set.regoTests.length === 0) return []
  const { capabilities } = gateBuiltins
  const reply = await toolchain.check({ files: sourcesOf(set), capabilities })
  return reply.ok ? [] : refusalOf(reply.errors).problems
}

export type RegoTestRun =
  | { readonly ok: true; readonly results: readonly PolicyTestResult[] }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] }

/** @param run regular expression; tests whose `data.<package>.<name>` it finds are run */
export async function runRegoTests(set: PolicySet, toolchain: Toolchain, run?: string): Promise<RegoTestRun> {
  if (set.regoTests.length === 0) return { ok: true, results: [] }
  const files = sourcesOf(set)
  const compiled = await toolchain.compileTests({
    files,
    ...(run === undefined ? {} : { run }),
    ...gateBuiltins,
  })
  if (!compiled.ok) return { ok: false, problems: refusalOf(compiled.errors).problems }
  const { tests, wasm } = compiled
  const results = wasm ? await runCompiled(tests, wasm, set.data) : tests.map(skipped)
  const notes = await interpreterNotes(toolchain, { files, data: set.data }, results)
  return {
    ok: true,
    results: results.map((result) => ({ ...result, notes: [...result.notes, ...(notes.get(result) ?? [])] })),
  }
}

/** YAML policies come along only where a test names them: a thousand of them take OPA ten seconds to check. */
function sourcesOf({ policies, libraries, regoTests }: PolicySet): Record<string, string> {
  const named = ({ id }: { readonly id: string }) => regoTests.some(({ rego }) => rego.includes(id))
  const tested = policies.filter((policy) => policy.origin.language === 'rego' || named(policy))
  return Object.fromEntries(
    [...tested.flatMap(modulesOf), ...libraries, ...regoTests].map(({ path, rego }) => [path, rego]),
  )
}

async function runCompiled(
  tests: readonly TestRule[],
  bytes: Uint8Array,
  data: object,
): Promise<PolicyTestResult[]> {
  const module = await WebAssembly.compile(bytes)
  const witness = new TestWitness()
  const builtins = witness.listening(policyBuiltins)
  const wasm = new WasmPolicy(module, { memoryPages: memoryPages(bytes), data, builtins })
  const entrypoints = wasm.entrypoints()
  return tests.map((test) => {
    if (test.entrypoint === undefined) return skipped(test)
    witness.forget()
    const begun = performance.now()
    // A gate's input is an object, whatever a test lays over it.
    const [answer] = wasm.evaluate(encodeInput('{}'), [entrypoints[test.entrypoint]!])
    return { ...skipped(test), ...outcomeOf(test, answer!, witness), durationMs: performance.now() - begun }
  })
}

const skipped = ({ package: path, name, file, row }: TestRule): PolicyTestResult => ({
  name: `${path.replace(/^data\./, '')}.${name}`,
  file,
  line: row,
  outcome: 'skip',
  differences: [],
  notes: [],
  durationMs: 0,
})
