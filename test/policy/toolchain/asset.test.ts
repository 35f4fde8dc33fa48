import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { expect, it } from 'vitest'

const folder = new URL('../../../src/policy/toolchain/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder))
const about = JSON.parse(read('opa.json').toString()) as Record<'raw' | 'compressed', Measured> & {
  opa: string
  go: string
}
interface Measured {
  bytes: number
  sha256: string
}

const measured = (bytes: Buffer): Measured => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
})

it('ships the module that its description describes', () => {
  const packed = read('opa.wasm.br')
  expect(measured(packed)).toEqual(about.compressed)
  expect(measured(brotliDecompressSync(packed))).toEqual(about.raw)
})

it('names one version of OPA and Go in the description, the build and the licences', () => {
  const pinned = read('build/go.mod').toString()
  expect(pinned).toContain(`github.com/open-policy-agent/opa v${about.opa}\n`)
  expect(pinned).toContain(`\ntoolchain ${about.go}\n`)
  const licences = read('licences/README.md').toString()
  expect(licences).toMatch(new RegExp(`\\| github\\.com/open-policy-agent/opa +\\| v${about.opa} +\\|`))
  expect(licences).toMatch(new RegExp(`\\| ${about.go} +\\|`))
})
