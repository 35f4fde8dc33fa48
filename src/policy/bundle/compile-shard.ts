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
import { type Diagnostic, isStackOverflow, stackOverflow, type Toolchain } from '../toolchain/toolchain.js'

/** Everything that goes into a module. */
export interface ShardSources {
  readonly policies: readonly Policy[]
  /** Libraries that the policies may use, and that those use. */
  readonly libraries: readonly Library[]
}

export interface CompilerRefusal {
  readonly ok: false
  readonly problems: readonly PolicyProblem[]
  /** The toolchain failed, not the policies. */
  readonly transient: boolean
}

export type CompiledModule = { readonly ok: true; readonly wasm: Uint8Array<ArrayBuffer> } | CompilerRefusal

/** Of the compiler's requests below; to be counted up when they change. */
const FORMAT = 3

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
  const reply = await compile(toolchain, sources)
  if (reply.ok) return { ok: true, wasm: reply.wasm }
  if (reply.errors.some(isStackOverflow)) return tooLong(await overlong(toolchain, sources))
  return refusalOf(reply.errors, sources.policies)
}

const compile = (toolchain: Toolchain, sources: ShardSources) =>
  toolchain.compile({ files: filesOf(sources), entrypoints: entrypointsOf(sources), ...gateBuiltins })

/** What the compiler said, of the files the author wrote. */
export function refusalOf(errors: readonly Diagnostic[], policies: readonly Policy[] = []): CompilerRefusal {
  const written = new Map(policies.map((policy) => [policy.modulePath, policy]))
  return {
    ok: false,
    problems: errors.map((error) => problemOf(error, written)),
    transient: errors.some(({ code }) => code.startsWith('toolchain_')),
  }
}

/** The policies that are too much for the compiler by themselves; all, where only their number is. */
async function overlong(
  toolchain: Toolchain,
  { policies, libraries }: ShardSources,
): Promise<readonly Policy[]> {
  if (policies.length === 1) return policies
  const found: Policy[] = []
  for (const policy of policies) {
    const reply = await compile(toolchain, { policies: [policy], libraries })
    if (!reply.ok && reply.errors.some(isStackOverflow)) found.push(policy)
  }
  return found.length > 0 ? found : policies
}

const tooLong = (policies: readonly Policy[]): CompilerRefusal => ({
  ok: false,
  problems: policies.map(({ origin }) => ({
    file: origin.file,
    line: origin.line,
    column: 1,
    message: stackOverflow.message,
    severity: 'error',
  })),
  transient: false,
})

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

/** The Rego of policies, without that of their libraries. */
export const textsOf = (policies: readonly Policy[]): string[] =>
  policies.flatMap(modulesOf).map(({ rego }) => rego)

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
