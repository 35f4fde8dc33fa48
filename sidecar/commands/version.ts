import { readFileSync } from 'node:fs'
import { exitCodes } from '../exit-codes.js'
import { packageVersion } from '../version.js'

/** Prints what a bug report should name. The OPA version is the one the toolchain's module was built from. */
export async function printVersions(): Promise<number> {
  const made = new URL('../../../src/policy/toolchain/opa.json', import.meta.url)
  const { opa } = JSON.parse(readFileSync(made, 'utf8')) as { opa: string }
  process.stdout.write(`stepgate ${packageVersion}\nopa ${opa}\nnode ${process.versions.node}\n`)
  return exitCodes.ok.code
}
