import { describe, expect, test } from 'vitest'
import { restAfterLook } from '#src/policy/bundle/watch.js'

describe('the rest between two looks at a folder', () => {
  test('is as long as was asked for where looks are short', () => {
    expect(restAfterLook(2000, 0)).toBe(2000)
    expect(restAfterLook(2000, 40)).toBe(2000)
  })

  test('is fifty times the last look where that is more: looks take two hundredths of the time at most', () => {
    expect(restAfterLook(2000, 300)).toBe(15_000)
  })

  test('has no end where no looks were asked for', () => {
    expect(restAfterLook(0, 300)).toBe(0)
  })
})
