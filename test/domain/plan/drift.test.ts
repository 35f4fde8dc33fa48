import { describe, expect, it } from 'vitest'
import type { GateRequest } from '#src/domain/gate/request.js'
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
    expect(driftOf(plan, 'step_3_pay', order({}))).toBe('step')
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
})
