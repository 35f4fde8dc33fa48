import { assemblePolicies, type PolicySet } from '#src/policy/language/assemble-policies.js'
import { computeFact } from '#src/policy/language/fact.js'
import { readPolicies } from '#src/policy/language/read-policies.js'
import { readYamlFile } from '#src/policy/language/read-yaml-file.js'
import type { Fact, Policy, PolicyFile, PolicyProblem } from '#src/policy/policy.js'
import type { Toolchain } from '#src/policy/toolchain/toolchain.js'

export type Input = Record<string, unknown>

export const fileOf = (path: string, text: string): PolicyFile => ({
  path,
  bytes: new TextEncoder().encode(text),
})

/** A set of YAML files alone, which needs no toolchain. */
export function readYaml(files: Record<string, string>): PolicySet {
  return assemblePolicies(Object.entries(files).map(([path, text]) => readYamlFile(fileOf(path, text))))
}

export function readAll(files: Record<string, string>, toolchain: Toolchain): Promise<PolicySet> {
  return readPolicies(
    Object.entries(files).map(([path, text]) => fileOf(path, text)),
    toolchain,
  )
}

/** Problems as a compiler prints them. */
export function printed(problems: readonly PolicyProblem[]): string[] {
  return problems.map(({ file, line, column, severity, message }) => {
    const at = line === undefined ? file : `${file}:${line}:${column}`
    return `${at} ${severity} ${message}`
  })
}

/** A policy document around a condition (YAML or JSON text). */
export const policyWith = (id: string, when: string, more = 'action: block\n  reason: no'): string =>
  `apiVersion: stepgate.dev/v1\nkind: Policy\nmetadata: { id: ${id} }\nspec:\n  when: ${when}\n  ${more}\n`

/** The facts of all policies for one input, computed by the reference implementation. */
export function factsFor(policies: readonly Policy[], input: Input): Record<string, boolean> {
  const facts = new Map<string, Fact>(
    policies.flatMap((policy) => policy.facts.map((fact) => [fact.name, fact])),
  )
  return Object.fromEntries([...facts].map(([name, fact]) => [name, computeFact(fact, input)]))
}

export function sourcesOf({ policies, libraries }: PolicySet): Record<string, string> {
  const sources: Record<string, string> = {}
  for (const { modulePath, rego, moreModules = [] } of policies)
    for (const { path, rego: text } of [{ path: modulePath, rego }, ...moreModules]) sources[path] = text
  for (const { path, rego } of libraries) sources[path] = rego
  return sources
}

/** What each policy's rules say of each input, by policy id and action, asked of OPA's interpreter in one call. */
export async function judgeAll(
  set: PolicySet,
  inputs: readonly Input[],
  toolchain: Toolchain,
): Promise<Record<string, Record<string, unknown[]>>[]> {
  const answer = await toolchain.evalMany({
    files: sourcesOf(set),
    query: 'data.stepgate.policy',
    data: set.data,
    inputs: inputs.map((input) => ({ ...input, facts: factsFor(set.policies, input) })),
  })
  if (!answer.ok) throw new Error(JSON.stringify(answer.errors))
  return answer.results.map((result) => {
    if (!result.ok) throw new Error(JSON.stringify(result.errors))
    return result.values[0] as Record<string, Record<string, unknown[]>>
  })
}
