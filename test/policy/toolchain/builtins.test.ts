import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  DIFFERING_CALLS,
  JAVASCRIPT_BUILTINS,
  NATIVE_BUILTINS,
  policyCapabilities,
} from '#src/policy/toolchain/capabilities.js'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import {
  describeDifference,
  probeBuiltins,
  type Verdict,
} from '../../../src/policy/toolchain/build/probe-builtins.mjs'

const toolchain = openToolchain()
let verdicts: Verdict[]
beforeAll(async () => {
  verdicts = await probeBuiltins(toolchain)
})
afterAll(() => toolchain.close())

const named = (kind: Verdict['kind']) =>
  verdicts.filter((verdict) => verdict.kind === kind).map(({ name }) => name)

describe('the table of built-ins', () => {
  it('lists what runs inside the module and what the npm runtime brings, as found by calling each', () => {
    expect(named('native')).toEqual(NATIVE_BUILTINS)
    expect(named('javascript')).toEqual(JAVASCRIPT_BUILTINS)
  })

  it('lists the calls that the interpreter answers otherwise', () => {
    expect(verdicts.flatMap(({ differences }) => differences.map(describeDifference))).toEqual(
      DIFFERING_CALLS,
    )
  })

  it('covers every built-in that a policy could call', () => {
    expect(verdicts.length).toBe(
      NATIVE_BUILTINS.length + JAVASCRIPT_BUILTINS.length + named('missing').length,
    )
    expect(named('missing')).toEqual(expect.arrayContaining(['http.send', 'time.now_ns', 'io.jwt.decode']))
  })
})

describe('policyCapabilities', () => {
  const calling = (call: string) => ({ 'x.rego': `package x\n\nallow if ${call}\n` })

  it('refuses a built-in that the gate does not have, where it is called', async () => {
    const reply = await toolchain.check({
      files: calling('http.send({"url": "x", "method": "get"})'),
      capabilities: policyCapabilities(),
    })
    expect(reply).toMatchObject({
      ok: false,
      errors: [
        {
          code: 'rego_type_error',
          message: 'undefined function http.send',
          file: 'x.rego',
          row: 3,
          col: 10,
        },
      ],
    })
  })

  it('allows the built-ins that the host brings', async () => {
    const files = calling('semver.compare(input.version, "1.0.0") > 0')
    expect((await toolchain.check({ files, capabilities: policyCapabilities() })).ok).toBe(false)
    const capabilities = policyCapabilities(['semver.compare'])
    expect((await toolchain.check({ files, capabilities })).ok).toBe(true)
    expect((await toolchain.compile({ files, entrypoints: ['x/allow'], capabilities })).ok).toBe(true)
  })

  it('allows print, in, and templates, which are built-ins in disguise', async () => {
    const files = calling('{ 1 in input.list; print(input); $"{input.x}" == "a" }')
    expect(await toolchain.check({ files, capabilities: policyCapabilities() })).toMatchObject({ ok: true })
  })

  it('holds in unit tests too', async () => {
    const files = { 'x_test.rego': 'package x_test\n\ntest_a if time.now_ns() > 0\n' }
    const reply = await toolchain.test({ files, capabilities: policyCapabilities() })
    expect(reply).toMatchObject({
      ok: false,
      errors: [{ message: 'undefined function time.now_ns', row: 3 }],
    })
    expect(await toolchain.test({ files })).toMatchObject({ ok: true, passed: 1 })
  })

  it('refuses names that this OPA does not know', async () => {
    const capabilities = policyCapabilities(['time.now_nanoseconds'])
    expect(await toolchain.check({ files: {}, capabilities })).toMatchObject({
      ok: false,
      errors: [{ message: expect.stringContaining('time.now_nanoseconds') }],
    })
  })
})
