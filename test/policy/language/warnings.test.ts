import { describe, expect, test } from 'vitest'
import { policyWith, printed, readYaml } from './reading.js'

const missing = (field: string): string =>
  `this also holds where ${field} is missing; if that is not meant, test that ${field} exists too`

/** A condition, and what is warned of, with the column from the start of the condition. */
const rows: readonly (readonly [when: string, said: readonly string[]])[] = [
  ['{ field: model, operator: equals, value: x }', []],
  ['{ field: model, operator: not_equals, value: x }', [`0 ${missing('model')}`]],
  ['{ field: metadata.a, operator: not_in, value: [x] }', [`0 ${missing('metadata.a')}`]],
  ['{ field: step_input.a, operator: not_contains, value: x }', [`0 ${missing('step_input.a')}`]],
  ['{ field: step_type, operator: not_equals, value: x }', []],
  ['{ field: step.last_decision, operator: not_equals, value: x }', []],
  ['{ field: metadata.a, operator: not_exists }', []],
  ['{ not: { field: model, operator: equals, value: x } }', []],
  ['[{ field: model, operator: not_equals, value: x }, { field: model, operator: exists }]', []],
  [
    '[{ field: model, operator: not_equals, value: x }, { field: model, operator: starts_with, value: g }]',
    [],
  ],
  [
    '[{ field: model, operator: not_equals, value: x }, { field: provider, operator: exists }]',
    [`1 ${missing('model')}`],
  ],
  [
    '{ all: [{ field: model, operator: exists }], any: [{ field: model, operator: not_equals, value: x }] }',
    [],
  ],
  ['{ field: "tool_input.a[*]", operator: not_equals, value: x }', []],
  ['{ field: "*", operator: not_contains, value: x }', []],
  [
    '[{ field: model, operator: equals, value: x }, { field: model, operator: equals, value: y }]',
    ['47 never true together with another test of model'],
  ],
  ['[{ field: model, operator: in, value: [x, y] }, { field: model, operator: equals, value: y }]', []],
  [
    '[{ field: "tool_input.a[*]", operator: equals, value: x }, { field: "tool_input.a[*]", operator: equals, value: y }]',
    [],
  ],
  [
    '[{ field: model, operator: regex, value: x }, { field: model, operator: regex, value: x }]',
    ['46 the same test stands here twice'],
  ],
  [
    '{ any: [{ field: model, operator: exists }, { field: model, operator: exists }] }',
    ['44 the same test stands here twice'],
  ],
]

describe('what is allowed but probably not meant', () => {
  test.each(rows)('%s', (when, said) => {
    const { problems } = readYaml({ 'p.yaml': policyWith('p', when) })
    const start = '  when: '.length
    expect(problems.every(({ severity }) => severity === 'warning')).toBe(true)
    expect(problems.map(({ column, message }) => `${column! - 1 - start} ${message}`)).toEqual(said)
  })

  test('a policy without a reason, or for nobody', () => {
    const more = 'action: block\n  rollout: { percent: 0 }'
    const { problems, policies } = readYaml({
      'p.yaml': policyWith('p', '{ field: model, operator: exists }', more),
    })
    expect(printed(problems)).toEqual([
      'p.yaml:4:1 warning no reason: people will only be told the name of the policy',
      'p.yaml:7:23 warning applies to no run at all; to switch it off write enforcement: off',
    ])
    expect(policies[0]?.rego).toContain('block contains "p" if')
  })
})
