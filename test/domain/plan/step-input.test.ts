import { describe, expect, it } from 'vitest'
import { emptyRegistry } from '#src/domain/agent.js'
import type { JsonValue } from '#src/domain/json.js'
import type { Plan } from '#src/domain/plan/plan.js'
import type { PlanStep } from '#src/domain/plan/step.js'
import { stepInput, undoingCall } from '#src/domain/plan/step-input.js'

const input = (step: Partial<PlanStep>, outputs: Record<string, JsonValue> = {}) => {
  const asked = { id: 'asked', name: 'asked', dependsOn: ['before'], ...step } as PlanStep
  const before = { id: 'before', name: 'before', type: 'human-task', dependsOn: [] } as const
  const plan = { id: 'plan_1', query: '', domain: '', mode: 'auto', metadata: {}, steps: [before, asked] }
  return stepInput(plan as unknown as Plan, asked, new Map(Object.entries(outputs)), emptyRegistry, 'key')
}

const compensation = { connector: 'shop', operation: 'cancel', parameters: { of: '{{steps.before.output}}' } }

describe('the gate of a step', () => {
  it.each([
    ['a language model', { type: 'llm-call', llm: { provider: 'p', model: 'm' }, prompt: 'Write' }],
    ['a person', { type: 'human-task', prompt: 'Do' }],
    ['a connector', { type: 'connector-call', call: { connector: 'shop', operation: 'order' } }],
  ] as const)('sees the call that would undo it, also for %s', (_, step) => {
    expect(input({ ...step, compensation }, { before: 7 })).toMatchObject({
      ok: true,
      value: { request: { stepInput: { compensation: { ...compensation, parameters: { of: 7 } } } } },
    })
  })

  it('is not asked about more than a process can carry', () => {
    const large = 'x'.repeat(4 * 1024 * 1024)
    const text = { type: 'llm-call', llm: { provider: 'p', model: 'm' } } as const
    const call = { type: 'connector-call', call: { connector: 'shop', operation: 'order' } } as const
    const many = Object.fromEntries(Array.from({ length: 3 }, (_, i) => [`p${i}`, '{{steps.before.output}}']))
    expect(input({ ...text, prompt: '{{steps.before.output}}' }, { before: large }).ok).toBe(true)
    for (const step of [
      { ...text, prompt: '{{steps.before.output}}, '.repeat(100_000) },
      { ...call, parameters: many },
      { ...call, parameters: { list: Array.from({ length: 3 }, () => '{{steps.before.output}}') } },
      { ...call, compensation: { connector: 'shop', operation: 'cancel', parameters: many } },
    ])
      expect(input(step, { before: large })).toMatchObject({
        ok: false,
        message: expect.stringMatching(/more than 8 MiB/),
      })
    const numbers = Array.from({ length: 1_000_000 }, () => 1234567)
    expect(input({ ...call, parameters: many }, { before: numbers }).ok).toBe(false)
  })

  it('binds the key of the call, except where a person reports', () => {
    const call = { connector: 'shop', operation: 'order' }
    expect(input({ type: 'connector-call', call })).toMatchObject({
      value: { request: { idempotencyKey: 'key' } },
    })
    expect(input({ type: 'human-task' })).toMatchObject({ value: { request: { idempotencyKey: '' } } })
  })
})

describe('the call that undoes a step', () => {
  it('is as bounded as the step itself', () => {
    const step = { id: 'a', name: 'a', type: 'human-task', dependsOn: [], compensation } as PlanStep
    const parameters = { list: Array.from({ length: 3 }, () => '{{steps.a.output}}') }
    const plan = { steps: [step], metadata: {}, query: '', domain: '' } as unknown as Plan
    const outputs = new Map([['a', 'x'.repeat(4 * 1024 * 1024)]])
    expect(
      undoingCall(plan, { ...step, compensation: { ...compensation, parameters } }, outputs),
    ).toMatchObject({
      ok: false,
    })
  })
})
