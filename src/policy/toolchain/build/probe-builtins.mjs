// Finds out which of OPA's built-ins the npm runtime really runs, by compiling and calling each of them.
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
 * Calls every built-in in the compiled module and in the interpreter.
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
    return { name, kind: kindOf(mine), differences: mine.filter(({ differs }) => differs) }
  })
}

const kindOf = (outcomes) => {
  if (outcomes.some(({ kind }) => kind === 'missing')) return 'missing'
  return outcomes.some(({ kind }) => kind === 'javascript') ? 'javascript' : 'native'
}

async function runBatch(toolchain, calls) {
  const rules = calls.map(({ expression }, i) => `r${i} := ${expression}`)
  const files = { 'probe.rego': `package probe\n\n${rules.join('\n\n')}\n` }
  const compiled = await toolchain.compile({ files, entrypoints: calls.map((_, i) => `probe/r${i}`) })
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors))
  // A list of none or one for each rule. The interpreter lacks what the build took out of it: those are not asked.
  const comparable = calls.map(({ name }, i) => (samples[name] ? `[v | v := data.probe.r${i}]` : '[]'))
  const interpreted = await toolchain.eval({ files, query: `[${comparable.join(', ')}]`, input: sampleInput })
  if (!interpreted.ok) throw new Error(JSON.stringify(interpreted.errors))
  const expected = interpreted.result[0].expressions[0].value
  const policy = await loadPolicy(compiled.wasm)
  const asked = hostCalls(policy)
  return calls.map(({ name, expression }, i) => {
    const kind = asked.has(name) ? 'javascript' : 'native'
    const outcome = { name, expression, kind, expected: expected[i][0] }
    try {
      const actual = policy.evaluate(sampleInput, `probe/r${i}`)[0]?.result
      return { ...outcome, actual, differs: name in samples && !isDeepStrictEqual(actual, outcome.expected) }
    } catch (cause) {
      // The runtime throws strings and plain objects too.
      const thrown = cause?.message ?? String(cause)
      if (thrown.startsWith('not implemented')) return { ...outcome, kind: 'missing', differs: false }
      return { ...outcome, thrown, differs: name in samples }
    }
  })
}

/** The names of the built-ins that the module asks of its host. */
function hostCalls({ wasmInstance, mem }) {
  const { builtins, opa_json_dump: dump } = wasmInstance.exports
  const bytes = new Uint8Array(mem.buffer, dump(builtins()))
  return new Set(Object.keys(JSON.parse(new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0))))))
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

const shown = (value) => JSON.stringify(value) ?? 'undefined'
/** What a difference is in the table of them. */
export const describeDifference = ({ expression, expected, actual, thrown }) => ({
  call: expression,
  opa: shown(expected),
  gate: thrown ? `throws: ${thrown}` : shown(actual),
})

function differing(difference) {
  const literal = (text) => `'${text.replace(/[\\']/g, '\\$&')}'`
  const { call, opa, gate } = describeDifference(difference)
  return `  { call: ${literal(call)}, opa: ${literal(opa)}, gate: ${literal(gate)} },\n`
}

function table(verdicts) {
  const list = (kind) =>
    verdicts
      .filter((verdict) => verdict.kind === kind)
      .map(({ name }) => `  '${name}',\n`)
      .join('')
  return `// Written by build/probe-builtins.mjs; a test runs the same probe and compares.

/** Built-ins that OPA's compiler puts into the module itself. */
export const NATIVE_BUILTINS: readonly string[] = [
${list('native')}]

/** Built-ins that the npm runtime \`@open-policy-agent/opa-wasm\` brings in JavaScript; a host cannot replace them. */
export const JAVASCRIPT_BUILTINS: readonly string[] = [
${list('javascript')}]

/** Calls that OPA's interpreter, and so a policy's unit test, answers otherwise than the gate does. */
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
