import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { buildWasm, goEnvironment, sha256 } from '../../src/policy/toolchain/build/build.mjs'
import { buildNativeOpa, type NativeOpa } from './native-opa.js'
import { policySets } from './policy-sets.js'

const folder = new URL('../../src/policy/toolchain/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')

describe('the module built anew, with an empty cache', () => {
  const target = { ...goEnvironment(), GOOS: 'wasip1', GOARCH: 'wasm' }
  let digest: string
  let linked: string[]
  beforeAll(() => {
    const keep = (work: string) => {
      const format = '{{with .Module}}{{.Path}} {{.Version}}{{end}}'
      const args = ['list', '-mod=vendor', '-deps', '-f', format, '.']
      const list = execFileSync('go', args, { cwd: work, env: target, encoding: 'utf8' })
      linked = [...new Set(list.split('\n'))].filter((line) => line.includes(' v'))
    }
    digest = sha256(buildWasm({ clean: true, keep }))
  })

  it('is byte for byte the one that is shipped', () => {
    expect(digest).toBe(JSON.parse(read('opa.json')).raw.sha256)
  })

  it('links only modules whose licences are shipped', () => {
    const rows = read('licences/README.md')
      .split('\n')
      .map((row) => row.replace(/^\| (\S+) +\| (\S+) +\|.*/, '$1 $2'))
    expect(linked.length).toBeGreaterThan(5)
    expect(linked.filter((module) => !rows.includes(module))).toEqual([])
  })
})

describe('next to OPA as it is published', () => {
  const toolchain = openToolchain()
  let opa: NativeOpa
  beforeAll(() => {
    opa = buildNativeOpa()
  })
  afterAll(async () => {
    opa?.remove()
    await toolchain.close()
  })

  it.each(Object.entries(policySets))('compiles to the same bytes: %s', async (_, set) => {
    const compiled = await toolchain.compile(set)
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors))
    const expected = opa.buildWasm(set.files, [
      ...set.entrypoints.flatMap((name) => ['-e', name]),
      ...(set.optimize ? ['-O', String(set.optimize)] : []),
      ...(set.prune ? ['--prune-unused'] : []),
    ])
    expect(sha256(compiled.wasm)).toBe(sha256(expected))
  })

  it('formats to the same text', async () => {
    const untidy =
      'package x\nimport data.y\nallow if {input.a==1 ; some i,x in y\n x.z[i]}\nb:={"k":[1,2]}\n'
    const formatted = await toolchain.format({ 'x.rego': untidy })
    const expected = opa.run({ 'x.rego': untidy }, ['fmt', 'x.rego'])
    expect(formatted).toEqual({ ok: true, files: { 'x.rego': expected } })
  })

  it('complains of the same things in the same places', async () => {
    const files = {
      'x.rego': 'package x\n\nallow if foo(1)\n\nb := count("a", 1)\n',
      'y.rego': 'package y\n\nc := z\n',
    }
    const checked = await toolchain.check({ files, strict: true })
    const { errors } = JSON.parse(opa.run(files, ['check', '--strict', '--format', 'json', '.'])) as {
      errors: { code: string; message: string; location: { file: string; row: number; col: number } }[]
    }
    expect(errors.length).toBeGreaterThan(1)
    const expected = errors.map(({ code, message, location: { file, row, col } }) =>
      expect.objectContaining({ code, message, file, row, col }),
    )
    expect(checked).toEqual({ ok: false, errors: expected })
  })

  it('reports the same coverage and outcomes of tests', async () => {
    const files = {
      ...policySets['annotations, functions and data files']!.files,
      'org/shared_test.rego': `package org.shared_test

import data.org.shared

test_role if shared.clerk({"role": "clerk"})

test_group if shared.clerk({"role": "x", "groups": ["clerks/a"]})

test_total if shared.totals.goods == 2 with input.items as [{"id": 1, "kind": "goods", "price": 2}]
`,
    }
    const failing = {
      ...files,
      'org/pay_test.rego': 'package org.pay_test\n\ntest_pay if data.org.teams.pay.allow\n',
    }
    const tested = await toolchain.test({ files, coverage: true })
    if (!tested.ok) throw new Error(JSON.stringify(tested.errors))
    expect(tested.coverage).toEqual(JSON.parse(opa.run(files, ['test', '--coverage', '.'])))

    const again = await toolchain.test({ files: failing })
    if (!again.ok) throw new Error(JSON.stringify(again.errors))
    const outcomes = (JSON.parse(opa.run(failing, ['test', '--format', 'json', '.'])) as Outcome[]).map(
      ({ name, fail }) => ({ name, outcome: fail ? 'fail' : 'pass' }),
    )
    expect(outcomes.map(({ outcome }) => outcome)).toContain('fail')
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name)
    expect(again.results.map(({ name, outcome }) => ({ name, outcome })).sort(byName)).toEqual(
      outcomes.sort(byName),
    )
  })
})

interface Outcome {
  name: string
  fail?: boolean
}
