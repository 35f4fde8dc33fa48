import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { blockTool, folderWith, run } from './process.js'

const tested = (expected: string) => `${blockTool('no-rm', 'rm')}tests:
  - name: rm is blocked
    input: { tool_name: rm }
    expect: { decision: block, policies: [no-rm], reason: no rm }
  - name: cp is not
    input: { tool_name: cp }
    expect: { decision: ${expected} }
`
const noDeletes = `package stepgate.policy.no_deletes

block contains "no deletes" if input.tool_name == "db.delete"
`
const noDeletesTest = `package stepgate.policy.no_deletes_test

import data.stepgate.policy.no_deletes

test_delete if no_deletes.block["no deletes"] with input as {"tool_name": "db.delete"}

test_drop if no_deletes.block["no deletes"] with input as {"tool_name": "db.drop"}
`
const wrong = blockTool('x', 'rm').replace('equals', 'equal').replace('tool_name', 'toolname')

describe.concurrent('policy check', () => {
  it('is content with a good folder, and leaves nothing behind', async () => {
    const cwd = folderWith({ 'policies/rm.yaml': tested('allow'), 'policies/deep/d.rego': noDeletes })
    const { code, stdout } = await run(['policy', 'check'], { cwd, env: { STEPGATE_POLICY_CACHE: '' } })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '2 policies, 2 tests, 0 errors, 0 warnings\n' })
    expect(await readdir(cwd)).toEqual(['policies'])
  })

  it('names every mistake with its place, in YAML, in Rego and in tests, and ends with 3', async () => {
    const folder = folderWith({
      'a.yaml': wrong,
      'b.rego': 'package stepgate.policy.b\n\nblock contains "x" if input.tool_name = = 1\n',
    })
    const { code, stdout } = await run(['policy', 'check', folder])
    expect(code).toBe(3)
    expect(stdout.split('\n').slice(0, -2)).toEqual([
      expect.stringMatching(`^${join(folder, 'a.yaml')}:5:19: .*"toolname".*tool_name`),
      expect.stringMatching(`^${join(folder, 'a.yaml')}:5:39: .*equal`),
      expect.stringMatching(`^${join(folder, 'b.rego')}:3:\\d+: `),
    ])
  })

  it('finds what only the compiler finds, and what is wrong in tests written in Rego', async () => {
    const unsafe = folderWith({ 'b.rego': 'package stepgate.policy.b\n\nblock contains x if not input.a\n' })
    const untestable = folderWith({
      'd.rego': noDeletes,
      'd_test.rego': `${noDeletesTest}\ntest_other if count(1) == x\n`,
    })
    const [compiled, tests] = await Promise.all(
      [unsafe, untestable].map((folder) => run(['policy', 'check', folder])),
    )
    expect(compiled).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/b\.rego:3:\d+: var x is unsafe/),
    })
    expect(tests).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/d_test\.rego:9:\d+: /),
    })
  })

  it('writes notes for a change on GitHub', async () => {
    const folder = folderWith({ 'a.yaml': wrong })
    const { stdout } = await run(['policy', 'check', folder, '--format', 'github'])
    expect(stdout).toMatch(`::error file=${join(folder, 'a.yaml')},line=5,col=19::`)
  })

  it('writes JSON for programs', async () => {
    const folder = folderWith({ 'a.yaml': wrong })
    const { stdout } = await run(['policy', 'check', folder, '--format', 'json'])
    expect(JSON.parse(stdout)).toMatchObject({
      folder,
      ok: false,
      problems: [{ file: 'a.yaml', line: 5, column: 19, severity: 'error' }, {}],
    })
  })

  it('does not take a folder that is not there for one without policies', async () => {
    expect(await run(['policy', 'check', 'nowhere'])).toMatchObject({
      code: 2,
      stderr: 'error: there is no folder nowhere\n',
    })
  })

  it('does not look for ever for a place of its cache', async () => {
    const { code, stderr } = await run(['policy', 'check', folderWith(), '--policy-cache', '/proc/x/cache'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^error: the policy cache \/proc\/x\/cache cannot be made \(ENOENT/)
  })
})

describe.concurrent('policy test', () => {
  it('runs tests in YAML and in Rego, and says what failed', async () => {
    const folder = folderWith({
      'rm.yaml': tested('block'),
      'd.rego': noDeletes,
      'd_test.rego': noDeletesTest,
    })
    const { code, stdout } = await run(['policy', 'test', folder])
    expect(code).toBe(4)
    expect(stdout).toBe(`FAIL ${join(folder, 'rm.yaml')}:12: cp is not
  decision: expected block; got allow
FAIL ${join(folder, 'd_test.rego')}:7: stepgate.policy.no_deletes_test.test_drop
  the rule is not true
  d_test.rego:7     | Enter data.stepgate.policy.no_deletes_test.test_drop
  d_test.rego:7     | | Fail data.stepgate.policy.no_deletes.block["no deletes"] with input as {"tool_name": "db.drop"}
2 passed, 2 failed
`)
  })

  it('runs only the tests that are asked for', async () => {
    const folder = folderWith({
      'rm.yaml': tested('block'),
      'd.rego': noDeletes,
      'd_test.rego': noDeletesTest,
    })
    expect(await run(['policy', 'test', folder, '--run', '^rm is|test_delete$'])).toMatchObject({
      code: 0,
      stdout: '2 passed, 0 failed\n',
    })
    expect((await run(['policy', 'test', folder, '--run', '('])).code).toBe(2)
  })

  it('says that it found no tests, which is a failure only when tests are required', async () => {
    const folder = folderWith({ 'rm.yaml': blockTool('no-rm', 'rm') })
    const stderr = `no tests in ${folder}\n`
    expect(await run(['policy', 'test', folder])).toEqual({ code: 0, stdout: '', stderr })
    expect(await run(['policy', 'test', folder, '--require-tests'])).toEqual({ code: 4, stdout: '', stderr })
  })

  it('runs nothing of a folder that cannot be loaded', async () => {
    const folder = folderWith({ 'a.yaml': wrong, 'rm.yaml': tested('allow') })
    expect(await run(['policy', 'test', folder])).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('a.yaml:5:19: '),
    })
  })

  it('writes JUnit XML for CI systems', async () => {
    const folder = folderWith({ 'rm.yaml': tested('block').replace('cp is not', 'cp <&> "rm"') })
    const { stdout } = await run(['policy', 'test', folder, '--format', 'junit'])
    const file = join(folder, 'rm.yaml')
    expect(stdout.replaceAll(/ time="[\d.]+"/g, '')).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="1" errors="0" skipped="0">
  <testsuite name="${file}" tests="2" failures="1" errors="0" skipped="0">
    <testcase name="rm is blocked" classname="${file}" file="${file}" line="9"/>
    <testcase name="cp &lt;&amp;&gt; &quot;rm&quot;" classname="${file}" file="${file}" line="12">
      <failure message="decision: expected block; got allow">decision: expected block; got allow</failure>
    </testcase>
  </testsuite>
</testsuites>
`)
  })

  it('writes JSON for programs', async () => {
    const folder = folderWith({ 'rm.yaml': tested('block') })
    const { stdout } = await run(['policy', 'test', folder, '--format', 'json'])
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      results: [
        { name: 'rm is blocked', outcome: 'pass' },
        { outcome: 'fail', differences: [{ of: 'decision', expected: 'block', got: 'allow' }] },
      ],
    })
  })
})

describe.concurrent('policy show', () => {
  it('says in words what a policy became', async () => {
    const folder = folderWith({ 'rm.yaml': tested('allow') })
    const file = join(folder, 'rm.yaml')
    const { code, stdout } = await run(['policy', 'show', file])
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `no-rm  (${file}:1, yaml)
  applies to    step
  enforcement   enforce
  may match if  tool_name is "rm"
  then          block
`,
    })
  })

  it('prints the Rego it became', async () => {
    const folder = folderWith({ 'rm.yaml': tested('allow') })
    const { stdout } = await run(['policy', 'show', join(folder, 'rm.yaml'), '--rego'])
    expect(stdout).toContain('package stepgate.policy["no-rm"]')
    expect(stdout).toContain('block contains "no rm" if input.tool_name == "rm"')
  })

  it('names the mistakes of a file that is none, and ends with 3', async () => {
    const file = join(folderWith({ 'a.yaml': wrong }), 'a.yaml')
    expect(await run(['policy', 'show', file])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`${file}:5:19: `),
    })
    expect((await run(['policy', 'show', 'nothing.yaml'])).code).toBe(2)
  })
})
