/** Gate inputs as they could come, and as they should not: right and wrong types, missing fields, near misses. @module */
import fc from 'fast-check'

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

const oddValue = fc.constantFrom<unknown>(null, true, 0, 100, '100', '', [], {}, 'production')
const mostly = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 9, arbitrary: value as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: oddValue })

const command = fc.constantFrom(
  'ls -la',
  'rm -rf /tmp/x',
  'RM  -fr build',
  'drop table users',
  'Truncate logs',
  'echo sk-abcd1234',
  'firm -r',
)

const stepInput = fc.record(
  {
    amount: mostly(fc.constantFrom(1, 99.5, 100, 100.5, 1000, 1001, 5001, -3)),
    force: mostly(fc.boolean()),
    command: mostly(command),
    tags: mostly(fc.array(fc.constantFrom('pii', 'PII', 'public', 7), { maxLength: 3 })),
    customer: mostly(fc.record({ email: fc.constantFrom(null, 'a@example.org') }, { requiredKeys: [] })),
    host: mostly(
      fc.constantFrom('10.1.2.3', '::ffff:10.1.2.3', '192.168.0.1', '::1', 'localhost', '10.0.0.0/9'),
    ),
    items: mostly(
      fc.array(
        fc.record(
          { price: mostly(fc.constantFrom(10, 50, 51)), name: mostly(fc.constantFrom('apple', 'pear')) },
          { requiredKeys: [] },
        ),
        { maxLength: 3 },
      ),
    ),
    note: mostly(fc.constantFrom('fine', 'sk-12345678 leaked', 'sk-SHOUTING1')),
  },
  { requiredKeys: [] },
)

/** A policy input without facts, as plain JSON. */
export const gateInput: fc.Arbitrary<Record<string, unknown>> = fc
  .record({
    workflow_id: fc.constant('wf_1'),
    tenant_id: fc.constant('community'),
    source: fc.constant('external'),
    request_type: fc.constant('workflow_step_gate'),
    now: fc.constant('2026-11-21T12:00:00.000Z'),
    step_id: fc.constant('s'),
    step_type: fc.constantFrom('llm_call', 'tool_call', 'connector_call', 'human_task'),
    step_name: maybe(fc.constantFrom('deploy', 'Deploy to prod', 'unit TESTS', 'fetch')),
    trace_id: maybe(fc.constant('t-1')),
    model: maybe(fc.constantFrom('gpt-4', 'gpt-4o', 'o3', 'claude', 'xgpt-4')),
    provider: maybe(fc.constantFrom('openai', 'anthropic', 'local')),
    tokens_in: maybe(fc.constantFrom(0, 10, 11)),
    tool_name: maybe(fc.constantFrom('db.delete', 'db.read', 'crm.delete', 'shell')),
    metadata: fc.record(
      { environment: mostly(fc.constantFrom('production', 'staging', 'dev')) },
      { requiredKeys: [] },
    ),
    user: fc.record(
      { id: fc.constant('u'), role: fc.constantFrom('admin', 'dev') },
      { requiredKeys: ['id'] },
    ),
    step_input: stepInput,
    tool_input: maybe(fc.record({ query: fc.constantFrom('select 1', 'sk-aaaa1111') })),
    step: fc.record({ gate_count: fc.constantFrom(1, 2, 3) }),
    workflow: fc.record({ cost_usd: fc.constantFrom(0, 4.99, 5, 12.5) }),
  })
  .map((input) => JSON.parse(JSON.stringify(input)) as Record<string, unknown>)
