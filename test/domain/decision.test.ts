import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combine, type PolicyMatch, policyActions } from '#src/domain/decision.js'

const match = (
  policyId: string,
  action: PolicyMatch['action'],
  more: Partial<PolicyMatch> = {},
): PolicyMatch => ({
  policyId,
  policyName: policyId,
  action,
  reason: `${policyId} says ${action}`,
  enforcement: 'enforce',
  ...more,
})
const judged = (...matches: PolicyMatch[]) => combine({ revision: 'r', matches, facts: {} })

describe('combining what policies said', () => {
  it('allows where none matched', () => {
    expect(judged()).toEqual({
      decision: 'allow',
      reason: 'No matching policies',
      evaluated: [],
      matched: [],
      redact: [],
    })
  })

  it('blocks before it holds, and holds before it allows', () => {
    expect(judged(match('a', 'require_approval'), match('b', 'block')).decision).toBe('block')
    expect(judged(match('a', 'warn'), match('b', 'require_approval')).decision).toBe('require_approval')
    expect(judged(match('a', 'warn'), match('b', 'redact'), match('c', 'log')).decision).toBe('allow')
  })

  it('gives the reasons of the policies that decided, in the order of their ids, each once', () => {
    const verdict = judged(
      match('c', 'block'),
      match('a', 'block', { reason: 'same' }),
      match('b', 'block', { reason: 'same' }),
      match('d', 'require_approval'),
    )
    expect(verdict.reason).toBe('same; c says block')
  })

  it('reports shadow policies without letting them decide, hold or redact', () => {
    const shadow = { enforcement: 'shadow' as const }
    const verdict = judged(match('a', 'block', shadow), match('b', 'redact', { ...shadow, redact: ['x'] }))
    expect(verdict).toMatchObject({ decision: 'allow', matched: [], redact: [] })
    expect(verdict.evaluated.map(({ policyId }) => policyId)).toEqual(['a', 'b'])
  })

  it('makes several holds one: the earliest deadline, the largest quorum, roles that suit every policy', () => {
    const terms = (expiresInMs: number | undefined, quorum: number, roles: string[]) => ({
      approval: { ...(expiresInMs === undefined ? {} : { expiresInMs }), quorum, roles },
    })
    const hold = (id: string, ...args: Parameters<typeof terms>) =>
      match(id, 'require_approval', terms(...args))
    expect(judged(hold('a', 5000, 1, ['x', 'y']), hold('b', 3000, 2, ['y', 'z'])).approval).toEqual({
      expiresInMs: 3000,
      quorum: 2,
      roles: ['y'],
    })
    expect(judged(hold('a', undefined, 1, ['x']), hold('b', undefined, 1, ['z'])).approval).toEqual({
      quorum: 1,
      roles: ['x', 'z'],
    })
  })

  it('blocks on a fault and names it, whatever matched', () => {
    const verdict = combine({
      revision: 'r',
      matches: [match('a', 'warn')],
      facts: {},
      fault: { code: 'policy_evaluation_failed', message: 'policy b trapped', policyId: 'b' },
    })
    expect(verdict).toMatchObject({ decision: 'block', reason: 'policy b trapped' })
    expect(verdict.matched.map(({ policyId }) => policyId)).toEqual(['policy_evaluation_failed'])
    expect(verdict.evaluated).toHaveLength(2)
  })

  it('does not depend on the order of the matches', () => {
    const any = fc.record({
      policyId: fc.constantFrom('a', 'b', 'c', 'd'),
      policyName: fc.constant('n'),
      action: fc.constantFrom(...policyActions),
      reason: fc.constantFrom('r1', 'r2', 'r3'),
      enforcement: fc.constantFrom('enforce' as const, 'shadow' as const),
      redact: fc.subarray(['p', 'q', 's']),
      approval: fc.record({
        expiresInMs: fc.constantFrom(1, 2, 3),
        roles: fc.constant(['one']),
        quorum: fc.constantFrom(1, 2),
      }),
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(any, { maxLength: 6, selector: (m) => `${m.policyId}${m.action}${m.reason}` }),
        fc.func(fc.nat()),
        (matches, key) => {
          const shuffled = [...matches].sort((a, b) => key(a) - key(b))
          const [one, other] = [judged(...matches), judged(...shuffled)]
          expect({ ...other, evaluated: [], matched: [] }).toEqual({ ...one, evaluated: [], matched: [] })
          expect(new Set(other.matched)).toEqual(new Set(one.matched))
        },
      ),
    )
  })
})
