/**
 * Puts the readings of all files together into one set, and checks what no file can know alone.
 * @module
 */
import type { Registry } from '../../domain/agent.js'
import { assembleRegistry } from '../documents/assemble-registry.js'
import type { Policy, PolicyProblem, PolicyTest } from '../policy.js'
import type { FileReading, RegoModule, RegoSource } from './file-reading.js'
import { mergeData } from './merge-data.js'
import { nearestOf } from './nearest.js'
import { readsOfNested } from './other-policies.js'
import { policyOfRego } from './policy-of-rego.js'
import { templateLibrary } from './reason-template.js'

/** Rego that policies share, ready to be compiled beside them. */
export interface Library extends RegoSource {
  /** Package without `data`: `['stepgate', 'lib', ...]`. */
  readonly packagePath: readonly string[]
}

/** All that the files of a policy folder say. */
export interface PolicySet {
  /** In order of their ids. */
  readonly policies: readonly Policy[]
  /** Every shard gets all of them. */
  readonly libraries: readonly Library[]
  readonly regoTests: readonly RegoSource[]
  readonly tests: readonly PolicyTest[]
  /** What Rego sees under `data`. */
  readonly data: Readonly<Record<string, unknown>>
  /** Agents, providers, connectors and plans. */
  readonly registry: Registry
  /** In order of file and place. With a single error in it the whole set is unusable (see `isUsable`). */
  readonly problems: readonly PolicyProblem[]
}

/** Whether a set may be compiled and loaded: no error stands in it. */
export const isUsable = ({ problems }: PolicySet): boolean =>
  problems.every(({ severity }) => severity !== 'error')

/** Assembles the set. Order of the readings does not matter. Pure. */
export function assemblePolicies(unordered: readonly FileReading[]): PolicySet {
  const readings = [...unordered].sort((a, b) => (a.file < b.file ? -1 : 1))
  const modules = readings.flatMap((reading) => reading.modules)
  const libraries = readings.flatMap((reading) => reading.libraries)
  const tests = readings.flatMap((reading) => reading.tests)
  const problems = readings.flatMap((reading) => reading.problems)
  const { data, problems: conflicts } = mergeData(readings)
  const policies = readings.flatMap((reading) => reading.policies)
  for (const each of byPackage(modules)) {
    const { policy, problems: found } = policyOfRego(each, libraries)
    if (policy !== undefined) policies.push(policy)
    problems.push(...found)
  }
  const { registry, problems: undeclared } = assembleRegistry(
    readings.flatMap((reading) => reading.documents),
    problems.every(({ severity }) => severity !== 'error'),
  )
  problems.push(
    ...undeclared,
    ...conflicts,
    ...readsOfNested(modules),
    ...duplicates(policies),
    ...unknownExpectations(tests, policies),
  )
  return {
    policies: policies.sort((a, b) => (a.id < b.id ? -1 : 1)),
    libraries: [...libraries.map(libraryOf), ...(usesTemplate(policies) ? [templateLibrary] : [])],
    regoTests: readings.flatMap((reading) => reading.regoTests),
    tests,
    data,
    registry,
    problems: problems.sort(byPlace),
  }
}

function byPackage(modules: readonly RegoModule[]): RegoModule[][] {
  const packages = new Map<string, RegoModule[]>()
  for (const module of modules) {
    const name = JSON.stringify(module.packagePath)
    packages.set(name, [...(packages.get(name) ?? []), module])
  }
  return [...packages.values()]
}

const libraryOf = ({ path, rego, packagePath }: RegoModule): Library => ({ path, rego, packagePath })

const usesTemplate = (policies: readonly Policy[]): boolean =>
  policies.some(({ rego }) => rego.includes(`data.${templateLibrary.packagePath.join('.')}`))

function duplicates(policies: readonly Policy[]): PolicyProblem[] {
  const first = new Map<string, Policy>()
  const problems: PolicyProblem[] = []
  for (const policy of policies) {
    const other = first.get(policy.id)
    if (other === undefined) first.set(policy.id, policy)
    else {
      const place = `${other.origin.file}:${other.origin.line}`
      const message = `the policy id "${policy.id}" is taken: ${place} has it too`
      problems.push({
        file: policy.origin.file,
        line: policy.origin.line,
        column: 1,
        message,
        severity: 'error',
      })
    }
  }
  return problems
}

/** Not an error: the test will fail and say the same, but a policy may be gone for good reasons. */
function unknownExpectations(tests: readonly PolicyTest[], policies: readonly Policy[]): PolicyProblem[] {
  const ids = policies.map(({ id }) => id)
  const known = new Set(ids)
  return tests.flatMap(({ file, line, name, expect }) =>
    (expect.policies ?? [])
      .filter((id) => !known.has(id))
      .map((id) => {
        const near = nearestOf(id, ids)
        const hint = near === undefined ? '' : `; did you mean "${near}"?`
        const message = `the test "${name}" expects the policy "${id}", which is not there${hint}`
        return { file, line, column: 1, message, severity: 'warning' as const }
      }),
  )
}

function byPlace(a: PolicyProblem, b: PolicyProblem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}
