// Finds out which of OPA's built-ins are compiled into a policy's module, by compiling a call of each, and where they
// part from OPA's interpreter, by making it.
//
//   npx tsc && node src/policy/toolchain/build/probe-builtins.mjs            prints what it found
//   npx tsc && node src/policy/toolchain/build/probe-builtins.mjs --write    and writes ../runtime-builtins.ts
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { loadPolicy } from '@open-policy-agent/opa-wasm'
import { sampleInput, samples } from './builtin-samples.mjs'

// Compiling is super-linear in the number of entry points.
const BATCH = 64

/**
 * Compiles a call of every built-in, and makes those that need no host, in the module and in the interpreter.
 * @param toolchain an open toolchain
 * @returns one verdict a built-in, in order of name
 */
export async function probeBuiltins(toolchain) {
  const { capabilities } = await toolchain.capabilities()
  // Rego v1 lets nobody call a deprecated one.
  const callable = capabilities.builtins.filter(({ deprecated }) => !deprecated)
  const calls = callable.flatMap(({ name, decl }) =>
    (samples[name] ?? [generatedCall(name, decl)]).map((expression) => ({ name, expression })),
  )
  const outcomes = []
  for (let at = 0; at < calls.length; at += BATCH)
    outcomes.push(...(await runBatch(toolchain, calls.slice(at, at + BATCH))))
  return callable.map(({ name }) => {
    const mine = outcomes.filter((outcome) => outcome.name === name)
    return { name, kind: mine[0].kind, differences: mine.filter(({ differs }) => differs) }
  })
}

async function runBatch(toolchain, calls) {
  const rules = calls.map(({ expression }, i) => `r${i} := ${expression}`)
  const files = { 'probe.rego': `package probe\n\n${rules.join('\n\n')}\n` }
  const compiled = answered(
    await toolchain.compile({ files, entrypoints: calls.map((_, i) => `probe/r${i}`) }),
  )
  const policy = await loadPolicy(compiled.wasm)
  const asked = new Set(hostCalls(policy))
  const expected = await interpret(toolchain, files, calls)
  return calls.map(({ name, expression }, i) => {
    if (asked.has(name)) return { name, expression, kind: 'host', differs: false }
    const actual = evaluate(policy, `probe/r${i}`)
    const differs = name in samples && !isDeepStrictEqual(actual, expected[i])
    return { name, expression, kind: 'native', expected: expected[i], actual, differs }
  })
}

function answered(reply) {
  if (!reply.ok) throw new Error(JSON.stringify(reply.errors))
  return reply
}

/** What is not a value: JSON has neither. */
const UNDEFINED = Symbol('undefined')
const THROWS = Symbol('throws')

async function interpret(toolchain, files, calls) {
  // One after the other, for an error ends a query. The interpreter lacks what the build took out: that is not asked.
  const queries = calls.map(({ name }, i) => (name in samples ? `[v | v := data.probe.r${i}]` : '[]'))
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

/** Built-ins that OPA's compiler puts into the module itself. All others are called of the host. */
export const NATIVE_BUILTINS: readonly string[] = [
${native.join('')}]

/** Calls of these that OPA's interpreter, and so a policy's unit test, answers otherwise than the module does. */
export const DIFFERING_CALLS: readonly { call: string; opa: string; gate: string }[] = [
${verdicts.flatMap(({ differences }) => differences.map(differing)).join('')}]
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { openToolchain } = await import('../../../../dist/src/policy/toolchain/toolchain.js')
  const toolchain = openToolchain()
  const verdicts = await probeBuiltins(toolchain)
  await toolchain.close()
  for (const { name, kind, differences } of verdicts) {
    console.log(kind.padEnd(10), name)
    for (const difference of differences) console.log('    ', describeDifference(difference))
  }
  if (process.argv.includes('--write'))
    writeFileSync(fileURLToPath(new URL('../runtime-builtins.ts', import.meta.url)), table(verdicts))
}
