import { describe, expect, it } from 'vitest'
import { isExecutionOver, progressOf } from '#src/domain/execution/execution.js'
import { changesNothing, streamEventName } from '#src/domain/execution/stream-event.js'
import { tell } from '#src/domain/execution/told-event.js'

const event = (body: object) => ({
  seq: 1,
  workflowKey: 1,
  type: 'step_gated' as const,
  at: 2,
  body: JSON.stringify(body),
})

describe('an event as it is told', () => {
  it('keeps texts, numbers and flags by their names', () => {
    expect(
      tell(event({ by: 'ada', gate_count: 2, final: true, nested: { a: 1 }, list: [1], none: null })).facts,
    ).toEqual({
      by: 'ada',
      gate_count: 2,
      final: true,
    })
  })

  it('keeps to itself what a reviewer wrote, the input, and keys', () => {
    const told = tell(
      event({ comment: 'secret', idempotency_key: 'k', input: { card: '4111' }, facts: { a: true } }),
    )
    expect(JSON.stringify(told)).not.toMatch(/secret|4111|"k"/)
  })

  it('cannot be made to lie about what it is', () => {
    const told = tell(event({ type: 'other', seq: 99, at: 99 }))
    expect(told).toMatchObject({ type: 'step_gated', seq: 1, at: 2, facts: {} })
  })

  it('names the policies and the revision of a decision, and sets the output apart', () => {
    const policies = [
      { policyId: 'p', policyName: 'P', action: 'block', reason: 'r', enforcement: 'enforce' },
    ]
    const told = tell(event({ revision: 'rev', policies, output: { a: 1 } }))
    expect(told).toMatchObject({ facts: { policy_bundle: 'rev' }, policies, output: { a: 1 } })
  })
})

describe('the names on a stream', () => {
  it.each([
    ['step_gated', 'running', 'step.decision'],
    ['approval_expired', 'running', 'step.decision'],
    ['step_completed', 'running', 'step.completed'],
    ['plan_step_started', 'running', 'step.started'],
    ['plan_step_failed', 'running', 'step.failed'],
    ['plan_step_skipped', 'running', 'status'],
    ['plan_updated', 'pending', 'status'],
    ['workflow_reopened', 'running', 'execution.started'],
    ['workflow_completed', 'running', 'status'],
    ['step_completed', 'completed', 'execution.completed'],
    ['plan_failed', 'failed', 'execution.failed'],
    ['workflow_aborted', 'aborted', 'execution.cancelled'],
    ['plan_cancelled', 'cancelled', 'execution.cancelled'],
    ['plan_expired', 'expired', 'execution.cancelled'],
  ] as const)('after %s of a run that is %s: %s', (type, status, name) => {
    expect(streamEventName(type, status)).toBe(name)
  })

  it('say that a step failed only once it is not tried again', () => {
    expect(streamEventName('plan_step_failed', 'running', true)).toBe('status')
    expect(streamEventName('plan_step_failed', 'failed', true)).toBe('execution.failed')
  })

  it('are of no gate that was answered from the record', () => {
    expect(changesNothing('step_gate_repeated')).toBe(true)
    expect(changesNothing('step_regated')).toBe(false)
  })
})

it('is over when it can go no further', () => {
  const words = ['pending', 'running', 'completed', 'failed', 'cancelled', 'aborted', 'expired'] as const
  expect(words.filter(isExecutionOver)).toEqual(['completed', 'failed', 'cancelled', 'aborted', 'expired'])
})

it('has no progress where there are no steps, until it is completed', () => {
  expect([progressOf('running', 0, 0), progressOf('completed', 0, 0), progressOf('failed', 1, 4)]).toEqual([
    0, 100, 25,
  ])
})
