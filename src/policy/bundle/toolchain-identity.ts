import { readFile } from 'node:fs/promises'

// From dist/src/policy/bundle, in a clone as in the published package, where the asset keeps its place under src.
const DESCRIPTION = new URL('../../../../src/policy/toolchain/opa.json', import.meta.url)

/** SHA-256 of OPA's module, hexadecimal: what it compiles depends on nothing else but the sources. */
export async function toolchainDigest(): Promise<string> {
  const { raw } = JSON.parse(await readFile(DESCRIPTION, 'utf8')) as { raw: { sha256: string } }
  return raw.sha256
}
