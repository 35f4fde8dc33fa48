import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPolicies, type Policies } from '#src/policy/bundle/open-policies.js'
import type { PolicyEngine } from '#src/policy/engine/engine.js'
import { computeFact } from '#src/policy/language/fact.js'
import type { EvalManyAnswer } from '#src/policy/toolchain/operations.js'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { moduleCache } from '../http/live.js'
import { gateInput } from './generated-input.js'
import { pairs } from './pairs.js'

const inputCount = 10_000
/** The interpreter takes a hundred times as long as WASM. */
const interpretedCount = 2_000

describe('thirty policies, written in YAML and by hand in Rego', () => {
  const folders = { yaml: mkdtempSync(join(tmpdir(), 'pairs-')), rego: mkdtempSync(join(tmpdir(), 'pairs-')) }
  const toolchain = openToolchain()
  const inputs = fc.sample(gateInput, { numRuns: inputCount, seed: 20261121 })
  let yaml: Policies
  let rego: Policies

  beforeAll(async () => {
    for (const { id, ...pair } of pairs) {
      const head = `apiVersion: stepgate.dev/v1\nkind: Policy\nmetadata: { id: ${id} }\nspec:\n  `
      writeFileSync(join(folders.yaml, `${id}.yaml`), `${head}${pair.yaml}\n`)
      writeFileSync(join(folders.rego, `${id}.rego`), `package stepgate.policy["${id}"]\n\n${pair.rego}\n`)
    }
    const open = (folder: string) => openPolicies({ folder, toolchain, cacheDir: moduleCache, watch: false })
    yaml = await open(folders.yaml)
    rego = await open(folders.rego)
    expect([yaml.status().lastError, rego.status().lastError]).toEqual([undefined, undefined])
  })
  afterAll(async () => {
    await yaml.close()
    await rego.close()
    await toolchain.close()
    for (const folder of Object.values(folders)) rmSync(folder, { recursive: true, force: true })
  })

  /** What an engine says, in an order that does not depend on it. */
  const said = (engine: PolicyEngine, input: Record<string, unknown>): string[] => {
    const { matches, fault } = engine.evaluate('step', input, () => JSON.stringify(input))
    expect(fault).toBeUndefined()
    return matches.map((m) => `${m.policyId} ${m.action} ${m.reason} ${m.redact?.join() ?? ''}`).sort()
  }

  it('are thirty in both, and match often enough to mean something', () => {
    expect(yaml.engine().revision.counts).toMatchObject({ policies: 30, yaml: 30 })
    expect(rego.engine().revision.counts).toMatchObject({ policies: 30, rego: 30 })
    const met = new Set(
      inputs.flatMap((input) => said(yaml.engine(), input).map((line) => line.split(' ')[0])),
    )
    expect([...met].sort()).toEqual(pairs.map(({ id }) => id).sort())
  })

  it(`agree on ${inputCount} generated inputs`, () => {
    for (const input of inputs) {
      const [fromYaml, fromRego] = [said(yaml.engine(), input), said(rego.engine(), input)]
      if (fromYaml.join('\n') !== fromRego.join('\n'))
        expect({ input, said: fromYaml }).toEqual({ input, said: fromRego })
    }
  })

  it.each(['yaml', 'rego'] as const)(`are judged by WASM as by OPA's interpreter (%s)`, async (language) => {
    const policies = { yaml, rego }[language]
    const { policies: set, libraries } = policies.set() ?? { policies: [], libraries: [] }
    const files = Object.fromEntries([
      ...set.map(({ modulePath, rego: text }) => [modulePath, text]),
      ...libraries.map(({ path, rego: text }) => [path, text]),
    ])
    const facts = [
      ...new Map(set.flatMap((policy) => policy.facts).map((fact) => [fact.name, fact])).values(),
    ]
    const some = inputs.slice(0, interpretedCount)
    const whole = some.map((input) => ({
      ...input,
      facts: Object.fromEntries(facts.map((fact) => [fact.name, computeFact(fact, input)])),
    }))
    const answer = await toolchain.evalMany({ files, query: 'data.stepgate.policy', inputs: whole })
    if (!answer.ok) throw new Error(JSON.stringify(answer.errors))
    const actions = ['block', 'require_approval', 'redact', 'warn', 'alert', 'log']
    some.forEach((input, i) => {
      const document = interpreted(answer, i)
      const expected = Object.entries(document).flatMap(([id, rules]) =>
        actions.flatMap((action) => (rules[action] ?? []).map((said) => line(id, action, said))),
      )
      const actual = said(policies.engine(), input).map((text) =>
        text.replace(/ step_input\.customer\.email$| $/, ''),
      )
      if (actual.join('\n') !== expected.sort().join('\n'))
        expect({ input, actual }).toEqual({ input, actual: expected })
    })
  })
})

type Said = string | { reason: string }

const line = (id: string, action: string, said: Said): string =>
  `${id} ${action} ${typeof said === 'string' ? said : said.reason}`

/** The policies' documents that the interpreter made of the input with this number. */
function interpreted({ results }: EvalManyAnswer, i: number): Record<string, Record<string, Said[]>> {
  const result = results[i]
  if (!result?.ok) throw new Error(JSON.stringify(result))
  return (result.values[0] ?? {}) as Record<string, Record<string, Said[]>>
}
