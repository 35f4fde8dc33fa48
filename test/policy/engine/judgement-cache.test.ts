/** What was judged before is not judged again, and nothing but the time tells. */
import { afterAll, describe, expect, test } from 'vitest'
import type { Judgement } from '#src/domain/decision.js'
import { compileShard } from '#src/policy/bundle/compile-shard.js'
import { inputUse } from '#src/policy/bundle/input-use.js'
import { memoryPages } from '#src/policy/bundle/memory-pages.js'
import { createEngine, type PolicyEngine, type PolicyInput } from '#src/policy/engine/engine.js'
import { JudgementCache } from '#src/policy/engine/judgement-cache.js'
import { unloadedEngine } from '#src/policy/engine/unloaded.js'
import { WasmPolicy } from '#src/policy/engine/wasm-policy.js'
import { assemblePolicies } from '#src/policy/language/assemble-policies.js'
import { readFiles } from '#src/policy/language/read-policies.js'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { sourceFiles, yamlPolicy } from './loaded-policies.js'

declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> }

const toolchain = openToolchain()
afterAll(() => toolchain.close())

interface Subject {
  readonly engine: PolicyEngine
  readonly ask: (input: PolicyInput) => Judgement
  /** Whether WebAssembly was entered for it: it is not there before, and is made when it is needed. */
  readonly enters: (input: PolicyInput) => boolean
}

async function subject(texts: Readonly<Record<string, string>>): Promise<Subject> {
  const { policies, libraries } = assemblePolicies(await readFiles(sourceFiles(texts), toolchain))
  const compiled = await compileShard(toolchain, { policies, libraries })
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems))
  const wasm = new WasmPolicy(await WebAssembly.compile(compiled.wasm), {
    memoryPages: memoryPages(compiled.wasm),
  })
  const inputs = policies.map((policy) => inputUse(policy, libraries))
  const { revision } = unloadedEngine('nothing was loaded')
  const engine = createEngine({ revision, shards: [{ policies, inputs, wasm }] })
  const ask: Subject['ask'] = (input) => engine.evaluate('step', input, () => JSON.stringify(input))
  const enters: Subject['enters'] = (input) => {
    wasm.drop()
    ask(input)
    return wasm.memoryBytes() > 0
  }
  return { engine, ask, enters }
}

const amountPolicy = yamlPolicy('amounts', {
  when: [
    { field: 'tool_name', operator: 'equals', value: 'refund' },
    { field: 'tool_input.amount', operator: 'greater_than', value: 100 },
    { field: 'step_input.note', operator: 'regex', value: 'urgent' },
  ],
  reason: 'a {tool_name} of {tool_input.amount}',
})

describe('a policy that reads two members and a fact', () => {
  const asked = (amount: number, note: string, rest: object = {}): PolicyInput => ({
    tool_name: 'refund',
    tool_input: { amount, currency: 'EUR' },
    step_input: { note },
    ...rest,
  })

  test('is not asked again for what it was asked before, whatever else the input holds', async () => {
    const { ask, enters } = await subject({ 'a.yaml': amountPolicy })
    const first = ask(asked(200, 'urgent'))
    expect(first.matches.map(({ reason }) => reason)).toEqual(['a refund of 200'])
    const again = asked(200, 'rather urgent', { step_id: 'another', metadata: { team: 'growth' } })
    expect(enters(again)).toBe(false)
    expect(ask(again)).toEqual(first)
  })

  test('is asked for another value of what it reads', async () => {
    const { ask, enters } = await subject({ 'a.yaml': amountPolicy })
    ask(asked(200, 'urgent'))
    expect(enters(asked(300, 'urgent'))).toBe(true)
    expect(ask(asked(300, 'urgent')).matches[0]?.reason).toBe('a refund of 300')
    expect(ask(asked(200, 'urgent')).matches[0]?.reason).toBe('a refund of 200')
  })

  test('tells a number from its digits, and what is missing from what is null', async () => {
    const { ask } = await subject({
      'a.yaml': yamlPolicy('kinds', {
        when: [
          { field: 'tool_name', operator: 'equals', value: 'refund' },
          { field: 'tool_input.amount', operator: 'greater_than', value: 0 },
        ],
        reason: 'amount {tool_input.amount}, note {step_input.note}',
      }),
    })
    const reason = (tool_input: object, step_input: object) =>
      ask({ tool_name: 'refund', tool_input, step_input }).matches[0]?.reason
    expect(reason({ amount: 1 }, { note: 'x' })).toBe('amount 1, note x')
    expect(reason({ amount: '1' }, { note: 'x' })).toBeUndefined()
    expect(reason({ amount: 1 }, { note: null })).not.toBe(reason({ amount: 1 }, { note: 'null"' }))
    expect(reason({ amount: 1 }, {})).toBe(reason({ amount: 1 }, []))
  })
})

test('a fact that is otherwise makes it another question', async () => {
  const { ask } = await subject({
    'a.yaml': yamlPolicy('either', {
      when: {
        all: [
          { field: 'tool_name', operator: 'equals', value: 'mail' },
          {
            any: [
              { field: 'step_input.note', operator: 'contains', value: 'internal' },
              { field: 'step_input.note', operator: 'contains', value: 'secret' },
              { field: 'metadata.team', operator: 'exists' },
            ],
          },
        ],
      },
    }),
  })
  const facts = (note: string) =>
    Object.values(ask({ tool_name: 'mail', metadata: { team: 'x' }, step_input: { note } }).facts)
  expect(facts('internal')).toEqual([true, false])
  expect(facts('secret')).toEqual([false, true])
  expect(facts('internal')).toEqual([true, false])
})

test('of policies that match together each set is a question of its own', async () => {
  const warn = (id: string, value: string, field: string) =>
    yamlPolicy(id, { when: { field, operator: 'equals', value }, action: 'warn' })
  const { ask } = await subject({ 'a.yaml': warn('a', 'x', 'model'), 'b.yaml': warn('b', 'x', 'provider') })
  const ids = (input: PolicyInput) => ask(input).matches.map(({ policyId }) => policyId)
  for (let round = 0; round < 2; round++) {
    expect(ids({ model: 'x' })).toEqual(['a'])
    expect(ids({ provider: 'x' })).toEqual(['b'])
    expect(ids({ model: 'x', provider: 'x' })).toEqual(['a', 'b'])
    expect(ids({ model: 'y', provider: 'y' })).toEqual([])
  }
})

test('a policy that may read anything, or earlier steps, is asked each time', async () => {
  const { enters } = await subject({
    'any.rego': 'package stepgate.policy.any\n\nwarn contains k if some k, _ in input\n',
  })
  expect(enters({ model: 'x' })).toBe(true)
  expect(enters({ model: 'x' })).toBe(true)
  const past = await subject({
    'past.rego':
      'package stepgate.policy.past\n\nwarn contains "again" if input.workflow.steps[_].tool_name == "x"\n',
  })
  const judged = (steps: string) =>
    past.engine.evaluate('step', { workflow: {} }, () => '{"workflow":{}}', {
      holds: () => false,
      stepsText: () => steps,
    }).matches.length
  expect([judged('[]'), judged('[{"tool_name":"x"}]'), judged('[]')]).toEqual([0, 1, 0])
})

test('a failure is not remembered', async () => {
  const { ask, enters } = await subject({
    'odd.rego': 'package stepgate.policy.odd\n\nblock contains {"reason": input.model}\n',
  })
  const odd = { model: { not: 'a text' } }
  expect(ask(odd).fault?.policyId).toBe('odd')
  expect(enters(odd)).toBe(true)
})

describe('the cache', () => {
  const nothing: Judgement = { revision: 'r', matches: [], facts: {} }

  test('keeps what is asked for again, and forgets the rest', () => {
    const cache = new JudgementCache()
    cache.set('kept', nothing)
    for (let i = 0; i < 10_000; i++) {
      cache.set(`once ${i}`, { ...nothing })
      if (i % 100 === 0) expect(cache.get('kept')).toBe(nothing)
    }
    expect(cache.get('once 0')).toBeUndefined()
    expect(cache.get('once 9999')).toBeDefined()
    let left = 0
    for (let i = 0; i < 10_000; i++) if (cache.get(`once ${i}`)) left++
    expect(left).toBeLessThanOrEqual(1024)
  })

  test('takes nothing long, with which a caller could fill memory', () => {
    const cache = new JudgementCache()
    const match = { policyId: 'p', policyName: 'p', action: 'block', enforcement: 'enforce' } as const
    cache.set('long', { ...nothing, matches: [{ ...match, reason: 'x'.repeat(5000) }] })
    expect(cache.get('long')).toBeUndefined()
    cache.set('x'.repeat(1025), nothing)
    expect(cache.get('x'.repeat(1025))).toBeUndefined()
    cache.set('x'.repeat(1024), nothing)
    expect(cache.get('x'.repeat(1024))).toBe(nothing)
  })
})
