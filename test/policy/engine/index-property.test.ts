/**
 * The index, the lazy facts and the shortened input are only ever quicker ways to the same answer: what every policy's
 * entry point says over the whole input, with all facts computed by their definition.
 */
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { PolicyMatch } from '#src/domain/decision.js'
import { compileShard } from '#src/policy/bundle/compile-shard.js'
import { inputUse } from '#src/policy/bundle/input-use.js'
import { memoryPages } from '#src/policy/bundle/memory-pages.js'
import { partition } from '#src/policy/bundle/partition.js'
import { encodeInput } from '#src/policy/engine/encoded-input.js'
import { createEngine, type PolicyEngine } from '#src/policy/engine/engine.js'
import { entrypointOf } from '#src/policy/engine/entrypoint.js'
import { createHistory, type PastStep } from '#src/policy/engine/history.js'
import { readMatches } from '#src/policy/engine/matches.js'
import { unloadedEngine } from '#src/policy/engine/unloaded.js'
import { WasmPolicy } from '#src/policy/engine/wasm-policy.js'
import { assemblePolicies, type PolicySet } from '#src/policy/language/assemble-policies.js'
import { computeFact } from '#src/policy/language/fact.js'
import { readFiles } from '#src/policy/language/read-policies.js'
import { readYamlFile } from '#src/policy/language/read-yaml-file.js'
import type { Policy, PolicyProblem } from '#src/policy/policy.js'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { sourceFiles, yamlPolicy } from './loaded-policies.js'

declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> }

const toolchain = openToolchain()
afterAll(() => toolchain.close())

const words = ['alpha', 'Beta', 'gpt-4o', 'db.delete', 'the quick brown fox', '']
const text = fc.constantFrom(...words)
const scalar = fc.oneof(text, fc.constantFrom(0, 1, 2.5, -3, true, false))
const fields = [
  'step_type',
  'tool_name',
  'model',
  'step_index',
  'metadata.environment',
  'metadata.team',
  'step_input.note',
  'step_input.amount',
  'step_input.rows[*].name',
  'step_input.tags',
  'tool_input["a.b"]',
  'workflow.step_count',
]
const fieldTest = fc.oneof(
  fc.record({
    field: fc.constantFrom(...fields),
    operator: fc.constantFrom('equals', 'not_equals'),
    value: scalar,
  }),
  fc.record({
    field: fc.constantFrom(...fields),
    operator: fc.constantFrom('in', 'not_in'),
    value: fc.array(scalar, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    field: fc.constantFrom(...fields, '*'),
    operator: fc.constantFrom('contains', 'not_contains'),
    value: fc.constantFrom('alpha', 'BETA', 'quick', 'zzz'),
  }),
  fc.record({
    field: fc.constantFrom('step_input.tags', 'step_input.note'),
    operator: fc.constantFrom('contains_any', 'contains_all'),
    value: fc.constantFrom(['alpha', 1], [true, 'quick'], ['BETA', 'zzz'], [2.5, 0]),
  }),
  fc.record({
    field: fc.constantFrom(...fields, '*'),
    operator: fc.constant('regex'),
    value: fc.constantFrom('^gpt-4', '(?i)BETA', 'q[a-z]+k', '^$', '[0-9]{3}'),
  }),
  fc.record({
    field: fc.constantFrom(...fields),
    operator: fc.constantFrom('greater_than', 'greater_or_equal', 'less_than', 'less_or_equal'),
    value: fc.constantFrom(0, 1, 2.5),
  }),
  fc.record({ field: fc.constantFrom(...fields), operator: fc.constantFrom('exists', 'not_exists') }),
  fc.record({
    field: fc.constantFrom(...fields),
    operator: fc.constantFrom('starts_with', 'ends_with'),
    value: fc.constantFrom('al', 'db.', 'fox'),
  }),
  fc.record({
    field: fc.constantFrom('workflow.steps[*].tool_name', 'workflow.steps[*].step_type'),
    operator: fc.constantFrom('equals', 'regex'),
    value: fc.constantFrom('alpha', 'Beta'),
  }),
)
const { when } = fc.letrec((tie) => ({
  when: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fieldTest,
    fc.record({ all: fc.array(tie('when'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('when'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('when') }),
  ),
}))
/** As the policies of one team are: filed by value under value, with many questions about one text. */
const crowded = fc
  .tuple(
    fc.option(fc.constantFrom('tool_name', 'model', 'step_type'), { nil: undefined }),
    fc.constantFrom('alpha', 'gpt-4o', ['alpha', 'Beta', 'db.delete']),
    fc.constantFrom('*', '*', '*', '*', 'step_input.tags', 'step_input.note'),
    fc.oneof(
      fc.record({
        operator: fc.constant('regex'),
        value: fc.constantFrom(
          '(?i)(alpha|beta)',
          'the (quick|slow)[- ][bB]rown',
          '^db\\.[a-z]+$',
          '(?i)QUICK|fox',
          'B[a-z]+a\\b',
          '4o?',
        ),
      }),
      fc.record({
        operator: fc.constant('contains'),
        value: fc.constantFrom('alp', 'BROWN FOX', 'db', '4O'),
      }),
      fc.record({
        operator: fc.constant('contains_any'),
        value: fc.constantFrom(['BROWN FOX', 1], [true, 'alpha'], ['4O', 'zzz']),
      }),
    ),
  )
  .map(([further, value, field, test]) => ({
    all: [
      { field: 'metadata.team', operator: 'equals', value: 'alpha' },
      ...(further ? [{ field: further, operator: Array.isArray(value) ? 'in' : 'equals', value }] : []),
      { field, ...test },
    ],
  }))
const action = fc.constantFrom('block', 'require_approval', 'warn')
const reason = fc.constantFrom('plain', '{model} in {metadata.environment}', '{step_input.note}')
const tenants = fc.constantFrom(['acme'], ['acme', 'initech'], ['*'])
const spec = fc.oneof(
  fc.record(
    { when, action, reason, scope: fc.record({ tenants }) },
    { requiredKeys: ['when', 'action', 'reason'] },
  ),
  fc.record({ when: crowded, action, reason }),
)

const handWritten = {
  'rows.rego': `package stepgate.policy.rows

block contains sprintf("row %v", [i]) if {
	some i, row in input.step_input.rows
	row.name == "alpha"
	not input.metadata.environment == "Beta"
}
`,
  'helper.rego': `package stepgate.policy.helper

import data.stepgate.lib.words

warn contains "known word" if words.known(input.tool_name)
`,
  'words.rego': `package stepgate.lib.words

known(word) if word in {"alpha", "db.delete"}

known(_) if input.model == "Beta"
`,
  'past.rego': `package stepgate.policy.past

block contains "twice" if count([1 | input.workflow.steps[_].tool_name == "alpha"]) > 1
`,
}

const missing = fc.constant(undefined)
const value = fc.oneof(scalar, missing, fc.constant(null), fc.array(scalar, { maxLength: 3 }))
const input = fc.record({
  tenant_id: fc.constantFrom('acme', 'umbrella'),
  step_type: fc.oneof(text, missing),
  tool_name: value,
  model: fc.oneof(text, missing),
  step_index: fc.oneof(fc.constantFrom(0, 1, 2), missing),
  metadata: fc.oneof(
    fc.record({ environment: value, team: value }),
    missing,
    fc.record({ environment: value, team: fc.constant('alpha') }),
  ),
  step_input: fc.oneof(
    fc.record({
      note: value,
      amount: value,
      rows: fc.oneof(fc.array(fc.record({ name: value }), { maxLength: 3 }), missing, text),
      tags: value,
    }),
    missing,
  ),
  tool_input: fc.oneof(fc.record({ 'a.b': value }), missing),
  workflow: fc.record({ step_count: fc.constantFrom(0, 1, 2, 3) }),
})
const steps = fc.array(
  fc.record({ step_id: text, step_type: text, tool_name: text, completed: fc.boolean() }),
  {
    maxLength: 3,
  },
)

interface Subject {
  readonly engine: PolicyEngine
  readonly set: PolicySet
  readonly whole: (input: Readonly<Record<string, unknown>>, steps: readonly PastStep[]) => object
  readonly all: (input: Readonly<Record<string, unknown>>, steps: readonly PastStep[]) => PolicyMatch[]
}

async function subject(seed: number): Promise<Subject> {
  const specs = fc.sample(spec, { seed, numRuns: 600 })
  const texts = Object.fromEntries(specs.map((each, i) => [`p${i}.yaml`, yamlPolicy(`p${i}`, each)]))
  // The language refuses conditions that make no sense, and many of these make none.
  const accepted = sourceFiles(texts).filter((file) => !hasErrors(readYamlFile(file)))
  const files = [...accepted.slice(0, 70), ...sourceFiles(handWritten)]
  const set = assemblePolicies(await readFiles(files, toolchain))
  expect(hasErrors(set)).toBe(false)
  expect(set.policies.length).toBeGreaterThan(60)
  const shards = await Promise.all(
    partition(set.policies).map(async (policies) => {
      const compiled = await compileShard(toolchain, { policies, libraries: set.libraries })
      if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems))
      const module = await WebAssembly.compile(compiled.wasm)
      const open = () => new WasmPolicy(module, { memoryPages: memoryPages(compiled.wasm) })
      return {
        policies,
        inputs: policies.map((policy) => inputUse(policy, set.libraries)),
        wasm: open(),
        open,
      }
    }),
  )
  const { revision } = unloadedEngine('nothing was loaded')
  const engine = createEngine({ revision, shards })
  const references = shards.map(({ policies, open }) => ({ policies, wasm: open() }))
  const facts = new Map(set.policies.flatMap((policy) => policy.facts.map((fact) => [fact.name, fact])))
  const whole: Subject['whole'] = (given, past) => {
    const input = { ...given, workflow: { ...(given.workflow as object), steps: past } }
    return {
      ...input,
      facts: Object.fromEntries([...facts].map(([name, fact]) => [name, computeFact(fact, input)])),
    }
  }
  return {
    engine,
    set,
    whole,
    all: (given, past) => {
      const encoded = Buffer.from(JSON.stringify(whole(given, past)))
      return references
        .flatMap(({ policies, wasm }) =>
          policies.filter(inScope(given)).flatMap((policy) =>
            policy.actions.flatMap((action): PolicyMatch[] => {
              const [answer] = wasm.evaluate({ bytes: encoded }, [
                wasm.entrypoints()[entrypointOf(policy, action)]!,
              ])
              if (answer?.kind === 'failed') throw new Error(answer.message)
              const reading = readMatches(policy, action, answer?.kind === 'value' ? answer.value : [])
              if (!reading.ok) throw new Error(reading.message)
              return [...reading.matches]
            }),
          ),
        )
        .sort((a, b) => (a.policyId < b.policyId ? -1 : a.policyId > b.policyId ? 1 : 0))
    },
  }
}

const hasErrors = ({ problems }: { readonly problems: readonly PolicyProblem[] }): boolean =>
  problems.some(({ severity }) => severity === 'error')

const inScope =
  ({ tenant_id }: Readonly<Record<string, unknown>>) =>
  ({ scope }: Policy): boolean =>
    scope.tenants.includes('*') || scope.tenants.includes(tenant_id as string)

test.each([1, 2])('the index finds exactly the matches of evaluating every policy (set %i)', async (seed) => {
  const { engine, all } = await subject(seed)
  let matched = 0
  fc.assert(
    fc.property(input, steps, (given, past) => {
      const plain = JSON.parse(JSON.stringify(given)) as Record<string, unknown>
      const history = createHistory(engine.historyFacts)
      for (const step of past) history.add(undefined, step)
      const facts = { holds: history.holds, stepsText: () => JSON.stringify(past) }
      const { step_type, tool_name, model, step_input, tool_input } = plain
      const asked = { step_type, model, tool_context: { tool_name, tool_input }, step_input }
      for (const body of [undefined, Buffer.from(JSON.stringify(asked, null, 1))]) {
        const judgement = engine.evaluate('step', plain, () => JSON.stringify(plain), facts, body)
        expect(judgement.fault).toBeUndefined()
        expect(judgement.matches).toEqual(all(plain, past))
        matched += judgement.matches.length
      }
    }),
    { numRuns: 200 },
  )
  // An index that finds nothing where nothing matches proves nothing.
  expect(matched).toBeGreaterThan(400)
})

test("compiled policies say what OPA's interpreter says", async () => {
  const { all, set, whole } = await subject(4)
  const inputs = fc.sample(fc.tuple(input, steps), { seed: 4, numRuns: 60 }).map(([given, past]) => ({
    given: JSON.parse(JSON.stringify(given)) as Record<string, unknown>,
    past,
  }))
  const sources = [
    ...set.policies.map(({ modulePath, rego }) => [modulePath, rego]),
    ...set.libraries.map(({ path, rego }) => [path, rego]),
  ]
  const reply = await toolchain.evalMany({
    files: Object.fromEntries(sources) as Record<string, string>,
    query: 'data.stepgate.policy',
    inputs: inputs.map(({ given, past }) => whole(given, past)),
  })
  if (!reply.ok) throw new Error(JSON.stringify(reply.errors))
  inputs.forEach(({ given, past }, i) => {
    const result = reply.results[i]!
    if (!result.ok) throw new Error(JSON.stringify(result.errors))
    const [said] = result.values as [Record<string, Record<string, string[]>>]
    const interpreted = set.policies
      .filter(inScope(given))
      .flatMap(({ id, actions }) =>
        actions.flatMap((action) => said[id]![action]!.map((reason) => [id, reason])),
      )
    expect(all(given, past).map(({ policyId, reason }) => [policyId, reason])).toEqual(interpreted)
  })
})

test('text is encoded as UTF-8 whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 9_000, size: 'max' }), (given) => {
      expect(Buffer.from(encodeInput(given).bytes).toString()).toBe(Buffer.from(given).toString())
    }),
    { numRuns: 15 },
  )
})
