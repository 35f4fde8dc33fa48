import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { instantiatePolicy, policyBuiltinNames } from '#src/policy/builtins/index.js'
import { DIFFERING_CALLS, NATIVE_BUILTINS, policyCapabilities } from '#src/policy/toolchain/capabilities.js'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import {
  askedOfHost,
  describeDifference,
  probeBuiltins,
  type Verdict,
} from '../../../src/policy/toolchain/build/probe-builtins.mjs'

const toolchain = openToolchain()
let verdicts: Verdict[]
beforeAll(async () => {
  verdicts = await probeBuiltins(toolchain, { hosted: policyBuiltinNames, instantiate: instantiatePolicy })
})
afterAll(() => toolchain.close())

const named = (kind: Verdict['kind']) =>
  verdicts.filter((verdict) => verdict.kind === kind).map(({ name }) => name)

describe('the table of built-ins', () => {
  it('lists what can be compiled into the module, as found by compiling a call of each', () => {
    expect(named('native')).toEqual(NATIVE_BUILTINS)
  })

  it('lists the calls that the interpreter answers otherwise than the gate', () => {
    expect(verdicts.flatMap(({ differences }) => differences.map(describeDifference))).toEqual(
      DIFFERING_CALLS,
    )
  })

  it('leaves the rest to the host', () => {
    expect(named('host')).toEqual(
      expect.arrayContaining(['http.send', 'sprintf', 'time.now_ns', 'yaml.marshal']),
    )
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

  it('allows a native built-in to be hosted, which the module then asks for', async () => {
    const files = calling('replace(input.text, input.old, "") == "a"')
    const request = { files, entrypoints: ['x/allow'], capabilities: policyCapabilities() }
    const asks = async (hosted: readonly string[]) => {
      const reply = await toolchain.compile({ ...request, hosted })
      if (!reply.ok) throw new Error(JSON.stringify(reply.errors))
      return askedOfHost(reply.wasm)
    }
    expect(await asks(['replace'])).toEqual(['replace'])
    expect(await asks([])).toEqual([])
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
