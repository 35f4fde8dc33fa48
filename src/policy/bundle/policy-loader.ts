/**
 * Makes an engine of a folder's files, doing again only what changed since the last time.
 * @module
 */
import { createHash } from 'node:crypto'
import type { CompiledShard } from '../engine/compiled-shard.js'
import { createEngine, type PolicyEngine } from '../engine/engine.js'
import type { Revision } from '../engine/revision.js'
import { assemblePolicies, isUsable, type PolicySet } from '../language/assemble-policies.js'
import type { FileReading } from '../language/file-reading.js'
import { readFiles } from '../language/read-policies.js'
import type { PolicyProblem } from '../policy.js'
import type { Toolchain } from '../toolchain/toolchain.js'
import { textsOf } from './compile-shard.js'
import { inputUse } from './input-use.js'
import { LibraryCheck } from './library-check.js'
import { librariesUsedBy } from './library-use.js'
import { ModuleCache } from './module-cache.js'
import { partition } from './partition.js'
import { ReadingCache } from './reading-cache.js'
import { type OpenedModule, ShardModules } from './shard-modules.js'
import type { SourceFile } from './source-folder.js'

export type LoadedPolicies =
  | {
      readonly ok: true
      readonly engine: PolicyEngine
      readonly set: PolicySet
      /** Warnings. */
      readonly problems: readonly PolicyProblem[]
    }
  | {
      readonly ok: false
      readonly problems: readonly PolicyProblem[]
      /** The toolchain failed, not the files: the same files may load another time. */
      readonly transient: boolean
    }

/** Where files came from, for the revision. */
export interface SourceOrigin {
  readonly commit: string | undefined
  /** Unix milliseconds. */
  readonly loadedAt: number
}

/** Files read in one go: gates wait no longer than that takes. */
const FILES_A_TURN = 8

/** Loads one set of policies after the other. */
export class PolicyLoader {
  readonly #toolchain: Toolchain
  readonly #modules: ShardModules
  readonly #libraries: LibraryCheck
  readonly #readings: ReadingCache

  /** @param cacheDir keeps compiled modules and readings over restarts; left out: nothing is kept */
  constructor(toolchain: Toolchain, cacheDir?: string) {
    this.#toolchain = toolchain
    const cache = new ModuleCache(cacheDir)
    this.#modules = new ShardModules(toolchain, cache)
    this.#libraries = new LibraryCheck(toolchain, cache)
    this.#readings = new ReadingCache(cacheDir)
  }

  /** Reads, compiles and tests; what is live is not touched. One call at a time. */
  async load(files: readonly SourceFile[], origin: SourceOrigin): Promise<LoadedPolicies> {
    const readings = await this.#readings.readings(files, (unknown) => this.#read(unknown))
    const set = assemblePolicies(readings)
    const transient = readings.some(({ unread }) => unread === true)
    if (!isUsable(set)) return { ok: false, problems: set.problems, transient }
    const outcomes = await this.#shards(set)
    const inLibraries = await this.#libraries.refusal(set.policies, set.libraries)
    const failed = [...outcomes.filter((outcome) => !outcome.ok), ...(inLibraries ? [inLibraries] : [])]
    if (failed.length > 0) {
      const problems = [...distinct(failed.flatMap((outcome) => outcome.problems)), ...set.problems]
      return { ok: false, problems, transient: failed.some((outcome) => outcome.transient) }
    }
    const shards = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.shard] : []))
    const engine = createEngine({ revision: revisionOf(files, origin, set, shards.length), shards })
    this.#modules.settle()
    return { ok: true, engine, set, problems: set.problems }
  }

  /** Resolves when what loading took pains over is kept for the next start. Nobody need wait for it to go live. */
  async kept(): Promise<void> {
    await Promise.all([this.#modules.kept(), this.#readings.kept()])
  }

  async #read(files: readonly SourceFile[]): Promise<FileReading[]> {
    // Rego at once, since each turn is a call of the toolchain; YAML a few at a time, since it is read on this thread.
    const rego = files.filter(({ path }) => path.endsWith('.rego'))
    const readings = await readFiles(rego, this.#toolchain)
    const others = files.filter(({ path }) => !path.endsWith('.rego'))
    for (let from = 0; from < others.length; from += FILES_A_TURN) {
      readings.push(...(await readFiles(others.slice(from, from + FILES_A_TURN), this.#toolchain)))
      await new Promise((resolve) => setImmediate(resolve))
    }
    const byFile = new Map(readings.map((reading) => [reading.file, reading]))
    return files.map(({ path }) => byFile.get(path)!)
  }

  async #shards(
    set: PolicySet,
  ): Promise<({ ok: true; shard: CompiledShard } | Extract<OpenedModule, { ok: false }>)[]> {
    const digest = createHash('sha256').update(JSON.stringify(set.data)).digest('hex')
    const data = { value: set.data, digest }
    return Promise.all(
      partition(set.policies).map(async (policies) => {
        const libraries = librariesUsedBy(textsOf(policies), set.libraries)
        const opened = await this.#modules.open({ policies, libraries }, data)
        if (!opened.ok) return opened
        const inputs = policies.map((policy) => inputUse(policy, set.libraries))
        return { ok: true, shard: { policies, inputs, wasm: opened.wasm } }
      }),
    )
  }
}

/** Of all sources: of each path and the digest of its bytes, in path order. */
export function sourcesDigest(files: readonly SourceFile[]): string {
  const hash = createHash('sha256')
  for (const { path, digest } of files) hash.update(`${JSON.stringify(path)} ${digest}\n`)
  return hash.digest('hex')
}

function revisionOf(
  files: readonly SourceFile[],
  { commit, loadedAt }: SourceOrigin,
  { policies, tests, regoTests, registry }: PolicySet,
  shards: number,
): Revision {
  const digest = sourcesDigest(files)
  const yaml = policies.filter(({ origin }) => origin.language === 'yaml').length
  return {
    id: `r_${digest.slice(0, 12)}`,
    digest,
    ...(commit === undefined ? {} : { commit }),
    loadedAt,
    counts: {
      policies: policies.length,
      yaml,
      rego: policies.length - yaml,
      shards,
      tests: tests.length + regoTests.length,
      agents: registry.agents.length,
      providers: registry.providers.size,
      connectors: registry.connectors.size,
      plans: registry.plans.size,
    },
  }
}

/** A library's mistake is found in every shard that holds it. */
const distinct = (problems: readonly PolicyProblem[]): PolicyProblem[] => [
  ...new Map(problems.map((each) => [JSON.stringify(each), each])).values(),
]
