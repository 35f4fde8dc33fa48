import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { checkPolicies } from '#src/policy/verify/check-policies.js'
import type { PolicyTestResult } from '#src/policy/verify/run-policy-test.js'
import { runPolicyTests } from '#src/policy/verify/run-policy-tests.js'

const toolchain = openToolchain()
const cacheDir = join(tmpdir(), 'stepgate-test-modules')
afterAll(() => toolchain.close())

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'stepgate-verify-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const policy = (id: string, spec: string): string =>
  `apiVersion: stepgate.dev/v1\nkind: Policy\nmetadata: { id: ${id} }\nspec:\n  ${spec.replaceAll('\n', '\n  ')}\n---\n`

const onTool = (tool: string, more = ''): string =>
  `when: [{ field: tool_name, operator: equals, value: ${tool} }]\naction: block\nreason: no ${tool}${more}`

async function results(policies: string, tests: string): Promise<Record<string, PolicyTestResult>> {
  const folder = folderWith({ 'p.yaml': policies, 'p_test.yaml': `tests:\n${tests}` })
  const run = await runPolicyTests({ folder, toolchain, cacheDir })
  if (!run.ok) throw new Error(JSON.stringify(run.problems))
  return Object.fromEntries(run.results.map((result) => [result.name, result]))
}

const test = (name: string, input: string, expected: string): string =>
  `  - { name: ${name}, input: ${input}, expect: ${expected} }\n`

describe('the input of a test', () => {
  it('is that of a first gate, with what the test says laid over it', async () => {
    const seen = policy(
      'plain',
      `when:
  - { field: workflow_name, operator: equals, value: policy-test }
  - { field: step.gate_count, operator: equals, value: 1 }
  - { field: workflow.step_count, operator: equals, value: 4 }
  - { field: workflow.tokens_in, operator: equals, value: 0 }
  - { field: user.role, operator: equals, value: admin }
  - { field: user.id, operator: exists }
  - { field: step_type, operator: equals, value: tool_call }
action: block
reason: "{workflow_id} at {now}"`,
    )
    const { all } = await results(
      seen,
      test(
        'all',
        '{ tool_name: rm, user: { role: admin }, workflow: { step_count: 4 } }',
        '{ decision: block, reason: "wf_test at 2026-01-01T00:00:00.000Z" }',
      ),
    )
    expect(all).toMatchObject({ outcome: 'pass', differences: [] })
  })

  it('may have a history, which YAML and Rego both see', async () => {
    const yaml = policy(
      'after-read',
      `when: [{ field: "workflow.steps[*].tool_name", operator: equals, value: secrets.read }]
action: block
reason: a secret was read`,
    )
    const folder = folderWith({
      'p.yaml': yaml,
      'q.rego':
        'package stepgate.policy.two_reads\n\nblock contains "twice" if count(input.workflow.steps) == 2\n',
      'p_test.yaml': `tests:\n${test(
        'reads',
        '{ workflow: { steps: [{ step_id: a, tool_name: secrets.read }, { step_id: b, tool_name: ls }] } }',
        '{ policies: [after-read, two_reads], reason: a secret was read; twice }',
      )}${test('nothing', '{}', '{ decision: allow, policies: [] }')}`,
    })
    const run = await runPolicyTests({ folder, toolchain, cacheDir })
    expect(run).toMatchObject({ ok: true, results: [{ outcome: 'pass' }, { outcome: 'pass' }] })
  })

  it('is judged by the policies of the moment that it belongs to', async () => {
    const { plan, step } = await results(
      policy('big-plan', `applies_to: [plan]\n${onTool('rm').replace('tool_name', 'plan.query')}`),
      test('plan', '{ plan: { query: rm } }', '{ decision: block }') +
        test('step', '{ tool_name: rm }', '{ policies: [big-plan] }'),
    )
    expect(plan?.outcome).toBe('pass')
    expect(step?.notes).toEqual(['big-plan applies to plan; this test is of a step'])
  })

  it('is that of a whole plan where it has steps, and what follows from them is filled in', async () => {
    const seen = policy(
      'deleting-plans',
      `applies_to: [plan]
when:
  - { field: request_type, operator: equals, value: map_execution }
  - { field: "plan.steps[*].tool_name", operator: equals, value: db.delete }
  - { field: plan.tools, operator: contains, value: db.delete }
  - { field: "plan.connectors[*]", operator: equals, value: db }
  - { field: plan.models, operator: contains_any, value: [openai/gpt-4o] }
  - { field: plan.step_count, operator: greater_or_equal, value: 2 }
  - { field: plan.estimated_cost_usd, operator: greater_than, value: 1 }
  - { field: "plan.steps[*].parameters.filter.all", operator: equals, value: true }
  - { field: "*", operator: contains, value: everything }
  - { field: step_input.query, operator: equals, value: clean up }
action: require_approval
reason: "{plan.query} by {plan.planned_by} in {plan.mode}"`,
    )
    const steps =
      '[{ tool_name: db.delete, parameters: { filter: { all: true } } }, { provider: openai, model: gpt-4o, prompt: forget everything }]'
    const { whole, fewer } = await results(
      seen,
      test(
        'whole',
        `{ plan: { query: clean up, estimated_cost_usd: 2, steps: ${steps} } }`,
        '{ decision: require_approval, reason: "clean up by caller in auto" }',
      ) +
        test(
          'fewer',
          '{ plan: { query: clean up, steps: [{ prompt: hi }] } }',
          '{ decision: allow, policies: [] }',
        ),
    )
    expect(whole).toMatchObject({ outcome: 'pass', differences: [], notes: [] })
    expect(fewer).toMatchObject({ outcome: 'pass', differences: [] })
  })

  it('is that of a step where it has what only steps of a plan have', async () => {
    const { drifted, asPlanned, both } = await results(
      policy(
        'no-drift',
        `applies_to: [step, plan]
when: { any: [{ field: plan.drift, operator: in, value: [step, input] }, { field: plan.mode, operator: equals, value: confirm }] }
action: block
reason: not as planned`,
      ),
      test('drifted', '{ plan: { drift: input, approved: true } }', '{ decision: block }') +
        test('asPlanned', '{ tool_name: rm, plan: { drift: none, mode: auto } }', '{ decision: allow }') +
        test('both', '{ plan: { mode: confirm } }', '{ decision: block }'),
    )
    expect([drifted?.outcome, asPlanned?.outcome, both?.outcome]).toEqual(['pass', 'pass', 'pass'])
  })

  it('has only what there is', async () => {
    const folder = folderWith({
      'p_test.yaml': `tests:\n${test('a', '{ plan: { goal: x } }', '{ decision: allow }')}${test(
        'b',
        '{ tool_name: x, plan: { steps: [{ tool: x }] } }',
        '{ decision: allow }',
      )}`,
    })
    const run = await runPolicyTests({ folder, toolchain, cacheDir })
    expect(run.ok ? [] : run.problems.map(({ line, message }) => `${line} ${message}`)).toEqual([
      expect.stringMatching(/^2 unknown field "plan.goal"/),
      '3 tool_name is there only for policies with applies_to: [step]; of a plan: plan.steps[*].tool_name',
      expect.stringMatching(/^3 unknown field "plan.steps\[0\].tool"/),
    ])
  })
})

describe('a test that fails', () => {
  it('says what was expected and what came', async () => {
    const { wrong } = await results(
      policy('no-rm', onTool('rm')),
      test('wrong', '{ tool_name: rm }', '{ decision: allow, policies: [], reason: none }'),
    )
    expect(wrong).toMatchObject({
      outcome: 'fail',
      file: 'p_test.yaml',
      line: 2,
      differences: [
        { of: 'decision', expected: 'allow', got: 'block' },
        { of: 'policies', expected: 'none', got: 'no-rm' },
        { of: 'reason', expected: 'none', got: 'no rm' },
      ],
    })
  })

  it('says why a policy was left out for what stands beside its conditions', async () => {
    const found = await results(
      policy('is-off', onTool('rm', '\nenforcement: off')) +
        policy('canary', onTool('rm', '\nrollout: { percent: 0.001 }')) +
        policy('scoped', onTool('rm', '\nscope: { tenants: [acme] }')),
      ['is-off', 'canary', 'scoped', 'gone']
        .map((id) => test(id, '{ tool_name: rm }', `{ policies: [${id}] }`))
        .join(''),
    )
    expect(Object.values(found).flatMap(({ notes }) => notes)).toEqual([
      'is-off is off',
      'canary is rolled out to 0.001 % by workflow_id, and this input is outside',
      'scoped is not for the tenant community',
      'there is no policy gone',
    ])
  })

  it('does not count a policy in shadow as deciding', async () => {
    const { shadow } = await results(
      policy('watched', onTool('rm', '\nenforcement: shadow')),
      test('shadow', '{ tool_name: rm }', '{ decision: allow, policies: [watched] }'),
    )
    expect(shadow?.outcome).toBe('pass')
  })
})

it('a folder is checked without running its tests', async () => {
  const folder = folderWith({
    'p.yaml': policy('no-rm', onTool('rm')),
    'p_test.yaml': `tests:\n${test('wrong', '{ tool_name: rm }', '{ decision: allow }')}`,
  })
  expect(await checkPolicies({ folder, toolchain, cacheDir })).toEqual({
    ok: true,
    problems: [],
    policies: 1,
    tests: 1,
  })
})
