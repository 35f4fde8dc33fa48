import { afterAll, describe, expect, test } from 'vitest'
import { openToolchain, stackOverflow } from '#src/policy/toolchain/toolchain.js'
import { policyWith, printed, readAll } from './reading.js'

const toolchain = openToolchain()
afterAll(() => toolchain.close())

const set = (files: Record<string, string>) => readAll(files, toolchain)
const said = async (rego: string): Promise<string[]> => printed((await set({ 'p.rego': rego })).problems)

describe('a policy in Rego', () => {
  test('takes its id from the package, and the rest from annotations', async () => {
    const { policies, problems } = await set({
      'teams/deletes.rego': `# METADATA
# title: No production deletes
# description: Deleting in production is never automatic.
# custom:
#   owner: platform
#   tags: [prod]
#   applies_to: [step, plan]
#   enforcement: shadow
#   rollout: {percent: 10}
#   scope: {tenants: [acme]}
#   ticket: PLAT-7
package stepgate.policy.no_production_deletes

block contains msg if {
	input.tool_name == "db.delete"
	input.metadata.environment == "production"
	msg := "no deletes in production"
}

redact contains {"reason": "keep it", "redact": ["tool_input.sql"]} if input.tool_name == "db.query"
`,
    })
    expect(problems).toEqual([])
    expect(policies).toMatchObject([
      {
        id: 'no_production_deletes',
        name: 'No production deletes',
        description: 'Deleting in production is never automatic.',
        owner: 'platform',
        tags: ['prod'],
        appliesTo: ['step', 'plan'],
        enforcement: 'shadow',
        rollout: { percent: 10, by: 'workflow_id' },
        scope: { tenants: ['acme'], sources: ['*'] },
        actions: ['block', 'redact'],
        origin: { file: 'teams/deletes.rego', line: 12, language: 'rego' },
        modulePath: 'teams/deletes.rego',
        facts: [],
        readsSteps: false,
        readsData: false,
      },
    ])
  })

  test('goes by defaults without annotations', async () => {
    const { policies, problems } = await set({
      'p.rego': 'package stepgate.policy.team.p\n\nwarn contains "x" if input.model\n',
    })
    expect(problems).toEqual([])
    expect(policies).toMatchObject([
      {
        id: 'p',
        name: 'p',
        tags: [],
        appliesTo: ['step'],
        enforcement: 'enforce',
        packagePath: ['stepgate', 'policy', 'team', 'p'],
      },
    ])
  })

  test('of plans is rolled out by plan, as one in YAML is', async () => {
    const { policies, problems } = await set({
      'p.rego':
        '# METADATA\n# custom: {applies_to: [plan], rollout: {percent: 10}}\npackage stepgate.policy.p\n\nblock contains "x" if count(input.plan.steps) > 3\n',
      'q.yaml': policyWith(
        'q',
        '{ field: plan.step_count, operator: greater_than, value: 3 }',
        'action: block\n  reason: "{plan.step_count}"\n  applies_to: [plan]\n  rollout: { percent: 10 }',
      ),
    })
    expect(problems).toEqual([])
    expect(policies.map(({ rollout }) => rollout.by)).toEqual(['plan.id', 'plan.id'])
  })

  test('may be spread over several files of one package', async () => {
    const { policies, problems } = await set({
      'b.rego': 'package stepgate.policy.p\n\nblock contains "x" if risky\n',
      'a.rego':
        '# METADATA\n# title: P\npackage stepgate.policy.p\n\nrisky if input.tool_name == "rm"\n\nwarn contains "y" if risky\n',
    })
    expect(problems).toEqual([])
    expect(policies).toMatchObject([
      {
        id: 'p',
        name: 'P',
        actions: ['block', 'warn'],
        modulePath: 'a.rego',
        moreModules: [{ path: 'b.rego' }],
        requires: { kind: 'in', path: ['tool_name'], values: ['rm'] },
      },
    ])
  })

  test('is annotated once', async () => {
    const { problems } = await set({
      'a.rego': '# METADATA\n# title: A\npackage stepgate.policy.p\n\nblock contains "x"\n',
      'b.rego': '# METADATA\n# title: B\npackage stepgate.policy.p\n\nwarn contains "x"\n',
    })
    expect(printed(problems)).toEqual([
      'b.rego:1:1 error the package is annotated in a.rego already: keep one of the two',
    ])
  })

  test('says where its history and its data come from, libraries included', async () => {
    const lib =
      'package stepgate.lib.history\n\nused(tool) if input.workflow.steps[_].tool_name == tool\n\nlimit := data.limits.daily\n'
    const policy = (id: string, body: string): string =>
      `package stepgate.policy.${id}\n\nblock contains "x" if {\n\t${body}\n}\n`
    const bodies = {
      none: 'input.workflow.cost_usd > 1',
      steps: 'count(input.workflow.steps) > 3',
      some_steps: 'some step in input.workflow.steps\n\tstep.decision == "block"',
      whole_workflow: 'w := input.workflow\n\tw.cost_usd > 1',
      whole_input: 'i := input\n\ti.model == "x"',
      computed: 'key := "steps"\n\tcount(input.workflow[key]) > 1',
      lib: 'data.stepgate.lib.history.used("x")',
      data: 'data.limits.daily > 1',
      some_data: 'data[input.model].daily > 1',
    }
    const files = Object.fromEntries(
      Object.entries(bodies).map(([id, body]) => [`${id}.rego`, policy(id, body)]),
    )
    const { policies, problems } = await set({ ...files, 'lib/history.rego': lib })
    expect(problems).toEqual([])
    const reading = Object.fromEntries(
      policies.map(({ id, readsSteps, readsData }) => [id, [readsSteps, readsData]]),
    )
    expect(reading).toEqual({
      none: [false, false],
      steps: [true, false],
      some_steps: [true, false],
      whole_workflow: [true, false],
      whole_input: [true, false],
      computed: [true, false],
      lib: [true, true],
      data: [false, true],
      some_data: [false, true],
    })
  })

  test('stands beside libraries, tests and data in the set', async () => {
    const { libraries, regoTests, data, policies } = await set({
      'lib/text.rego': 'package stepgate.lib.text\n\nloud(x) := upper(x)\n',
      'p_test.rego': 'package whatever\n\ntest_it if true\n',
      'p.yaml': policyWith('p', '{ field: model, operator: exists }', 'action: warn\n  reason: "{model}"'),
      'limits.json': '{"limits": {"daily": 5}}',
    })
    expect(policies.map(({ id }) => id)).toEqual(['p'])
    expect(libraries.map(({ packagePath }) => packagePath)).toEqual([
      ['stepgate', 'lib', 'text'],
      ['stepgate', 'lib', 'template'],
    ])
    expect(regoTests.map(({ path }) => path)).toEqual(['p_test.rego'])
    expect(data).toEqual({ limits: { daily: 5 } })
  })
})

describe('a policy in Rego cannot read another one', () => {
  const refusal = (reference: string): string =>
    `${reference} may reach another policy, which no policy can read: write the first names out, as in data.limits or data.stepgate.lib.<name>`
  const reading = (body: string, imports = '') =>
    said(`package stepgate.policy.p\n\n${imports}block contains "x" if {\n\t${body}\n}\n`)

  const refused: readonly (readonly [body: string, place: string, reference: string])[] = [
    ['some k\n\tdata[k].policy.q.block', '5:2', 'data[_].policy.q.block'],
    ['some k\n\tdata.stepgate[k].q.block', '5:2', 'data.stepgate[_].q.block'],
    ['some k\n\tdata[k][input.model].x', '5:2', 'data[_][_].x'],
    ['data[$"step{"gate"}"].policy.q.block', '4:2', 'data[_].policy.q.block'],
    ['some k\n\tx := data[k]\n\tx.policy.q.block', '5:7', 'data[_]'],
    ['x := data\n\tx.stepgate.policy.q.block', '4:7', 'data'],
    ['x := data.stepgate\n\tx.policy.q.block', '4:7', 'data.stepgate'],
    ['count(data) > 1', '4:8', 'data'],
    ['walk(data, [path, value])', '4:7', 'data'],
    ['object.get(data, ["stepgate", "policy"], {}) != {}', '4:13', 'data'],
    ['some name, value in data', '4:22', 'data'],
  ]
  test.each(refused)('as %j would', async (body, place, reference) => {
    expect(await reading(body)).toEqual([`p.rego:${place} error ${refusal(reference)}`])
  })

  test('nor what an import stands for', async () => {
    expect(await reading('some k\n\ts[k].q.block', 'import data.stepgate as s\n\n')).toEqual([
      `p.rego:7:2 error ${refusal('data.stepgate[_].q.block')}`,
    ])
    expect(await reading('x := stepgate\n\tx.policy', 'import data.stepgate\n\n')).toEqual([
      `p.rego:6:7 error ${refusal('data.stepgate')}`,
    ])
    expect(await reading('stepgate.policy.q.block', 'import data.stepgate\n\n')).toEqual([
      expect.stringContaining(
        'p.rego:6:2 error a policy cannot read another one (data.stepgate.policy.q.block)',
      ),
    ])
    expect(await reading('d[input.model].policy', 'import data as d\n\n')).toEqual([
      `p.rego:6:2 error ${refusal('data[_].policy')}`,
    ])
  })

  test('nor have a library read it', async () => {
    expect(await said('package stepgate.lib.l\n\nheld(name) if count(data[name]) > 0\n')).toEqual([
      `p.rego:3:21 error ${refusal('data[_]')}`,
    ])
  })

  test('whose package lies below its own', async () => {
    const { problems } = await set({
      'a.rego': `package stepgate.policy.a\n\nblock contains "x" if {\n\tsome name\n\tcount(data.stepgate.policy.a[name].block) > 0\n}\n`,
      'b.rego': 'package stepgate.policy.a.b\n\nblock contains "x"\n',
    })
    expect(printed(problems)).toEqual([
      expect.stringContaining(
        'a.rego:5:8 error a policy cannot read another one (data.stepgate.policy.a[_].block)',
      ),
    ])
  })

  const allowed: readonly (readonly [body: string, imports: string])[] = [
    ['some k\n\tdata[k].limits.daily', ''],
    ['data.limits[input.model].policy', ''],
    ['x := data.limits\n\tx.stepgate', ''],
    ['data.stepgate.lib[input.model].f', ''],
    ['count(data.stepgate.policy.p.names) > 0\n}\n\nnames contains "x" if {\n\tinput.model', ''],
    ['stepgate.lib.l.loud', 'import data.stepgate\n\n'],
    ['d.limits.daily', 'import data as d\n\n'],
    ['limits[input.model].policy', 'import data.limits\n\n'],
  ]
  test.each(allowed)('but %j it may', async (body, imports) => {
    expect(await reading(body, imports)).toEqual([])
  })
})

describe('what is wrong with a policy in Rego is said with its place', () => {
  const header = 'package stepgate.policy.p\n\n'
  const rows: readonly (readonly [about: string, rego: string, said: readonly string[]])[] = [
    ['nothing', '', ['1:1 error the file is empty']],
    [
      'another policy in a rule',
      `${header}block contains "x" if count(data.stepgate.policy.q.block) > 0\n`,
      ['3:29 error a policy cannot read another one (data.stepgate.policy.q.block): put what'],
    ],
    [
      'another policy in an import',
      'package stepgate.policy.p\n\nimport data.stepgate.policy.q\n\nblock contains "x" if q.block\n',
      [
        '3:8 error a policy cannot read another one (data.stepgate.policy.q): put what they share into a library',
      ],
    ],
    ['syntax', `${header}block contains if {`, ['3:16 error unexpected if keyword']],
    [
      'a package of others',
      'package authz\n\nallow := true\n',
      ['1:1 error package authz is neither a policy nor a library'],
    ],
    [
      'no id',
      'package stepgate.policy\n\nblock contains "x"\n',
      ['1:1 error package stepgate.policy is neither'],
    ],
    [
      'an id with spaces',
      'package stepgate.policy["a b"]\n\nblock contains "x"\n',
      ['1:1 error "a b" is no policy id'],
    ],
    [
      'a slash in the package, where the compiler takes names apart',
      'package stepgate.policy["a/b"].c\n\nblock contains "x"\n',
      ['1:1 error "a/b" has a slash'],
    ],
    [
      "the library of the gate's own",
      'package stepgate.lib.template\n\nx := 1\n',
      ["1:1 error package stepgate.lib.template is Stepgate's own"],
    ],
    [
      'one value',
      `${header}block := "no"\n`,
      ['3:1 error block is a set of reasons, not one value: write `block contains reason if { ... }`'],
    ],
    [
      'a condition',
      `${header}block if input.model == "x"\n`,
      ['3:1 error block is a set of reasons, not one value'],
    ],
    ['a function', `${header}warn(x) := x\n`, ['3:1 error warn is an action and cannot be a function']],
    [
      'a default',
      `${header}default block := false\n\nblock contains "x"\n`,
      ['3:9 error block is a set of reasons and has no default'],
    ],
    [
      'an object of reasons',
      `${header}block["x"] := "y" if true\n`,
      ['3:1 error block is a set of reasons, not one value'],
    ],
    [
      'a reason that is no text',
      `${header}block contains 7\n`,
      ['3:16 error a reason is text, or an object'],
    ],
    [
      'no action',
      `${header}deny contains "x"\n`,
      [
        '1:1 error no rule is an action, so this policy says nothing: name one block, require_approval, redact, warn, alert, log',
        '3:1 warning nothing reads deny, and it is no action',
      ],
    ],
    [
      'an action with a slip in it',
      `${header}blocks contains "x"\n`,
      [
        '1:1 error no rule is an action, so this policy says nothing: name one block, require_approval, redact, warn, alert, log; did you mean "block"?',
        '3:1 warning nothing reads blocks',
      ],
    ],
    [
      'an action with a slip beside a good one',
      `${header}warn contains "x"\n\nrequire_aproval contains "y"\n`,
      ['5:1 warning nothing reads require_aproval, and it is no action'],
    ],
    ['a helper that is read', `${header}warn contains x if some x in names\n\nnames contains "y"\n`, []],
    [
      'facts',
      `${header}block contains "x" if input.facts["model regex ^gpt"]\n`,
      ['3:23 error input.facts is for YAML policies; test the field itself'],
    ],
    [
      'facts by an import',
      `package stepgate.policy.p\n\nimport input as i\n\nblock contains "x" if i.facts["model regex ^gpt"]\n`,
      ['5:23 error input.facts is for YAML policies'],
    ],
    [
      'annotations out of range',
      `# METADATA\n# custom:\n#   enforcment: shadow\n#   rollout: {percent: 200, by: modle}\n#   applies_to: step\n${header}block contains "x"\n`,
      [
        '3:5 error custom.enforcment: unknown key; did you mean "enforcement"?',
        '4:24 error custom.rollout.percent: percent is from 0 to 100',
        '4:33 error custom.rollout.by: unknown field "modle"; did you mean "model"?',
        '5:17 error custom.applies_to: expected a list, found text',
      ],
    ],
    [
      'an annotation that names no field',
      `# A team's own.\n\n#METADATA\n#title: x\n#custom: {rollout: {by: modle}}\n${header}block contains "x"\n`,
      ['5:25 error custom.rollout.by: unknown field "modle"; did you mean "model"?'],
    ],
    [
      'annotations that are written unevenly',
      `# METADATA\n# title: x\n#custom: {rollout: {by: modle}}\n${header}block contains "x"\n`,
      ['1:1 error custom.rollout.by: unknown field "modle"; did you mean "model"?'],
    ],
    ['comments like annotations', `# title: x\n# enforcement: shadow\n${header}block contains "x"\n`, []],
    [
      'annotations of OPA with a slip in them',
      `# METADATA\n# titel: x\n# cusstom: {owner: me}\n# ticket: 7\n${header}block contains "x"\n`,
      [
        '2:3 error unknown key "titel"; did you mean "title"?',
        '3:3 error unknown key "cusstom"; did you mean "custom"?',
      ],
    ],
    [
      'annotations that belong under custom',
      `# METADATA\n# title: x\n# enforcement: shadow\n${header}block contains "x"\n`,
      ['3:3 error enforcement is read under custom: write custom: {enforcement: ...}'],
    ],
    [
      'annotations that stand at a rule',
      `${header}# METADATA\n# custom:\n#   owner: me\n#   applies_to: [plan]\nblock contains "x"\n`,
      ['6:5 warning custom.applies_to is read of the package alone: put it above the package'],
    ],
    [
      'annotations that are no YAML',
      `# METADATA\n# title: [a\n${header}block contains "x"\n`,
      ["2:1 error the annotations: did not find expected ',' or ']'"],
    ],
    [
      'annotations that stand twice',
      `# METADATA\n# title: a\n# title: b\n${header}block contains "x"\n`,
      ['3:1 error the annotations: mapping key "title" already defined'],
    ],
    [
      'annotations that are no mapping',
      `# METADATA\n# title: a\n# custom: [a]\n${header}block contains "x"\n`,
      ['3:1 error the annotations: cannot unmarshal !!seq into map[string]interface {}'],
    ],
  ]

  test.each(rows)('%s', async (_, rego, expected) => {
    const found = await said(rego)
    expect(found.map((line, i) => line.slice(0, `p.rego:${expected[i]}`.length))).toEqual(
      expected.map((line) => `p.rego:${line}`),
    )
  })

  test('of all files at once, although one cannot be parsed', async () => {
    const { problems } = await set({
      'a.rego': 'package stepgate.policy.a\n\nblock contains if {\n',
      'b.rego': 'package b\n',
      'c.rego': 'package stepgate.policy.c\n\nblock {\n',
      'd.yaml': 'x',
      'e_test.rego': 'package e\n\ntest_x { true }\n',
    })
    expect([...new Set(problems.map(({ file }) => file))]).toEqual([
      'a.rego',
      'b.rego',
      'c.rego',
      'd.yaml',
      'e_test.rego',
    ])
  })

  test('what nests too deep or goes on too long, and the files beside it are read', async () => {
    const rule = (condition: string): string => `${header}block contains "x" if ${condition}\n`
    const { problems, policies } = await set({
      'a.rego': rule(`1${' + 1'.repeat(20_000)} > 1`),
      'b.rego': rule(`# ((((\n"((((" == ${'['.repeat(100)}f(\n1)${']'.repeat(100)}`),
      'c.rego': rule(`${'('.repeat(5000)}1${')'.repeat(5000)} == 1`),
      'd.rego': 'package stepgate.policy.d\n\nblock contains if {\n',
      'e.rego': `package stepgate.policy.e\n\nblock contains "x" if "((((" == ${'[1, '.repeat(100)}2${']'.repeat(100)}\n`,
    })
    expect(printed(problems)).toEqual([
      `a.rego error ${stackOverflow.message}`,
      'b.rego:4:112 error nested deeper than 100 levels',
      'c.rego:3:123 error nested deeper than 100 levels',
      'd.rego:3:16 error unexpected if keyword',
      'd.rego:4:1 error unexpected eof token',
    ])
    expect(policies.map(({ id }) => id)).toEqual(['e'])
  })

  test('a toolchain that does not answer is a problem of every Rego file', async () => {
    const closed = openToolchain()
    await closed.close()
    const { problems } = await readAll(
      { 'p.rego': 'package stepgate.policy.p\n\nblock contains "x"\n' },
      closed,
    )
    expect(printed(problems)).toEqual(['p.rego error the toolchain is closed'])
  })

  test('an id that YAML and Rego both claim, with both places', async () => {
    const { problems } = await set({
      'a.yaml': `# first\n${policyWith('same', '{ field: model, operator: exists }')}`,
      'b.rego': 'package stepgate.policy.same\n\nblock contains "x"\n',
      'c.rego': 'package stepgate.policy.team.same\n\nblock contains "x"\n',
    })
    expect(printed(problems)).toEqual([
      'b.rego:1:1 error the policy id "same" is taken: a.yaml:2 has it too',
      'c.rego:1:1 error the policy id "same" is taken: a.yaml:2 has it too',
    ])
  })
})

describe('the regular expressions of a policy in Rego', () => {
  const header = 'package stepgate.policy.p\n\n'
  const saidOf = async (rules: string) => printed((await set({ 'p.rego': `${header}${rules}` })).problems)
  const written: readonly (readonly [about: string, rules: string])[] = [
    ['in the call', 'block contains "x" if regex.match(`^a`, input.model)'],
    ['in a comprehension', 'block contains "x" if count([1 | regex.match("^b", input.model)]) > 0'],
    ['in a local name', 'block contains "x" if {\n\tp := "^a"\n\tregex.match(p, input.model)\n}'],
    [
      'in a list that is gone through',
      'block contains "x" if {\n\tsome p in ["^a", "^b"]\n\tregex.match(p, input.model)\n}',
    ],
    [
      'with their keys',
      'block contains k if {\n\tsome k, p in {"one": "^a"}\n\tregex.match(p, input.model)\n}',
    ],
    [
      'in a rule',
      'ps := {"^a", "^b"}\n\nblock contains "x" if {\n\tsome p in ps\n\tregex.match(p, input.model)\n}',
    ],
    ['in a rule, by place', 'ps := ["^a", "^b"]\n\nblock contains "x" if regex.match(ps[_], input.model)'],
    [
      'in a partial set',
      'ps contains "^a"\n\nps contains "^b" if input.model\n\nblock contains "x" if {\n\tsome p in ps\n\tregex.match(p, input.model)\n}',
    ],
    [
      'in one of two values',
      'p := "^a" if input.model\n\np := "^b" if not input.model\n\nblock contains "x" if regex.match(p, input.tool_name)',
    ],
    ['in every', 'block contains "x" if {\n\tevery p in ["^a"] { regex.match(p, input.model) }\n}'],
  ]

  test.each(written)('are found %s', async (_, rules) => {
    expect(await saidOf(rules)).toEqual([])
    const [wrong] = await saidOf(rules.replaceAll(/\^([ab])/g, '($1'))
    expect(wrong).toMatch(/error regex\.match: the pattern "\([ab]" never matches: /)
  })

  test.each([
    'block contains "x" if glob.match("db(.*", ["."], input.tool_name)',
    'block contains "x" if regex.template_match("db/{.*}(", input.tool_name, "{", "}")',
    'block contains "x" if regex.match("(?<n>a)\\u0000", input.tool_name)',
  ])('may be whatever OPA takes: %s', async (rules) => {
    expect(await saidOf(rules)).toEqual([])
  })

  const computed: readonly (readonly [about: string, rules: string, place: string])[] = [
    ['the input', 'block contains "x" if regex.match(input.metadata.pattern, input.model)', '3:23'],
    ['data', 'block contains "x" if regex.match(data.patterns[_], input.model)', '3:23'],
    ['a call', 'block contains "x" if regex.match(sprintf("^%v", [input.model]), "x")', '3:23'],
    ['an argument', 'f(p) if regex.match(p, input.model)\n\nblock contains "x" if f("a")', '3:9'],
    [
      'a name bound to it',
      'block contains "x" if {\n\tp := input.p\n\tregex.match(p, input.model)\n}',
      '5:2',
    ],
    [
      'a list of it',
      'block contains "x" if {\n\tsome p in input.ps\n\tregex.match(p, input.model)\n}',
      '5:2',
    ],
    [
      'a rule with it',
      'p := concat("", ["a", input.model])\n\nblock contains "x" if regex.match(p, "x")',
      '5:23',
    ],
    ['an unknown name', 'block contains "x" if {\n\tsome i\n\tregex.match(input.ps[i], "x")\n}', '5:2'],
    ['glob.match', 'block contains "x" if glob.match(input.p, [], input.model)', '3:23'],
    ['regex.replace', 'block contains regex.replace(input.model, input.p, "b")', '3:16'],
    ['regex.split', 'block contains "x" if regex.split(input.p, input.model) == []', '3:23'],
    [
      'regex.template_match',
      'block contains "x" if regex.template_match(input.p, input.model, "{", "}")',
      '3:23',
    ],
    ['regex.find_n', 'block contains "x" if regex.find_n(input.p, input.model, 1) == []', '3:23'],
  ]

  test.each(computed)('are refused where %s makes them', async (_, rules, place) => {
    const said = await saidOf(rules)
    expect(said).toHaveLength(1)
    expect(said[0]).toContain(`p.rego:${place} error`)
    expect(said[0]).toContain('with a computed pattern')
  })

  test('are refused where an import makes them, though another module has a rule of that name', async () => {
    const { problems } = await set({
      'p.rego': `${header}import data.conf.patterns\n\nblock contains "x" if regex.match(patterns[_], input.model)`,
      'q.rego': `${header}patterns := ["^a"]`,
    })
    expect(printed(problems)).toEqual([
      expect.stringContaining('p.rego:5:23 error regex.match with a computed'),
    ])
  })

  test('are refused where they are none', async () => {
    const said = await saidOf('block contains "x" if regex.match("a(", input.model)')
    expect(said[0]).toMatch(/^p\.rego:3:23 error regex\.match: the pattern "a\(" never matches: /)
    const other = await saidOf('block contains "x" if regex.split("a(", input.model) == []')
    expect(other[0]).toMatch(/^p\.rego:3:23 error regex\.split: the pattern "a\(" never matches: /)
  })
})
