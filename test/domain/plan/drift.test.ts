import { describe, expect, it } from 'vitest'
import type { GateRequest } from '#src/domain/gate/request.js'
import type { JsonObject } from '#src/domain/json.js'
import { driftOf } from '#src/domain/plan/drift.js'
import type { Plan } from '#src/domain/plan/plan.js'

const plan = {
  steps: [
    {
      id: 'step_1_order',
      name: 'order',
      type: 'connector-call',
      dependsOn: [],
      call: { connector: 'shop', operation: 'order' },
      parameters: { item: 'shoes', count: 2, to: '{{context.customer}}' },
    },
    {
      id: 'step_2_write',
      name: 'write',
      type: 'llm-call',
      dependsOn: [],
      llm: { provider: 'local', model: 'small' },
      prompt: 'Write to {{context.customer}}',
    },
    { id: 'step_3_ask', name: 'ask', type: 'human-task', dependsOn: ['step_1_order'], prompt: 'Is it here?' },
    {
      id: 'step_4_ship',
      name: 'ship',
      type: 'connector-call',
      dependsOn: [],
      call: { connector: 'shop', operation: 'ship' },
      parameters: { to: { name: '{{context.customer}}' }, lines: ['{{context.line}}'] },
    },
    { id: 'step_5_merge', name: 'merge', type: 'synthesis', dependsOn: ['step_1_order'] },
  ],
} as unknown as Plan

const gate = (more: Partial<GateRequest>): GateRequest => ({
  stepType: 'connector_call',
  stepInput: {},
  retryPolicy: 'idempotent',
  idempotencyKey: '',
  includePriorOutput: false,
  ...more,
})
const order = (toolInput: Record<string, string | number>, toolName = 'shop.order') =>
  gate({ toolContext: { toolName, toolInput } })

describe('a step drifts from its plan', () => {
  it('not when it does what was planned, templates filled as they may be', () => {
    expect(driftOf(plan, 'step_1_order', order({ item: 'shoes', count: 2, to: 'anyone' }))).toBe('none')
    const write = gate({
      stepType: 'llm_call',
      stepName: 'write',
      provider: 'local',
      model: 'small',
      stepInput: { prompt: 'x' },
    })
    expect(driftOf(plan, 'other-id', write)).toBe('none')
  })

  it('when the plan has no such step', () => {
    expect(driftOf(plan, 'step_9_pay', order({}))).toBe('step')
  })

  it.each([
    ['another value', order({ item: 'boots', count: 2, to: 'x' })],
    ['another type', order({ item: 'shoes', count: '2', to: 'x' })],
    ['a parameter that was not planned', order({ item: 'shoes', count: 2, to: 'x', gift: 'yes' })],
    ['a parameter left out', order({ item: 'shoes' })],
    ['another operation', order({ item: 'shoes', count: 2, to: 'x' }, 'shop.refund')],
  ])('when it comes with %s', (_, request) => {
    expect(driftOf(plan, 'step_1_order', request)).toBe('input')
  })

  it('when it uses another model', () => {
    const write = gate({
      stepType: 'llm_call',
      provider: 'local',
      model: 'large',
      stepInput: { prompt: 'x' },
    })
    expect(driftOf(plan, 'step_2_write', write)).toBe('input')
  })

  it('when something stands beside a template', () => {
    const ship = (toolInput: JsonObject) =>
      driftOf(plan, 'step_4_ship', gate({ toolContext: { toolName: 'shop.ship', toolInput } }))
    expect(ship({ to: { name: 'Eve' }, lines: ['one'] })).toBe('none')
    expect(ship({ to: { name: 'Eve', express: true }, lines: ['one'] })).toBe('input')
    expect(ship({ to: { name: 'Eve' }, lines: ['one', 'two'] })).toBe('input')
    expect(ship({ to: { name: 'Eve' }, lines: { 0: 'one' } })).toBe('input')
  })

  it.each([
    ['a person', 'step_3_ask', { stepType: 'human_task', stepInput: { prompt: 'Is it here?' } }],
    ['a merge', 'step_5_merge', { stepType: 'tool_call', toolContext: { toolName: 'merge' } }],
  ] as const)('when in place of %s a tool is called', (_, id, planned) => {
    expect(driftOf(plan, id, gate(planned))).toBe('none')
    for (const stepType of ['connector_call', 'tool_call', planned.stepType] as const)
      expect(driftOf(plan, id, gate({ stepType, toolContext: { toolName: 'shop.refund' } }))).toBe('input')
  })

  it('when a tool is called in place of a model', () => {
    const asked = { provider: 'local', model: 'small', stepInput: {} }
    expect(driftOf(plan, 'step_2_write', gate({ ...asked, stepType: 'tool_call' }))).toBe('input')
    const called = { ...asked, stepType: 'llm_call', toolContext: { toolName: 'shop.refund' } } as const
    expect(driftOf(plan, 'step_2_write', gate(called))).toBe('input')
  })
})
