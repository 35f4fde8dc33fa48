import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { combine, type Judgement } from '#src/domain/decision.js'
import { compileShard } from '#src/policy/bundle/compile-shard.js'
import { memoryPages } from '#src/policy/bundle/memory-pages.js'
import { PolicyLoader } from '#src/policy/bundle/policy-loader.js'
import { encodeInput } from '#src/policy/engine/encoded-input.js'
import type { PolicyEngine, PolicyInput } from '#src/policy/engine/engine.js'
import { createHistory } from '#src/policy/engine/history.js'
import { unloadedEngine } from '#src/policy/engine/unloaded.js'
import { WasmPolicy } from '#src/policy/engine/wasm-policy.js'
import type { Hook } from '#src/policy/policy.js'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { engineOf, sourceFiles, yamlPolicy } from './loaded-policies.js'

declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> }

const toolchain = openToolchain()
afterAll(() => toolchain.close())

const equals = (field: string, value: unknown) => ({ field, operator: 'equals', value })

/** What a set says is the same whether it has the request's bytes to look at or not. */
function judge(engine: PolicyEngine, input: PolicyInput, hook: Hook = 'step'): Judgement {
  const { tool_name, tool_type, tool_input, ...rest } = input
  const body = Buffer.from(JSON.stringify({ ...rest, tool_context: { tool_name, tool_type, tool_input } }))
  const text = () => JSON.stringify(input)
  const judgement = engine.evaluate(hook, input, text)
  expect(engine.evaluate(hook, input, text, undefined, body)).toEqual(judgement)
  return judgement
}

const idsOf = ({ matches }: Judgement) => matches.map(({ policyId }) => policyId)

describe('a policy set', () => {
  let engine: PolicyEngine
  beforeAll(async () => {
    engine = await engineOf(toolchain, {
      'block.yaml': yamlPolicy('no-deletes', {
        when: [equals('tool_name', 'db.delete'), equals('metadata.environment', 'production')],
        reason: 'no {tool_name} in {metadata.environment}',
      }),
      'hold.yaml': yamlPolicy('hold-gpt4', {
        when: { field: 'model', operator: 'regex', value: '^gpt-4' },
        action: 'require_approval',
        approval: { expires_in: '2h', roles: ['reviewer'], quorum: 2 },
      }),
      'redact.yaml': yamlPolicy('mask', {
        when: { field: '*', operator: 'contains', value: 'Secret' },
        action: 'redact',
        redact: ['step_input.note'],
      }),
      'shadow.yaml': yamlPolicy('trial', {
        when: equals('tool_name', 'db.delete'),
        enforcement: 'shadow',
      }),
      'off.yaml': yamlPolicy('gone', { when: equals('tool_name', 'db.delete'), enforcement: 'off' }),
      'tenant.yaml': yamlPolicy('acme-only', {
        when: equals('step_type', 'llm_call'),
        action: 'warn',
        scope: { tenants: ['acme', 'initech'] },
      }),
      'source.yaml': yamlPolicy('langgraph-only', {
        when: equals('step_type', 'llm_call'),
        action: 'log',
        scope: { sources: ['langgraph'] },
      }),
      'plan.yaml': yamlPolicy('plans', { when: equals('metadata.goal', 'risky'), applies_to: ['plan'] }),
      'list.yaml': yamlPolicy('tagged', {
        when: { field: 'step_input.tags', operator: 'contains_any', value: ['hot', 7] },
        action: 'alert',
      }),
      'own.rego': `# METADATA
# title: Hand-written
package stepgate.policy.own

block contains "blocked by hand" if input.step_input.by == "hand"

require_approval contains {"reason": "held", "approval": {"expires_in": "30m", "roles": ["cfo"]}} if input.step_input.hold

warn contains sprintf("seen %v", [x]) if some x in input.step_input.seen

redact contains {"reason": "mask", "redact": ["step_input.by"]} if input.step_input.mask
`,
    })
  })

  test('says nothing where no policy matches, and never asks for the text', () => {
    const judgement = engine.evaluate('step', { tool_name: 'search' }, () => {
      throw new Error('asked for the text')
    })
    expect(judgement).toEqual({ revision: engine.revision.id, matches: [], facts: {} })
  })

  test('names the policy that matched, with its reason filled in', () => {
    const input = { tool_name: 'db.delete', metadata: { environment: 'production' } }
    expect(judge(engine, input).matches).toEqual([
      {
        policyId: 'no-deletes',
        policyName: 'no-deletes',
        action: 'block',
        reason: 'no db.delete in production',
        enforcement: 'enforce',
      },
      {
        policyId: 'trial',
        policyName: 'trial',
        action: 'block',
        reason: 'trial',
        enforcement: 'shadow',
      },
    ])
  })

  test('keeps types apart: the string of a number is not the number', () => {
    expect(idsOf(judge(engine, { step_input: { tags: [7] } }))).toEqual(['tagged'])
    expect(idsOf(judge(engine, { step_input: { tags: ['7'] } }))).toEqual([])
  })

  test('reports the facts that its candidates asked for, also for a decision to be made again', () => {
    const judgement = judge(engine, { model: 'gpt-4o' })
    expect(judgement.facts).toEqual({ 'model regex ^gpt-4': true })
    expect(judgement.matches).toEqual([
      {
        policyId: 'hold-gpt4',
        policyName: 'hold-gpt4',
        action: 'require_approval',
        reason: 'hold-gpt4',
        enforcement: 'enforce',
        approval: { expiresInMs: 7_200_000, roles: ['reviewer'], quorum: 2 },
      },
    ])
  })

  test('looks at the whole of step_input and tool_input, letter case aside', () => {
    for (const input of [
      { step_input: { note: 'a SECRET plan' } },
      { tool_input: { deep: [{ note: 'secret' }] } },
    ]) {
      expect(judge(engine, input).matches).toMatchObject([{ policyId: 'mask', redact: ['step_input.note'] }])
    }
    expect(idsOf(judge(engine, { metadata: { note: 'secret' } }))).toEqual([])
  })

  test('a policy for some tenants or sources concerns only them', () => {
    const llm = { step_type: 'llm_call' }
    expect(idsOf(judge(engine, { ...llm, tenant_id: 'acme' }))).toEqual(['acme-only'])
    expect(idsOf(judge(engine, { ...llm, tenant_id: 'initech' }))).toEqual(['acme-only'])
    expect(idsOf(judge(engine, { ...llm, tenant_id: 'umbrella' }))).toEqual([])
    expect(idsOf(judge(engine, llm))).toEqual([])
    expect(idsOf(judge(engine, { ...llm, source: 'langgraph' }))).toEqual(['langgraph-only'])
  })

  test('a policy judges only what it applies to', () => {
    const input = { metadata: { goal: 'risky' } }
    expect(idsOf(judge(engine, input, 'plan'))).toEqual(['plans'])
    expect(idsOf(judge(engine, input))).toEqual([])
    expect(idsOf(judge(engine, input, 'completion'))).toEqual([])
  })

  test('hand-written Rego states its own terms, and several reasons', () => {
    const input = { step_input: { by: 'hand', hold: true, seen: ['b', 'a'], mask: true } }
    expect(judge(engine, input).matches.map(({ action, reason }) => [action, reason])).toEqual([
      ['block', 'blocked by hand'],
      ['require_approval', 'held'],
      ['redact', 'mask'],
      ['warn', 'seen a'],
      ['warn', 'seen b'],
    ])
    expect(judge(engine, input).matches[1]?.approval).toEqual({
      expiresInMs: 1_800_000,
      roles: ['cfo'],
      quorum: 1,
    })
    expect(judge(engine, input).matches[2]?.redact).toEqual(['step_input.by'])
  })

  test('input that lies about its prototype changes nothing', () => {
    const input = JSON.parse('{"tool_name":"x","__proto__":{"model":"gpt-4"},"metadata":{"__proto__":1}}')
    expect(idsOf(judge(engine, input))).toEqual([])
  })

  test('lists its policies in id order, those that are off included', () => {
    expect(engine.policies.map(({ id }) => id)).toEqual([
      'acme-only',
      'gone',
      'hold-gpt4',
      'langgraph-only',
      'mask',
      'no-deletes',
      'own',
      'plans',
      'tagged',
      'trial',
    ])
  })
})

test('an IPv4 address mapped into IPv6 is in the networks of IPv4, in YAML and in Rego', async () => {
  const range = '10.0.0.0/8'
  const engine = await engineOf(toolchain, {
    'a.yaml': yamlPolicy('yaml', { when: { field: 'step_input.ip', operator: 'cidr', value: range } }),
    'b.rego': `package stepgate.policy.rego\n\nblock contains "x" if net.cidr_contains("${range}", input.step_input.ip)\n`,
    'c.rego': `package stepgate.policy.reverse\n\nblock contains "x" if net.cidr_intersects(input.step_input.net, "${range}")\n`,
  })
  const asked = (ip: string, net: string) => idsOf(judge(engine, { step_input: { ip, net } }))
  expect(asked('::ffff:10.2.3.4', '::ffff:10.2.0.0/112')).toEqual(['rego', 'reverse', 'yaml'])
  expect(asked('::ffff:11.2.3.4', '::ffff:11.2.0.0/112')).toEqual([])
})

test('a rollout takes the same runs each time, about as many as it says, and runs that lack the field', async () => {
  const engine = await engineOf(toolchain, {
    'a.yaml': yamlPolicy('canary', {
      when: equals('step_type', 'llm_call'),
      rollout: { percent: 20, by: 'workflow_id' },
    }),
  })
  const matches = (id?: string) =>
    idsOf(judge(engine, { step_type: 'llm_call', ...(id === undefined ? {} : { workflow_id: id }) })).length
  const runs = Array.from({ length: 2_000 }, (_, i) => `wf_${i}`)
  const taken = runs.filter((id) => matches(id) === 1)
  expect(taken.length / runs.length).toBeGreaterThan(0.16)
  expect(taken.length / runs.length).toBeLessThan(0.24)
  expect(runs.filter((id) => matches(id) === 1)).toEqual(taken)
  expect(matches()).toBe(1)
})

describe('what happened before', () => {
  test('facts over earlier steps are answered by the caller, and only asked where a policy needs them', async () => {
    const engine = await engineOf(toolchain, {
      'a.yaml': yamlPolicy('after-search', {
        when: [
          equals('tool_name', 'mail.send'),
          { field: 'workflow.steps[*].tool_name', operator: 'equals', value: 'db.read' },
        ],
      }),
    })
    expect(engine.historyFacts.map(({ name }) => name)).toEqual([
      'workflow.steps[*].tool_name equals db.read',
    ])
    const history = createHistory(engine.historyFacts)
    const input = { tool_name: 'mail.send' }
    const ids = () => idsOf(engine.evaluate('step', input, () => JSON.stringify(input), history))
    expect(ids()).toEqual([])
    history.add(undefined, { step_id: 's1', tool_name: 'db.read', completed: false })
    expect(ids()).toEqual(['after-search'])
    history.add({ step_id: 's1', tool_name: 'db.read', completed: false }, { step_id: 's1', tool_name: 'x' })
    expect(ids()).toEqual([])
    expect(idsOf(judge(engine, input))).toEqual([])
  })

  test('hand-written Rego gets the earlier steps themselves, beside what else it knows of the workflow', async () => {
    const engine = await engineOf(toolchain, {
      'a.rego': `package stepgate.policy.third

block contains sprintf("%d of %d", [count(input.workflow.steps), input.workflow.step_count]) if {
	count([step | some step in input.workflow.steps; step.step_type == "llm_call"]) >= 2
}
`,
      'b.yaml': yamlPolicy('other', {
        when: { field: 'workflow.step_count', operator: 'greater_than', value: 1 },
        action: 'log',
      }),
    })
    expect(engine.readsSteps).toBe(true)
    const input = { workflow: { step_count: 3 }, step_type: 'llm_call' }
    const steps = [{ step_type: 'llm_call' }, { step_type: 'tool_call' }, { step_type: 'llm_call' }]
    let asked = 0
    const stepsText = () => {
      asked++
      return JSON.stringify(steps)
    }
    const judgement = engine.evaluate('step', input, () => JSON.stringify(input), {
      holds: () => false,
      stepsText,
    })
    expect(judgement.matches.map(({ reason }) => reason)).toEqual(['other', '3 of 3'])
    expect(asked).toBe(1)
    expect(idsOf(judge(engine, input))).toEqual(['other'])
  })
})

describe('what cannot be evaluated', () => {
  const broken = {
    'conflict.rego': `package stepgate.policy.conflict

level := 1 if input.step_input.conflict
level := 2 if input.step_input.conflict

block contains "conflict" if level > 0
`,
    'deep.rego': `package stepgate.policy.deep

block contains "deep" if {
	input.step_input.deep
	some path, value
	walk(input, [path, value])
	value == "needle"
}
`,
    'numbers.rego': `package stepgate.policy.numbers

block contains "divided" if 1 / input.step_input.by > 0

block contains "number" if to_number(input.step_input.text) > 1
`,
    'shape.rego': `package stepgate.policy.shape

block contains object.union({"reasn": "x"}, {}) if input.step_input.shape == "key"

block contains x if {
	input.step_input.shape == "number"
	x := count(input.step_input)
}

require_approval contains {"reason": "x", "approval": {"quorum": 1 - 1}} if input.step_input.shape == "quorum"
`,
    'trial.rego': `# METADATA
# custom: {enforcement: shadow}
package stepgate.policy.trial

level := 1 if input.step_input.trial
level := 2 if input.step_input.trial

block contains "trial" if level > 0
`,
    'fine.yaml': yamlPolicy('fine', { when: equals('tool_name', 'db.delete') }),
  }
  let engine: PolicyEngine
  beforeAll(async () => {
    engine = await engineOf(toolchain, broken)
  })
  const fine = () => idsOf(judge(engine, { tool_name: 'db.delete', step_input: {} }))

  test('rules that conflict are a fault that names the policy, the gate blocks, and the next call is right', () => {
    const judgement = judge(engine, { tool_name: 'db.delete', step_input: { conflict: true } })
    expect(judgement.fault).toMatchObject({ code: 'policy_evaluation_failed', policyId: 'conflict' })
    expect(idsOf(judgement)).toEqual(['fine'])
    expect(combine(judgement).decision).toBe('block')
    expect(fine()).toEqual(['fine'])
    expect(judge(engine, { step_input: { conflict: false } }).fault).toBeUndefined()
  })

  test('input nested deeper than the stack is a fault, and the next call is right', () => {
    const depth = 100_000
    const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) as unknown
    const tooDeep = { step_input: { deep } }
    engine.evaluate('step', tooDeep, () => JSON.stringify(tooDeep))
    expect(fine()).toEqual(['fine'])
    const text = `{"step_input":{"deep":${'['.repeat(depth)}${']'.repeat(depth)}}}`
    const judgement = engine.evaluate('step', { step_input: { deep: true } }, () => text)
    expect(combine(judgement).decision).toBe('block')
    expect(judgement.fault?.code).toBe('policy_evaluation_failed')
    expect(fine()).toEqual(['fine'])
  })

  test('division by zero and texts that are no numbers make no match, as in Rego', () => {
    expect(judge(engine, { step_input: { by: 0 } })).toMatchObject({ matches: [] })
    expect(judge(engine, { step_input: { by: 2 } }).matches).toMatchObject([{ reason: 'divided' }])
    expect(judge(engine, { step_input: { text: 'x' } })).toMatchObject({ matches: [] })
    expect(judge(engine, { step_input: { text: '2' } }).matches).toMatchObject([{ reason: 'number' }])
    expect(judge(engine, { step_input: { by: 0, text: 'x' } }).fault).toBeUndefined()
  })

  test.each([
    ['key', 'unknown key "reasn"'],
    ['number', 'a reason or an object is expected, not a number'],
    ['quorum', 'approval.quorum must be a whole number of at least 1'],
  ])('a match that is malformed (%s) is a fault that says how', (shape, message) => {
    const { fault } = judge(engine, { step_input: { shape } })
    expect(fault?.policyId).toBe('shape')
    expect(fault?.message).toContain(message)
  })

  test('a policy in shadow that fails is reported and does not decide', () => {
    const judgement = judge(engine, { step_input: { trial: true } })
    expect(judgement.fault).toBeUndefined()
    expect(judgement.matches).toMatchObject([{ policyId: 'trial', enforcement: 'shadow' }])
    expect(combine(judgement).decision).toBe('allow')
  })

  test('text that is not JSON is a fault, and the next call is right', () => {
    const judgement = engine.evaluate('step', { step_input: { deep: true } }, () => '{"step_input":')
    expect(judgement.fault?.code).toBe('policy_evaluation_failed')
    expect(fine()).toEqual(['fine'])
  })

  test('a caller that throws is a fault, not an exception', () => {
    const judgement = engine.evaluate('step', { step_input: { deep: true } }, () => {
      throw new Error('no text')
    })
    expect(judgement.fault).toEqual({
      code: 'policy_evaluation_failed',
      message: 'The policies could not be evaluated: no text',
    })
  })

  test('without a policy set everything is a fault that says so', () => {
    const judgement = unloadedEngine('the folder is empty').evaluate('step', {}, () => '{}')
    expect(judgement.fault?.code).toBe('no_policy_revision')
    expect(combine(judgement)).toMatchObject({
      decision: 'block',
      reason: 'No policy revision is loaded: the folder is empty',
    })
  })
})

describe('at length', () => {
  test('inputs of 256 kB are judged like others, and memory stays bounded over 100,000 evaluations', async () => {
    const engine = await engineOf(toolchain, {
      'all.rego': `package stepgate.policy.all

block contains "found" if {
	some path, value
	walk(input.step_input, [path, value])
	value == "needle"
}
`,
      'some.yaml': yamlPolicy('some', { when: equals('tool_name', 'x') }),
    })
    const rows = Array.from({ length: 4_000 }, (_, i) => ({
      id: i,
      text: `row number ${i} of the large input`,
    }))
    const large = { tool_name: 'x', step_input: { rows, last: 'needle' } }
    expect(JSON.stringify(large).length).toBeGreaterThan(200_000)
    for (let i = 0; i < 5; i++) expect(idsOf(judge(engine, large))).toEqual(['all', 'some'])
    const small = { tool_name: 'x', step_input: {} }
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().external
    for (let i = 0; i < 100_000; i++) engine.evaluate('step', small, () => '')
    const after = process.memoryUsage().arrayBuffers + process.memoryUsage().external
    expect(after - before).toBeLessThan(32 * 1024 * 1024)
    expect(idsOf(judge(engine, small))).toEqual(['some'])
  })

  test('an instance that grew too large is replaced, and the answers stay the same', async () => {
    const loader = new PolicyLoader(toolchain)
    const rego = `package stepgate.policy.all

block contains "found" if {
	some path, value
	walk(input.step_input, [path, value])
	value == "needle"
}
`
    const loaded = await loader.load(sourceFiles({ 'a.rego': rego }), { commit: undefined, loadedAt: 0 })
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
    const [policy] = loaded.set.policies
    const compiled = await compileShard(toolchain, { policies: [policy!], libraries: [] })
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems))
    const wasm = new WasmPolicy(await WebAssembly.compile(compiled.wasm), {
      memoryPages: memoryPages(compiled.wasm),
      memoryLimit: 1024 * 1024,
    })
    const ask = (words: number) => {
      const text = JSON.stringify({
        step_input: [...Array.from({ length: words }, (_, i) => `word ${i}`), 'needle'],
      })
      return wasm.evaluate(encodeInput(text), [wasm.entrypoints()['stepgate/policy/all/block']!])
    }
    const found = [{ kind: 'value', value: ['found'] }]
    for (let i = 0; i < 3; i++) {
      expect(ask(1)).toEqual(found)
      expect(wasm.memoryBytes()).toBeGreaterThan(0)
      expect(wasm.memoryBytes()).toBeLessThan(1024 * 1024)
      expect(ask(20_000)).toEqual(found)
      expect(wasm.memoryBytes()).toBe(0)
    }
    expect(wasm.instances).toBe(3)
  })

  test('an empty text is replaced before each character: what OPA compiles in would never end', async () => {
    const engine = await engineOf(toolchain, {
      'replaced.rego': `package stepgate.policy.replaced

block contains replace(input.step_input.text, input.step_input.part, "-")
`,
    })
    const reason = (text: string, part: string) =>
      judge(engine, { step_input: { text, part } }).matches[0]?.reason
    expect(reason('aé', '')).toBe('-a-é-')
    expect(reason('banana', 'an')).toBe('b--a')
  })

  test('an evaluation that would take all memory is a fault before it has, and the next call is right', async () => {
    const engine = await engineOf(toolchain, {
      'long.rego': `package stepgate.policy.long

block contains "long" if {
	all := numbers.range(1, input.step_input.n)
	count([1 | some i in all; some j in all]) > 35
}
`,
    })
    const before = process.memoryUsage.rss()
    const judgement = judge(engine, { step_input: { n: 30_000 } })
    expect(judgement.fault).toMatchObject({ code: 'policy_evaluation_failed', policyId: 'long' })
    expect(judgement.fault?.message).toContain('more memory than one evaluation may')
    expect(combine(judgement).decision).toBe('block')
    expect(process.memoryUsage.rss() - before).toBeLessThan(600 * 1024 * 1024)
    expect(idsOf(judge(engine, { step_input: { n: 6 } }))).toEqual(['long'])
    expect(idsOf(judge(engine, { step_input: { n: 5 } }))).toEqual([])
  })

  test('policies that name many values in several fields are found, and are not filed under all combinations', async () => {
    const values = Array.from({ length: 40 }, (_, i) => `value-${i}`)
    const fields = ['tool_name', 'model', 'step_name', 'metadata.team', 'metadata.region']
    const when = fields.map((field) => ({ field, operator: 'in', value: values }))
    const engine = await engineOf(
      toolchain,
      Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`p${i}.yaml`, yamlPolicy(`p${i}`, { when })])),
    )
    const metadata = { team: 'value-39', region: 'value-7' }
    const input = { tool_name: 'value-0', model: 'value-21', step_name: 'value-39', metadata }
    expect(idsOf(judge(engine, input))).toHaveLength(10)
    expect(idsOf(judge(engine, { ...input, model: 'value-40' }))).toEqual([])
  })

  test('more patterns than the runtime of OPA caches are all matched', async () => {
    const patterns = Array.from({ length: 150 }, (_, i) => `^word${i}$`)
    const files = Object.fromEntries(
      Array.from({ length: 15 }, (_, p) => [
        `p${p}.rego`,
        `package stepgate.policy.p${p}\n\n${patterns
          .slice(p * 10, p * 10 + 10)
          .map(
            (pattern) => `block contains "${pattern}" if regex.match("${pattern}", input.step_input.word)\n`,
          )
          .join('\n')}`,
      ]),
    )
    const engine = await engineOf(toolchain, files)
    for (const i of [0, 77, 149, 0]) {
      const { matches, fault } = judge(engine, { step_input: { word: `word${i}` } })
      expect(fault).toBeUndefined()
      expect(matches.map(({ reason }) => reason)).toEqual([`^word${i}$`])
    }
  })
})
