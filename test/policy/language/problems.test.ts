import { describe, expect, test } from 'vitest'
import { isUsable } from '#src/policy/language/assemble-policies.js'
import { readYamlFile } from '#src/policy/language/read-yaml-file.js'
import { printed, readYaml } from './reading.js'

const head = 'apiVersion: stepgate.dev/v1\nkind: Policy\nmetadata: { id: p }\n'
const when = '  when: { field: tool_name, operator: equals, value: x }\n'
const rest = '  action: block\n  reason: no\n'

/** A file, and all that is said of it. */
const files: readonly (readonly [about: string, text: string, said: readonly string[]])[] = [
  ['a policy in order', `${head}spec:\n${when}${rest}`, []],
  [
    'a policy at a hook that nothing asks yet',
    `${head}spec:\n  applies_to: [step, code]\n${when}${rest}`,
    ['5:15 warning nothing asks policies for "code" yet: there it has no effect'],
  ],
  ['a policy of steps and plans', `${head}spec:\n  applies_to: [step, plan]\n${when}${rest}`, []],
  [
    'a policy of plans with the fields of a step',
    `${head}spec:\n  applies_to: [plan]\n  when:\n    - { field: tool_name, operator: exists }\n    - { field: workflow_id, operator: exists }\n    - { field: plan.drift, operator: exists }\n    - { field: plan.goal, operator: exists }\n    - { field: "plan.tools", operator: equals, value: x }\n    - { field: "plan.steps[*].tool", operator: equals, value: x }\n${rest}`,
    [
      '7:16 error tool_name is there only for policies with applies_to: [step]; of a plan: plan.steps[*].tool_name',
      '8:16 error workflow_id is there only for policies with applies_to: [step]',
      '9:16 error plan.drift is there only for policies with applies_to: [step]',
      '10:16 error unknown field "plan.goal"; plan has id, domain, mode, version, query, step_count, planned_by, estimated_cost_usd, tools, connectors, providers, models, agents, steps',
      '11:40 error plan.tools is a list: test plan.tools[*], or the list with contains or contains_any',
      '12:16 error unknown field "plan.steps[*].tool"; plan.steps[*] has id, name, type, agent, provider, model, connector, operation, tool_name, prompt, parameters, depends_on',
    ],
  ],
  [
    'a policy of plans that says less than it seems to',
    `${head}spec:\n  applies_to: [step, plan]\n  rollout: { percent: 10 }\n  scope: { sources: [langgraph] }\n${when}${rest}`,
    [
      '6:12 warning workflow_id is not there at all of step, plan: what lacks it is always in the share',
      '7:21 warning a plan has no source: this policy will judge no plan',
    ],
  ],
  ['an empty file', '', ['1:1 error the file is empty: write what it is to hold, or delete it']],
  ['a file of white space', ' \r\n', ['1:1 error the file is empty: write what it is to hold, or delete it']],
  ['a file of comments', '# later\n', ['1:1 warning the file holds nothing']],
  ['an empty document beside a policy', `---\n---\n${head}spec:\n${when}${rest}---\n`, []],
  ['Windows line ends', `${head}spec:\n${when}${rest}`.replaceAll('\n', '\r\n'), []],
  ['a byte order mark', `\ufeff${head}spec:\n${when}${rest}`, []],
  ['text', 'hello', ['1:1 error expected a policy or another document, found text']],
  ['a list', '- a', ['1:1 error expected a policy or another document, found a list']],
  ['no apiVersion', 'kind: Policy', ['1:1 error apiVersion is missing: write apiVersion: stepgate.dev/v1']],
  [
    'an apiVersion near ours',
    'kind: Policy\napiVersion: stepgate.dev/v2',
    ['2:13 error unknown apiVersion "stepgate.dev/v2"; did you mean "stepgate.dev/v1"?'],
  ],
  [
    'an apiVersion of others',
    'kind: Pod\napiVersion: v1',
    ['2:13 error unknown apiVersion "v1"; known are stepgate.dev/v1, axonflow.io/v1'],
  ],
  [
    'an unknown kind',
    'apiVersion: stepgate.dev/v1\nkind: Polcy',
    ['2:7 error unknown kind "Polcy"; did you mean "Policy"?'],
  ],
  ['no kind', 'apiVersion: axonflow.io/v1', ['1:1 error kind is missing; known are AgentConfig']],
  ['a tab as indentation', `${head}spec:\n\twhen: {}\n`, ['5:1 error Tabs are not allowed as indentation']],
  [
    'a field with brackets, unquoted',
    `${head}spec:\n  when: { field: tool_input.rows[*].id, operator: exists }\n${rest}`,
    ['5:33 error Unexpected flow-seq-start at node end; a field with brackets goes in quotes'],
  ],
  [
    'a reason that starts with a brace, unquoted',
    `${head}spec:\n${when}  action: block\n  reason: {model} is dear\n`,
    ['7:19 error Unexpected scalar at node end; a text that starts with { goes in quotes'],
  ],
  ['a name that stands twice', `${head}spec:\n${when}${when}${rest}`, ['6:3 error Map keys must be unique']],
  [
    'an unknown tag',
    `${head}spec:\n${when}  action: !!js/function block\n  reason: no\n`,
    ['6:11 error Unresolved tag: tag:yaml.org,2002:js/function'],
  ],
  [
    'an alias of nothing',
    `${head}spec:\n  when: *later\n${rest}`,
    ['5:9 error no anchor &later stands before this alias'],
  ],
  [
    'a bomb of aliases',
    `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c]\n`,
    ['4:17 error Excessive alias count indicates a resource exhaustion attack'],
  ],
  [
    'an alias used as people do',
    `${head}spec:\n  when:\n    any:\n      - &same { field: tool_name, operator: equals, value: x }\n      - { all: [*same, { field: model, operator: exists }] }\n${rest}`,
    [],
  ],
  [
    'a list as a key',
    `${head}spec:\n  [a]: x\n${when}${rest}`,
    ['5:3 error With stringKeys, all keys must be strings'],
  ],
  [
    'a NUL in a text',
    `${head}spec:\n${when}  action: block\n  reason: "a\\0"\n`,
    ['7:11 error a NUL character in a text'],
  ],
  [
    'half of a character in a text',
    `${head}spec:\n${when}  action: block\n  reason: "a\\ud83d"\n`,
    ['7:11 error half of a character in a text'],
  ],
  [
    'what is nested too deep',
    `${'['.repeat(150)}${']'.repeat(150)}`,
    ['1:101 error nested deeper than 100 levels'],
  ],
  [
    'everything at once',
    [
      'apiVersion: stepgate.dev/v1',
      'kind: Policy',
      'metadata:',
      '  id: Big Spender',
      '  nmae: x',
      '  tags: cost',
      'spec:',
      '  applies_to: [steps]',
      '  enforcement: shadw',
      '  rollout: { percent: 101, by: workflow }',
      '  scope: { tenant: [a] }',
      '  when: { field: modle, operator: equal, value: x }',
      '  action: require-approval',
      '  reason: "{modle}"',
      '  approval: { expires_in: 1w, roles: [], quorum: 0.5 }',
      '  redact: [step_inputs.x]',
      'test: []',
    ].join('\n'),
    [
      '4:7 error an id is made of a-z, 0-9 and -, and starts with a letter or digit',
      '5:3 error unknown key "nmae"; did you mean "name"?',
      '6:9 error expected a list, found text',
      '8:16 error unknown value "steps"; did you mean "step"?',
      '9:16 error unknown value "shadw"; did you mean "shadow"?',
      '10:23 error percent is from 0 to 100',
      '10:32 error one value is needed here: workflow is a mapping',
      '11:12 error unknown key "tenant"; did you mean "tenants"?',
      '12:18 error unknown field "modle"; did you mean "model"?',
      '12:35 error unknown value "equal"; did you mean "equals"?',
      '13:11 error unknown value "require-approval"; did you mean "require_approval"?',
      '14:13 error unknown field "modle"; did you mean "model"?',
      '15:3 error approval goes only with action: require_approval',
      '15:27 error this is no duration: write 30m, 24h, 1h30m, 7d',
      '15:38 error the list is empty',
      '15:50 error expected a whole number, found 0.5',
      '16:3 error redact goes only with action: redact',
      '16:12 error unknown field "step_inputs"; did you mean "step_input"?',
      '17:1 error unknown key "test"; did you mean "tests"?',
    ],
  ],
  [
    'what is missing',
    'apiVersion: stepgate.dev/v1\nkind: Policy\nmetadata: {}\nspec:\n  reason: no\n',
    ['3:1 error id is missing', '4:1 error when is missing', '4:1 error action is missing'],
  ],
  [
    'a policy of nothing',
    'apiVersion: stepgate.dev/v1\nkind: Policy\n',
    ['1:1 error metadata is missing', '1:1 error spec is missing'],
  ],
]

describe('a file is answered with all that is wrong in it', () => {
  test.each(files)('%s', (_, text, said) => {
    const { problems } = readYaml({ 'p.yaml': text })
    expect(printed(problems)).toEqual(said.map((line) => `p.yaml:${line}`))
  })

  const undecodable: readonly (readonly [about: string, bytes: Uint8Array, place: string])[] = [
    ['Latin-1', Buffer.from(`${head}spec:\n  when: caf\xe9\n`, 'latin1'), '5:12'],
    [
      'after other letters',
      Buffer.concat([Buffer.from('\ufeffa: 1\r\n"äß😀�": '), Buffer.from([0xff])]),
      '2:9',
    ],
    ['a character that breaks off', Buffer.from('é😀').subarray(0, 5), '1:2'],
    [
      'before a line end',
      Buffer.concat([Buffer.from('a: é'), Buffer.from([0xe2, 0x82, 0x0a]), Buffer.from('b')]),
      '1:5',
    ],
    ['half of a character', Buffer.concat([Buffer.from('a\n\nb'), Buffer.from([0xed, 0xa0, 0x80])]), '3:2'],
  ]
  test.each(undecodable)('bytes that are no UTF-8: %s', (_, bytes, place) => {
    expect(printed(readYamlFile({ path: 'p.yaml', bytes }).problems)).toEqual([
      `p.yaml:${place} error the file is not UTF-8`,
    ])
  })

  test('what is nested without end', () => {
    for (const text of ['['.repeat(100_000), '- '.repeat(100_000), `${'{a: '.repeat(20_000)}`]) {
      const { problems } = readYaml({ 'p.yaml': text })
      expect(problems.map(({ message }) => message)).toEqual(['nested deeper than 100 levels'])
    }
  })

  test('UTF-16, NUL bytes, and files too large to be policies', () => {
    const utf16 = Buffer.from(`\ufeff${head}`, 'utf16le')
    const said = (bytes: Uint8Array): string[] => printed(readYamlFile({ path: 'p.yaml', bytes }).problems)
    expect(said(utf16)).toEqual(['p.yaml:1:1 error the file is UTF-16: save it as UTF-8'])
    expect(said(Buffer.from('a: 1\nä: \0\n'))).toEqual([
      'p.yaml:2:4 error the file holds a NUL byte: it is no text',
    ])
    expect(said(new Uint8Array(1024 * 1024 + 1))).toEqual([
      'p.yaml error the file is larger than 1024 KiB: split it',
    ])
  })

  test('a later document is read although an earlier one is broken', () => {
    const text = `a: [\n---\n${head}spec:\n  when: {}\n${rest}`
    expect(printed(readYaml({ 'p.yaml': text }).problems)).toHaveLength(2)
  })

  test('a set with an error is not usable, one with warnings is', () => {
    expect(isUsable(readYaml({ 'p.yaml': `${head}spec:\n${when}${rest}`, 'q.yaml': '# later' }))).toBe(true)
    expect(isUsable(readYaml({ 'p.yaml': `${head}spec:\n${when}${rest}`, 'q.yaml': 'x' }))).toBe(false)
  })
})

/** A condition, and all that is said of it; columns count from the start of the condition. */
const conditions: readonly (readonly [condition: string, said: readonly string[]])[] = [
  ['{}', ['0 this tests nothing; to match everything, test that a field exists: workflow_id exists']],
  ['[]', ['0 the list is empty: a condition without tests would hold for everything']],
  ['{ all: [] }', ['7 the list is empty: a condition without tests would hold for everything']],
  [
    '{ any: {} }',
    ['7 this tests nothing; to match everything, test that a field exists: workflow_id exists'],
  ],
  ['x', ['0 expected a mapping or a list, found text']],
  ['{ field: model }', ['0 operator is missing']],
  ['{ operator: exists }', ['0 field is missing']],
  ['{ value: x }', ['0 field is missing', '0 operator is missing']],
  [
    '{ feild: model, operator: exists }',
    ['0 field is missing', '2 unknown key "feild"; did you mean "field"?'],
  ],
  ['{ field: model, operator: exists, any: { field: source, operator: exists } }', []],
  ['{ field: "", operator: exists }', ['9 the field is empty']],
  ['{ field: model.name, operator: exists }', ['9 model is text and has nothing below it']],
  ['{ field: user.name, operator: exists }', ['9 unknown field "user.name"; user has id, email, role']],
  [
    '{ field: "workflow.steps[*].tool", operator: exists }',
    [
      '9 unknown field "workflow.steps[*].tool"; workflow.steps[*] has step_id, step_name, step_type, tool_name, decision, completed',
    ],
  ],
  [
    '{ field: "workflow.steps[*]", operator: exists }',
    [
      '9 earlier steps are tested one attribute at a time, over all of them: write workflow.steps[*].step_id, .step_name, .step_type, .tool_name, .decision, .completed',
    ],
  ],
  [
    '{ field: "workflow.steps[0].tool_name", operator: exists }',
    [
      '9 earlier steps are tested one attribute at a time, over all of them: write workflow.steps[*].tool_name',
    ],
  ],
  [
    '{ field: "workflow.steps.tool_name", operator: exists }',
    ['9 workflow.steps is a list: write workflow.steps[*] or workflow.steps[0] for its elements'],
  ],
  ['{ field: "user[0]", operator: exists }', ['9 user is a mapping, not a list']],
  ['{ field: facts.x, operator: exists }', ['9 facts are not for policies to read']],
  [
    '{ field: plan.steps, operator: exists }',
    ['9 plan.steps is there only for policies with applies_to: [plan]'],
  ],
  ['{ field: metadata.*, operator: exists }', ['18 for every element write [*], without a dot before it']],
  ['{ field: metadata..x, operator: exists }', ['18 a name is missing']],
  ['{ field: metadata., operator: exists }', ['18 a name is missing']],
  [
    '{ field: "metadata[x]", operator: exists }',
    ['18 brackets hold a position, *, or a name in double quotes'],
  ],
  ['{ field: "metadata.a b", operator: exists }', ['20 " " does not belong in a path']],
  ['{ field: model, operator: exists, value: true }', ['41 exists takes no value']],
  ['{ field: model, operator: equals }', ['26 equals needs a value']],
  ['{ field: model, operator: equals, value: null }', ['41 nothing stands here (null)']],
  [
    '{ field: model, operator: equals, value: { a: 1 } }',
    ['41 expected text, a number, true or false or a list, found a mapping'],
  ],
  [
    '{ field: model, operator: equals, value: [a, b] }',
    ['41 equals takes one value, not a list: for several use in'],
  ],
  [
    '{ field: model, operator: contains, value: [a, b] }',
    ['43 contains takes one value, not a list: for several use contains_any'],
  ],
  ['{ field: model, operator: in, value: a }', ['37 in takes a list: [a]']],
  ['{ field: model, operator: in, value: [] }', ['37 the list is empty']],
  [
    '{ field: model, operator: in, value: [a, [b]] }',
    ['41 expected text, a number or true or false, found a list'],
  ],
  ['{ field: model, operator: equals, value: 4 }', ['26 model is text, never 4: write it in quotes']],
  [
    '{ field: cost_usd, operator: greater_than, value: "5" }',
    ['29 cost_usd is a number, never "5": write it without quotes'],
  ],
  [
    '{ field: cost_usd, operator: greater_than, value: true }',
    ['50 greater_than compares with a number or a text, not with true'],
  ],
  ['{ field: cost_usd, operator: regex, value: "5" }', ['29 cost_usd is a number, and regex tests text']],
  [
    '{ field: step_index, operator: equals, value: 12345678901234567890 }',
    ['46 this number is too large to be compared exactly'],
  ],
  [
    '{ field: step_index, operator: equals, value: .nan }',
    ['46 expected text, a number, true or false or a list, found NaN'],
  ],
  [
    '{ field: step_input, operator: contains, value: x }',
    ['31 step_input is a mapping, not one value: name a member of it, or test all text with field: "*"'],
  ],
  ['{ field: step_input, operator: detects, value: secret }', []],
  ['{ field: model, operator: regex, value: "^(?!gpt)" }', ['42 look-around is not part of RE2']],
  ['{ field: model, operator: regex, value: "a(b" }', ['42 the group is not closed with )']],
  ['{ field: model, operator: regex, value: 7 }', ['40 regex takes text, not 7']],
  ['{ field: model, operator: starts_with, value: "" }', ['46 starts_with takes a text that is not empty']],
  [
    '{ field: model, operator: detects, value: secret.aws_kye }',
    ['42 unknown detector "secret.aws_kye"; did you mean "secret.aws_key"?'],
  ],
  [
    '{ field: metadata.ip, operator: cidr, value: 10.0.0.1 }',
    ['45 "10.0.0.1" is no range of addresses: write 10.0.0.0/8, 2001:db8::/32, or 192.0.2.7/32 for one'],
  ],
  [
    '{ field: metadata.ip, operator: cidr, value: [10.0.0.0/8, 10/8] }',
    ['58 "10/8" is no range of addresses: write 10.0.0.0/8, 2001:db8::/32, or 192.0.2.7/32 for one'],
  ],
  [
    '{ field: "*", operator: equals, value: x }',
    ['24 "*" is one long text: only regex, contains, not_contains, contains_any, detects can test it'],
  ],
  [
    '{ field: "*", operator: contains, value: 7 }',
    ['24 "*" is one long text and holds no number 7: write it in quotes'],
  ],
  [
    '{ field: "workflow.steps[*].completed", operator: equals, value: "true" }',
    ['50 workflow.steps[*].completed is true or false, never "true"'],
  ],
  [
    '{ field: "workflow.steps[*].step_id", operator: greater_than, value: a }',
    ['48 greater_than cannot test earlier steps'],
  ],
]

describe('a condition is answered with all that is wrong in it', () => {
  test.each(conditions)('%s', (condition, said) => {
    const start = '  when: '
    const { problems } = readYaml({ 'p.yaml': `${head}spec:\n${start}${condition}\n${rest}` })
    const errors = problems.filter(({ severity }) => severity === 'error')
    expect(
      errors.map(({ line, column, message }) => `${line}: ${column! - 1 - start.length} ${message}`),
    ).toEqual(said.map((each) => `5: ${each}`))
  })

  test('that nests too deep or tests too much', () => {
    const deep = `${'{ not: '.repeat(25)}{ field: model, operator: exists }${' }'.repeat(25)}`
    const many = `[${'{ field: model, operator: exists },'.repeat(501)}]`
    const said = (condition: string): string[] =>
      readYaml({ 'p.yaml': `${head}spec:\n  when: ${condition}\n${rest}` }).problems.flatMap(
        ({ severity, message }) => (severity === 'error' ? [message] : []),
      )
    expect(said(deep)).toEqual(['conditions nest deeper than 20 levels'])
    expect(said(many)).toEqual(['a condition has 500 tests at most'])
  })
})

const specs: readonly (readonly [about: string, spec: string, said: readonly string[]])[] = [
  [
    'approval with another action',
    'action: warn\n  reason: x\n  approval: { quorum: 1 }',
    ['8:3 approval goes only with action: require_approval'],
  ],
  [
    'redact that does not say what',
    'action: redact\n  reason: x',
    ['6:11 redact needs to know what: add redact: [step_input.customer.email]'],
  ],
  [
    'redact of a path that is none',
    'action: redact\n  reason: x\n  redact: ["step_input.a[*].b", tool.x]',
    ['8:33 unknown field "tool"; known are'],
  ],
  [
    'a lone brace in a reason',
    'action: block\n  reason: "a } b"',
    ['7:14 a lone } in a reason: write }} for the sign itself'],
  ],
  [
    'an open brace in a reason',
    'action: block\n  reason: "a {model"',
    ['7:14 a lone { in a reason: write {{ for the sign itself'],
  ],
  [
    'many values in a reason',
    'action: block\n  reason: "a {tool_input.x[*]}"',
    ['7:15 a reason shows one value: [*] cannot stand in it'],
  ],
  [
    'history in a reason',
    'action: block\n  reason: "{workflow.steps}"',
    ['7:13 a reason cannot show earlier steps'],
  ],
  [
    'a duration of nothing',
    'action: require_approval\n  reason: x\n  approval: { expires_in: 0h }',
    ['8:27 this is no duration: write 30m, 24h, 1h30m, 7d'],
  ],
  [
    'a rollout by many values',
    'action: block\n  reason: x\n  rollout: { by: "tool_input.x[*]" }',
    ['8:18 one value is needed here: [*] names many'],
  ],
]

describe('the rest of a policy', () => {
  test.each(specs)('%s', (_, spec, said) => {
    const { problems } = readYaml({ 'p.yaml': `${head}spec:\n${when}  ${spec}\n` })
    const found = problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
    expect(found.map((line, i) => line.slice(0, said[i]?.length))).toEqual(said)
  })
})
