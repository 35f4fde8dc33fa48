import { describe, expect, it } from 'vitest'
import { chanceOf, waitBeforeRetry } from '#src/domain/plan/retry.js'

const retries = { attempts: 4, backoffMs: 200 }

describe('the wait before the next attempt', () => {
  it('doubles, half of it left to chance', () => {
    expect([1, 2, 3].map((attempt) => waitBeforeRetry(retries, attempt, 0))).toEqual([100, 200, 400])
    expect([1, 2, 3].map((attempt) => waitBeforeRetry(retries, attempt, 1))).toEqual([200, 400, 800])
  })

  it('is not there after the last attempt', () => {
    expect(waitBeforeRetry(retries, 4, 0.5)).toBeUndefined()
    expect(waitBeforeRetry({ attempts: 1, backoffMs: 1 }, 1, 0.5)).toBeUndefined()
  })

  it('is never shorter than the other end asked for, and never longer than a minute otherwise', () => {
    expect(waitBeforeRetry(retries, 1, 1, 5000)).toBe(5000)
    expect(waitBeforeRetry({ attempts: 100, backoffMs: 1000 }, 90, 1)).toBe(60_000)
  })

  it('takes its chance from random digits', () => {
    expect(chanceOf('00000000ffff')).toBe(0)
    expect(chanceOf('ffffffff0000')).toBe(1)
  })
})
