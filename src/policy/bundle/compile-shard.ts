/**
 * Compiles the policies of one shard into a module.
 * @module
 */
import { createHash } from 'node:crypto'
import { policyBuiltinNames } from '../builtins/index.js'
import { entrypointOf } from '../engine/entrypoint.js'
import type { Library } from '../language/assemble-policies.js'
import type { Policy, PolicyProblem } from '../policy.js'
import { policyCapabilities } from '../toolchain/capabilities.js'
import type { Diagnostic, Toolchain } from '../toolchain/toolchain.js'

/** Everything that goes into a module. */
export interface ShardSources {
  readonly policies: readonly Policy[]
  /** Libraries that the policies may use, and that those use. */
  readonly libraries: readonly Library[]
}

export type CompiledModule =
  | { readonly ok: true; readonly wasm: Uint8Array<ArrayBuffer> }
  | {
      readonly ok: false
      readonly problems: readonly PolicyProblem[]
      /** The toolchain failed, not the policies. */
      readonly transient: boolean
    }

/** Of the compiler's requests below; to be counted up when they change. */
const FORMAT = 2

/** How all Rego is compiled, so that what a policy calls here it can call at a gate. */
export const gateBuiltins = {
  capabilities: policyCapabilities(policyBuiltinNames),
  // Those that OPA could compile in as well are wrong there.
  hosted: policyBuiltinNames,
}

/**
 * Digest of all that decides what the module will be, hexadecimal.
 * @param toolchainDigest of the compiler
 */
export function shardDigest(sources: ShardSources, toolchainDigest: string): string {
  const parts = [FORMAT, toolchainDigest, gateBuiltins.capabilities, filesOf(sources), entrypointsOf(sources)]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** Compiles; a refusal of the compiler is said of the files the author wrote. */
export async function compileShard(toolchain: Toolchain, sources: ShardSources): Promise<CompiledModule> {
  const reply = await toolchain.compile({
    files: filesOf(sources),
    entrypoints: entrypointsOf(sources),
    ...gateBuiltins,
  })
  if (reply.ok) return { ok: true, wasm: reply.wasm }
  const written = new Map(sources.policies.map((policy) => [policy.modulePath, policy]))
  return {
    ok: false,
    problems: reply.errors.map((error) => problemOf(error, written)),
    transient: reply.errors.some(({ code }) => code.startsWith('toolchain_')),
  }
}

function filesOf({ policies, libraries }: ShardSources): Record<string, string> {
  const files = [
    ...policies.flatMap(modulesOf).map(({ path, rego }) => [path, rego] as const),
    ...libraries.map(({ path, rego }) => [path, rego] as const),
  ]
  return Object.fromEntries(files.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** All sources of a policy: one, or several Rego files of one package. */
export const modulesOf = ({
  modulePath,
  rego,
  moreModules = [],
}: Policy): { path: string; rego: string }[] => [{ path: modulePath, rego }, ...moreModules]

const entrypointsOf = ({ policies }: ShardSources): string[] =>
  policies.flatMap((policy) => policy.actions.map((action) => entrypointOf(policy, action))).sort()

function problemOf(
  { message, file, row, col }: Diagnostic,
  written: ReadonlyMap<string, Policy>,
): PolicyProblem {
  const policy = file === undefined ? undefined : written.get(file)
  // Rows of a module that was made from YAML are no rows of anything the author has seen.
  if (policy?.origin.language === 'yaml')
    return { file: policy.origin.file, line: policy.origin.line, column: 1, message, severity: 'error' }
  return {
    file: file ?? '',
    ...(row === undefined ? {} : { line: row }),
    ...(col === undefined ? {} : { column: col }),
    message,
    severity: 'error',
  }
}
