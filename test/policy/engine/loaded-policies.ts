/** Loads policies from texts, through the real reader, compiler and engine. */
import { createHash } from 'node:crypto'
import { PolicyLoader } from '#src/policy/bundle/policy-loader.js'
import type { SourceFile } from '#src/policy/bundle/source-folder.js'
import type { PolicyEngine } from '#src/policy/engine/engine.js'
import type { Toolchain } from '#src/policy/toolchain/toolchain.js'

/** Files as they would be read from a folder. */
export function sourceFiles(texts: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(texts)
    .map(([path, text]) => {
      const bytes = Buffer.from(text)
      return { path, bytes, digest: createHash('sha256').update(bytes).digest('hex') }
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** An engine over the files. @throws Error with the problems where the files are refused */
export async function engineOf(
  toolchain: Toolchain,
  texts: Readonly<Record<string, string>>,
): Promise<PolicyEngine> {
  const loader = new PolicyLoader(toolchain)
  const loaded = await loader.load(sourceFiles(texts), { commit: undefined, loadedAt: 0 })
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  return loaded.engine
}

/** A YAML policy: `spec` is JSON, which YAML reads as well. */
export function yamlPolicy(id: string, spec: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    apiVersion: 'stepgate.dev/v1',
    kind: 'Policy',
    metadata: { id },
    spec: { action: 'block', ...spec },
  })
}
