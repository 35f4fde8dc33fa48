import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KnownSteps } from '#src/store/known-steps.js'

describe('the steps that are known', () => {
  it('are never said to lack one that was added', () => {
    const call = fc.tuple(fc.constantFrom('begin', 'add', 'ask'), fc.nat(3), fc.string({ maxLength: 2 }))
    let lacked = 0
    fc.assert(
      fc.property(fc.array(call, { maxLength: 60, size: 'max' }), (calls) => {
        const known = new KnownSteps()
        const added = new Map<number, Set<string>>()
        for (const [verb, workflow, id] of calls) {
          const ids = added.get(workflow)
          if (verb === 'begin' && !ids) {
            known.begin(workflow)
            added.set(workflow, new Set())
          } else if (verb === 'add') {
            known.add(workflow, id)
            ids?.add(id)
          } else if (known.lacks(workflow, id)) {
            lacked++
            expect(ids?.has(id)).toBe(false)
          }
        }
      }),
    )
    expect(lacked).toBeGreaterThan(100)
  })

  it('are said to lack all others, of workflows that began here', () => {
    const known = new KnownSteps()
    known.begin(7)
    for (let i = 0; i < 1000; i++) known.add(7, `step-${i}`)
    expect(Array.from({ length: 1000 }, (_, i) => `step-${1000 + i}`).every((id) => known.lacks(7, id))).toBe(
      true,
    )
    expect(known.lacks(8, 'step-1')).toBe(false)
  })

  it('are forgotten with the workflows that began first, when they become many', () => {
    const known = new KnownSteps()
    for (let workflow = 1; workflow <= 4000; workflow++) {
      known.begin(workflow)
      for (let i = 0; i < 50; i++) known.add(workflow, `step-${i}`)
      const wrong = [1, 2000, workflow].filter((key) => key <= workflow && known.lacks(key, 'step-49'))
      expect(wrong).toEqual([])
      expect(known.lacks(workflow, 'step-50')).toBe(true)
    }
    expect([1, 2000].map((key) => known.lacks(key, 'step-50'))).toEqual([false, false])
  })

  it('are forgotten when one workflow has too many, and others begin again', () => {
    const known = new KnownSteps()
    known.begin(1)
    for (let i = 0; i < 100_000; i++) known.add(1, `step-${i}`)
    expect(known.lacks(1, 'step-5')).toBe(false)
    expect(known.lacks(1, 'another')).toBe(false)
    known.begin(2)
    known.add(2, 'a')
    expect([known.lacks(2, 'a'), known.lacks(2, 'b')]).toEqual([false, true])
  })
})
