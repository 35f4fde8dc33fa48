import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { judgeInput } from '#src/domain/plan/judge-input.js'
import type { Plan } from '#src/domain/plan/plan.js'
import { inputSchema } from '#src/policy/language/input-schema.js'
import { policySchema } from '#src/policy/language/published-schema.js'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { policyWith, readYaml } from './reading.js'

const toolchain = openToolchain()
afterAll(() => toolchain.close())

/** What OPA's JSON Schema validator, which had no part in making the schema, says of documents. */
async function valid(documents: readonly unknown[], schema: unknown): Promise<boolean[]> {
  const answer = await toolchain.evalMany({
    files: { 'm.rego': 'package m\n\nok := json.match_schema(input.document, input.schema)[0]\n' },
    query: 'data.m.ok',
    inputs: documents.map((document) => ({ document, schema })),
  })
  if (!answer.ok) throw new Error(JSON.stringify(answer.errors))
  return answer.results.map((result) => result.ok && result.values[0] === true)
}

const folder = new URL('golden/', import.meta.url)
const good = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))

/** Documents whose form is wrong, so that an editor can see it too. */
const bad = [
  'apiVersion: stepgate.dev/v1',
  'kind: Policy',
  'apiVersion: stepgate.dev/v1\nkind: Polcy',
  'apiVersion: stepgate.dev/v2\nkind: Policy',
  'apiVersion: stepgate.dev/v1\nkind: Policy\nmetadata: { id: p }',
  policyWith('Upper', '{ field: model, operator: exists }'),
  policyWith('p', '{ field: model, operator: exits }'),
  policyWith('p', '{ field: model, operator: exists, value: 1 }'),
  policyWith('p', '{ field: model, operator: equals }'),
  policyWith('p', '{ field: model }'),
  policyWith('p', '{ operator: exists }'),
  policyWith('p', '{ field: model, operator: in, value: x }'),
  policyWith('p', '{ field: model, operator: equals, value: { a: 1 } }'),
  policyWith('p', '{ field: model, operator: equals, value: null }'),
  policyWith('p', '{ al: { field: model, operator: exists } }'),
  policyWith('p', '{ all: [] }'),
  policyWith('p', '{ any: [[{ field: model, operatr: exists }]] }'),
  policyWith('p', 'x'),
  policyWith('p', '{ field: model, operator: exists }', 'action: stop'),
  policyWith('p', '{ field: model, operator: exists }', 'action: block\n  enforcement: on'),
  policyWith('p', '{ field: model, operator: exists }', 'action: block\n  rollout: { percent: 101 }'),
  policyWith('p', '{ field: model, operator: exists }', 'action: block\n  scope: { tenant: [a] }'),
  policyWith(
    'p',
    '{ field: model, operator: exists }',
    'action: require_approval\n  approval: { quorum: 0 }',
  ),
  policyWith(
    'p',
    '{ field: model, operator: exists }',
    'action: require_approval\n  approval: { expires_in: 1w }',
  ),
  policyWith('p', '{ field: model, operator: exists }', 'action: block\n  applies_to: []'),
  `${policyWith('p', '{ field: model, operator: exists }')}tests: [{ name: x }]`,
  `${policyWith('p', '{ field: model, operator: exists }')}tests: [{ name: x, expect: { decision: deny } }]`,
  'apiVersion: stepgate.dev/v1\nkind: Data\ndata: [1]',
  'apiVersion: stepgate.dev/v1\nkind: PolicyTest\ntests: []',
]

const documentsOf = (text: string): unknown[] =>
  [parseAllDocuments(text)].flat().map((document) => ('toJS' in document ? document.toJS() : undefined))

describe('the schema for editors', () => {
  test('takes what the loader takes', async () => {
    const errors = good.flatMap((text) =>
      readYaml({ 'p.yaml': text }).problems.filter((p) => p.severity === 'error'),
    )
    expect(errors).toEqual([])
    const documents = good.flatMap(documentsOf)
    expect(await valid(documents, policySchema())).toEqual(documents.map(() => true))
  })

  test('refuses what the loader refuses for its form', async () => {
    const accepted = bad.filter((text) =>
      readYaml({ 'p.yaml': text }).problems.every((p) => p.severity !== 'error'),
    )
    expect(accepted).toEqual([])
    const results = await valid(bad.flatMap(documentsOf), policySchema())
    expect(bad.filter((_, i) => results[i])).toEqual([])
  })

  test('knows agents, providers, connectors and plans as well', async () => {
    const model = { name: 'local' }
    const provider = (spec: object) => ({
      apiVersion: 'stepgate.dev/v1',
      kind: 'Provider',
      metadata: model,
      spec,
    })
    const agents = (agent: object) => ({
      apiVersion: 'axonflow.io/v1',
      kind: 'AgentConfig',
      metadata: { name: 'a', domain: 'generic' },
      spec: { agents: [agent] },
    })
    const plan = (step: object) => ({
      apiVersion: 'stepgate.dev/v1',
      kind: 'Plan',
      metadata: { name: 'p' },
      spec: { steps: [step] },
    })
    const connector = (spec: object) => ({
      apiVersion: 'stepgate.dev/v1',
      kind: 'Connector',
      metadata: model,
      spec,
    })
    const others = [
      provider({ type: 'openai-compatible', base_url: 'https://models.example' }),
      provider({ type: 'x', base_url: 'https://models.example' }),
      agents({ name: 'writer', type: 'llm-call', prompt_template: '{{query}}' }),
      agents({ name: 'writer', type: 'llm-call', prompt: '{{query}}' }),
      plan({ name: 'a', type: 'human-task', retries: { attempts: 2, backoff: '200ms' } }),
      plan({ name: 'a', type: 'human-task', retries: { attempts: 2, backoff: '200' } }),
      connector({ type: 'mcp-stdio', command: ['x'], tools: ['y'] }),
      connector({ type: 'http', base_url: 'https://a.example', operations: { list: { path: '/' } } }),
      connector({ type: 'mcp-stdio', command: ['x'] }),
    ]
    expect(await valid(others, policySchema())).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
      true,
      true,
      false,
    ])
  })

  test('is JSON with every reference in it', () => {
    const text = JSON.stringify(policySchema())
    const { definitions } = JSON.parse(text) as { definitions: Record<string, unknown> }
    const named = [...text.matchAll(/"\$ref":"#\/definitions\/(\w+)"/g)].map(([, name]) => name!)
    expect(named.filter((name) => !(name in definitions))).toEqual([])
    expect(named.length).toBeGreaterThan(0)
  })
})

const identity = { org: 'o', tenant: 't', client: 'c', open: true }
const judged: Plan = {
  key: 1,
  id: 'plan_1',
  org: 'o',
  tenant: 't',
  client: 'c',
  rowVersion: 1,
  version: 1,
  status: 'pending',
  query: 'q',
  domain: 'generic',
  mode: 'auto',
  metadata: { environment: 'production' },
  steps: [
    {
      id: 'step_1_a',
      name: 'a',
      type: 'connector-call',
      agent: 'searcher',
      dependsOn: [],
      call: { connector: 'catalog', operation: 'search' },
      parameters: { q: '{{query}}' },
    },
    {
      id: 'step_2_b',
      name: 'b',
      type: 'llm-call',
      dependsOn: ['step_1_a'],
      llm: { provider: 'openai', model: 'gpt-4o' },
      prompt: '{{steps.a.output}}',
    },
  ],
  maxParallel: 5,
  timeoutMs: 1,
  planning: { by: 'rules', choices: [] },
  estimate: { usd: 0.1, breakdown: [], unpriced: [] },
  createdAt: 0,
  updatedAt: 0,
  expiresAt: 0,
}

describe('the schema of the policy input', () => {
  const least = { now: '2025-01-01T00:00:00.000Z', request_type: 'workflow_step_gate' }
  const gate = {
    ...least,
    workflow_id: 'wf_1',
    workflow_name: 'refunds',
    source: 'langgraph',
    metadata: { environment: 'production', deep: { er: [1] } },
    step_id: 's1',
    step_type: 'tool_call',
    step_index: 1,
    step_input: { any: ['thing'] },
    tool_name: 'db.query',
    tool_input: { sql: 'select 1' },
    tokens_in: 10,
    cost_usd: 0.02,
    user: { email: 'a@example.com' },
    tenant_id: 't',
    step: {
      gate_count: 1,
      completion_count: 0,
      prior_completion_status: 'none',
      prior_output_available: false,
      last_decision: '',
      first_attempt_age_seconds: 0,
    },
    workflow: {
      step_count: 1,
      tokens_in: 0,
      tokens_out: 0,
      cost_usd: 0,
      age_seconds: 12.5,
      approvals_granted: 0,
      steps: [{ step_id: 's0', step_type: 'llm_call', decision: 'allow', completed: true }],
    },
    facts: { 'model regex ^gpt': true },
  }

  test('takes a gate and a plan, and refuses what neither has', async () => {
    const plan = judgeInput(judged, identity, 0).object
    const ofPlan = { id: 'plan_1', mode: 'auto', domain: 'generic', version: 1 }
    const documents = [
      least,
      gate,
      plan,
      { ...gate, plan: { ...ofPlan, drift: 'none', approved: true } },
      { ...gate, plan: { ...ofPlan, drift: 'somewhat', approved: true } },
      { ...plan, plan: { ...ofPlan, goal: 'x' } },
      { ...plan, plan: { ...ofPlan, steps: [{ id: 'a' }] } },
      { ...gate, modle: 'x' },
      { ...gate, step_index: '1' },
      { ...gate, model: null },
      { ...gate, user: { name: 'x' } },
      { ...gate, facts: { x: 1 } },
      { workflow_id: 'wf_1' },
    ]
    expect(await valid(documents, inputSchema())).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
      false,
      false,
      false,
      false,
    ])
  })
})
