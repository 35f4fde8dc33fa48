import { describe, expect, it } from 'vitest'
import type { JsonValue } from '#src/domain/json.js'
import { conditionHolds } from '#src/domain/plan/condition.js'
import type { StepCondition } from '#src/domain/plan/step.js'

type Operator = StepCondition['operator']

describe('a condition', () => {
  it.each<[JsonValue | undefined, Operator, JsonValue | undefined, boolean]>([
    [{ b: 1, a: [2] }, 'equals', { a: [2], b: 1 }, true],
    ['1', 'equals', 1, false],
    [undefined, 'equals', null, false],
    [undefined, 'not_equals', 1, true],
    [2, 'not_equals', 2, false],
    [3, 'greater_than', 2, true],
    [3, 'greater_or_equal', 3, true],
    [3, 'less_than', 3, false],
    [3, 'less_or_equal', 3, true],
    ['3', 'greater_than', 2, false],
    [3, 'greater_than', '2', false],
    ['hello', 'contains', 'ell', true],
    ['hello', 'contains', 1, false],
    [[1, { a: 1 }], 'contains', { a: 1 }, true],
    [{ a: 1 }, 'contains', 'a', true],
    [{ a: 1 }, 'contains', 'toString', false],
    [7, 'contains', 7, false],
    [0, 'exists', undefined, true],
    [null, 'exists', undefined, false],
    [undefined, 'not_exists', undefined, true],
  ])('%j %s %j is %s', (value, operator, operand, holds) => {
    expect(conditionHolds({ operator, ...(operand === undefined ? {} : { operand }) }, value)).toBe(holds)
  })
})
