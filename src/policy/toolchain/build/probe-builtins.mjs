// Finds out which of OPA's built-ins are compiled into a policy's module, by compiling a call of each, and where the
// gate, which brings its own of some of them, parts from OPA's interpreter, by making it.
//
//   npx tsc && node src/policy/toolchain/build/probe-builtins.mjs            prints what it found
//   npx tsc && node src/policy/toolchain/build/probe-builtins.mjs --write    and writes ../runtime-builtins.ts
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import runtime from '@open-policy-agent/opa-wasm'
import { sampleInput, samples } from './builtin-samples.mjs'

const { LoadedPolicy, loadPolicy } = runtime
const ABI_MINOR = 3

// Compiling is super-linear in the number of entry points.
const BATCH = 64

/**
 * Compiles a call of every built-in, and makes those that need no host, at the gate and in the interpreter.
 * @param toolchain an open toolchain
 * @param gate the names of the built-ins that the gate brings, and how it instantiates a module
 * @returns one verdict a built-in, in order of name
 */
export async function probeBuiltins(toolchain, gate) {
  const { capabilities } = await toolchain.capabilities()
  // Rego v1 lets nobody call a deprecated one.
  const callable = capabilities.builtins.filter(({ deprecated }) => !deprecated)
  const calls = callable.flatMap(({ name, decl }) =>
    (samples[name] ?? [generatedCall(name, decl)]).map((expression) => ({ name, expression })),
  )
  const outcomes = []
  for (let at = 0; at < calls.length; at += BATCH)
    outcomes.push(...(await runBatch(toolchain, gate, calls.slice(at, at + BATCH))))
  return callable.map(({ name }) => {
    const mine = outcomes.filter((outcome) => outcome.name === name)
    return { name, kind: mine[0].kind, differences: mine.filter(({ differs }) => differs) }
  })
}

async function runBatch(toolchain, gate, calls) {
  const asked = new Set(await askedOfHost(await compile(toolchain, calls)))
  const native = calls.filter(({ name }) => !asked.has(name))
  const compared = native.filter(({ name }) => name in samples)
  const policy = await load(await compile(toolchain, compared, gate.hosted), gate)
  const expected = await interpret(toolchain, compared)
  const outcomes = new Map(
    compared.map((call, i) => {
      const actual = evaluate(policy, `probe/r${i}`)
      return [call, { expected: expected[i], actual, differs: !isDeepStrictEqual(actual, expected[i]) }]
    }),
  )
  return calls.map((call) => ({
    ...call,
    kind: asked.has(call.name) ? 'host' : 'native',
    ...outcomes.get(call),
  }))
}

function filesOf(calls) {
  const rules = calls.map(({ expression }, i) => `r${i} := ${expression}`)
  return { 'probe.rego': `package probe\n\n${rules.join('\n\n')}\n` }
}

async function compile(toolchain, calls, hosted = []) {
  const entrypoints = calls.map((_, i) => `probe/r${i}`)
  return answered(await toolchain.compile({ files: filesOf(calls), entrypoints, hosted })).wasm
}

async function load(wasm, { instantiate }) {
  const memory = new WebAssembly.Memory({ initial: 16 })
  return new LoadedPolicy(instantiate(await WebAssembly.compile(wasm), memory), memory, ABI_MINOR)
}

function answered(reply) {
  if (!reply.ok) throw new Error(JSON.stringify(reply.errors))
  return reply
}

/** What is not a value: JSON has neither. */
const UNDEFINED = Symbol('undefined')
const THROWS = Symbol('throws')

async function interpret(toolchain, calls) {
  const files = filesOf(calls)
  // One after the other, for an error ends a query.
  const queries = calls.map((_, i) => `[v | v := data.probe.r${i}]`)
  const together = await toolchain.eval({ files, query: `[${queries.join(', ')}]`, input: sampleInput })
  if (together.ok) return together.result[0].expressions[0].value.map(firstOf)
  const values = []
  for (const query of queries) {
    const reply = await toolchain.eval({ files, query, input: sampleInput })
    values.push(reply.ok ? firstOf(reply.result[0].expressions[0].value) : THROWS)
  }
  return values
}

const firstOf = (rows) => (rows.length === 0 ? UNDEFINED : rows[0])

function evaluate(policy, entrypoint) {
  try {
    return firstOf(policy.evaluate(sampleInput, entrypoint).map(({ result }) => result))
  } catch {
    return THROWS
  }
}

/** The names of the built-ins that a module calls of its host. */
export const askedOfHost = async (wasm) => hostCalls(await loadPolicy(wasm))

function hostCalls({ wasmInstance, mem }) {
  const { builtins, opa_json_dump: dump } = wasmInstance.exports
  const bytes = new Uint8Array(mem.buffer, dump(builtins()))
  return Object.keys(JSON.parse(new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)))))
}

/** A call with an argument of each declared type; for built-ins of which only "is it there?" is asked. */
function generatedCall(name, decl) {
  const values = {
    string: '"a"',
    number: '1',
    boolean: 'true',
    null: 'null',
    array: '[]',
    set: 'set()',
    object: '{}',
  }
  const literalOf = (type) =>
    type.type === 'any' ? (type.of ? literalOf(type.of[0]) : '1') : values[type.type]
  return `${name}(${(decl.args ?? []).map(literalOf).join(', ')})`
}

const shown = (value) => (typeof value === 'symbol' ? value.description : JSON.stringify(value))

/** What a difference is in the table of them. */
export const describeDifference = ({ expression, expected, actual }) => ({
  call: expression,
  opa: shown(expected),
  gate: shown(actual),
})

function differing(difference) {
  const literal = (text) => `'${text.replace(/[\\']/g, '\\$&')}'`
  const { call, opa, gate } = describeDifference(difference)
  return `  { call: ${literal(call)}, opa: ${literal(opa)}, gate: ${literal(gate)} },\n`
}

function table(verdicts) {
  const native = verdicts.filter(({ kind }) => kind === 'native').map(({ name }) => `  '${name}',\n`)
  return `// Written by build/probe-builtins.mjs; a test runs the same probe and compares.

/** Built-ins that OPA's compiler can put into the module itself. All others are called of the host. */
export const NATIVE_BUILTINS: readonly string[] = [
${native.join('')}]

/** Calls that OPA's interpreter, and so a policy's unit test, answers otherwise than the gate does. */
export const DIFFERING_CALLS: readonly { call: string; opa: string; gate: string }[] = [
${verdicts.flatMap(({ differences }) => differences.map(differing)).join('')}]
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { openToolchain } = await import('../../../../dist/src/policy/toolchain/toolchain.js')
  const { instantiatePolicy, policyBuiltinNames } = await import(
    '../../../../dist/src/policy/builtins/index.js'
  )
  const toolchain = openToolchain()
  const verdicts = await probeBuiltins(toolchain, {
    hosted: policyBuiltinNames,
    instantiate: instantiatePolicy,
  })
  await toolchain.close()
  for (const { name, kind, differences } of verdicts) {
    console.log(kind.padEnd(10), name)
    for (const difference of differences) console.log('    ', describeDifference(difference))
  }
  if (process.argv.includes('--write'))
    writeFileSync(fileURLToPath(new URL('../runtime-builtins.ts', import.meta.url)), table(verdicts))
}
