import { afterAll, describe, expect, test } from 'vitest'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { printed, readAll } from './reading.js'

const toolchain = openToolchain()
afterAll(() => toolchain.close())

const said = async (rules: string, annotations = ''): Promise<string[]> => {
  const { problems } = await readAll(
    { 'p.rego': `${annotations}package stepgate.policy.p\n\n${rules}\n` },
    toolchain,
  )
  return printed(problems)
}

describe('a reason that is written out in Rego', () => {
  const hold = (object: string): string => `require_approval contains ${object} if input.model`
  const wrong: readonly (readonly [rules: string, said: readonly string[]])[] = [
    [
      hold('{"reason": "x", "aproval": {"quorum": 2}}'),
      ['3:43 error unknown key "aproval"; did you mean "approval"?'],
    ],
    [
      hold('{"reason": "x", "approval": {"quorm": 2}}'),
      ['3:56 error unknown key "quorm"; did you mean "quorum"?'],
    ],
    [
      hold('{"reason": "x", "approval": {"expires_in": "tomorow", "quorum": 0, "roles": "sre"}}'),
      [
        '3:70 error this is no duration: write 30m, 24h, 1h30m, 7d',
        '3:91 error a quorum is at least 1',
        '3:103 error expected a list, found text',
      ],
    ],
    [
      hold('{"reason": "x", "approval": {"quorum": "2", "roles": {"sre", 5}, "expires_in": 3}}'),
      [
        '3:66 error expected a number, found text',
        '3:88 error expected text, found 5',
        '3:106 error expected text, found 3',
      ],
    ],
    [hold('{"reason": "x", "approval": ["sre"]}'), ['3:55 error expected a mapping, found a list']],
    [hold('{"reason": 5}'), ['3:38 error expected text, found 5']],
    [hold('{"approval": {"quorum": 1}}'), ['3:27 error reason is missing']],
    [
      'block contains {"reason": "x", "approval": {"quorum": 1}} if input.model',
      ['3:32 error approval goes only with require_approval'],
    ],
    [
      'warn contains {"reason": "x", "redact": ["step_input.a"]} if input.model',
      ['3:31 error redact goes only with redact'],
    ],
    [
      'redact contains {"reason": "x", "redact": "step_input.a"} if input.model',
      ['3:43 error expected a list, found text'],
    ],
    [
      'redact contains {"reason": "x", "redact": ["step_inptu.a", "step_input..b", 5]} if input.model',
      [
        '3:44 error unknown field "step_inptu"; did you mean "step_input"?',
        '3:60 error a name is missing',
        '3:77 error expected text, found 5',
      ],
    ],
    ['redact contains {"reason": "x", "redact": []} if input.model', ['3:43 error the list is empty']],
    [
      'redact contains "x" if input.model',
      [
        '3:17 error redact needs to know what: write {"reason": "...", "redact": ["step_input.customer.email"]}',
      ],
    ],
    [
      'redact contains {"reason": "x"} if input.model',
      [
        '3:17 error redact needs to know what: write {"reason": "...", "redact": ["step_input.customer.email"]}',
      ],
    ],
    [
      'block contains msg if {\n\tmsg := {"reson": "x"}\n}',
      ['4:9 error reason is missing', '4:10 error unknown key "reson"; did you mean "reason"?'],
    ],
    [
      'block contains msg if {\n\tmsg = {"reason": "x", "rediact": []}\n}',
      ['4:24 error unknown key "rediact"; did you mean "redact"?'],
    ],
    [
      'require_approval contains {"reason": msg, "approval": terms} if {\n\tmsg := sprintf("%v", [input.model])\n\tterms := {"quorm": 2}\n}',
      ['5:12 error unknown key "quorm"; did you mean "quorum"?'],
    ],
    [
      'warn contains msg if {\n\tsome msg in [{"reason": "x"}, {"reason": 5}]\n\tinput.model\n}',
      ['4:43 error expected text, found 5'],
    ],
    [
      'block contains msg if {\n\tmsg := 7\n}',
      ['4:9 error a reason is text, or an object {"reason": ...}, not a number'],
    ],
    ['block contains msg if msg := {"reason": msg}', ['3:30 error expected text, found a mapping']],
    ['block contains null', ['3:16 error a reason is text, or an object {"reason": ...}, not null']],
    [
      'require_approval contains {"reason": "x", "approval": {"roles": set()}}',
      ['3:65 error the list is empty'],
    ],
  ]
  test.each(wrong)('%s', async (rules, problems) => {
    expect(await said(rules)).toEqual(problems.map((each) => `p.rego:${each}`))
  })

  test('masks what is there where the policy is asked', async () => {
    const rule = 'redact contains {"reason": "x", "redact": ["plan.steps[*].prompt"]}'
    expect(await said(rule)).toEqual([
      'p.rego:3:44 error plan.steps is there only for policies with applies_to: [plan]',
    ])
    expect(await said(rule, '# METADATA\n# custom: {applies_to: [plan]}\n')).toEqual([])
  })

  const sound: readonly string[] = [
    'block contains "x"',
    'block contains {"reason": ""}',
    'block contains sprintf("%v", [input.model])',
    hold(
      '{"reason": sprintf("%v", [input.model]), "approval": {"expires_in": "2h", "roles": ["a"], "quorum": 2}}',
    ),
    hold(
      '{"reason": "x", "approval": {"expires_in": input.metadata.until, "roles": [input.user.role], "quorum": 1 + 1}}',
    ),
    hold('{"reason": "x", "approval": data.terms}'),
    hold('{"reason": "x", input.metadata.key: 5}'),
    hold('object.union({"reason": "x"}, input.metadata.terms)'),
    'redact contains {"reason": "x", "redact": {"step_input.a", concat(".", ["step_input", input.model])}}',
    'redact contains {"reason": "x", "redact": paths} if {\n\tpaths := input.metadata.paths\n}',
    'block contains msg if {\n\tmsgs := [msg | msg := {"quorm": 1}]\n\tsome other in msgs\n\tmsg := other.reason\n}',
    'block contains msg if {\n\tsome msg in input.metadata.reasons\n}',
    'block contains msg if input.metadata.reasons[msg]',
    'block contains msg if msg := msg',
  ]
  test.each(sound)('is left alone where it is sound or computed: %s', async (rules) => {
    expect(await said(rules)).toEqual([])
  })
})
