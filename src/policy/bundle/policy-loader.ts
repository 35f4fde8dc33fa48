/**
 * Makes an engine of a folder's files, doing again only what changed since the last time.
 * @module
 */
import { createHash } from 'node:crypto'
import type { CompiledShard } from '../engine/compiled-shard.js'
import { createEngine, type PolicyEngine } from '../engine/engine.js'
import { selfTest } from '../engine/self-test.js'
import { WasmPolicy } from '../engine/wasm-policy.js'
import { assemblePolicies, isUsable, type PolicySet } from '../language/assemble-policies.js'
import type { FileReading } from '../language/file-reading.js'
import { readFiles } from '../language/read-policies.js'
import type { Policy, PolicyProblem } from '../policy.js'
import type { Toolchain } from '../toolchain/toolchain.js'
import { compileShard, modulesOf, type ShardSources, shardDigest } from './compile-shard.js'
import { inputUse } from './input-use.js'
import { librariesUsedBy } from './library-use.js'
import { memoryPages } from './memory-pages.js'
import { ModuleCache } from './module-cache.js'
import { partition } from './partition.js'
import { ReadingCache } from './reading-cache.js'
import type { SourceFile } from './source-folder.js'
import { toolchainDigest } from './toolchain-identity.js'

// Node has WebAssembly; the type library without a browser's DOM does not say so. Only what is used is declared.
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> }

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

/** Of what readings hold; to be counted up when the language reads files differently. */
const READING_VERSION = 1
/** Files read in one go: gates wait no longer than that takes. */
const FILES_A_TURN = 8

type ShardOutcome =
  | { readonly ok: true; readonly shard: CompiledShard; readonly digest: string }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[]; readonly transient: boolean }

type OpenedShard =
  | { readonly ok: true; readonly wasm: WasmPolicy }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[]; readonly transient: boolean }

/** Loads one set of policies after the other. */
export class PolicyLoader {
  readonly #toolchain: Toolchain
  readonly #modules: ModuleCache
  readonly #readings: ReadingCache
  #toolchainDigest: Promise<string> | undefined
  /** Tested modules of the last set, by the digests of what they hold. */
  #live = new Map<string, WasmPolicy>()

  /**
   * @param options.cacheDir keeps compiled modules and readings over restarts
   * @param options.version of this package
   */
  constructor(options: {
    readonly toolchain: Toolchain
    readonly cacheDir?: string
    readonly version: string
  }) {
    this.#toolchain = options.toolchain
    this.#modules = new ModuleCache(options.cacheDir)
    this.#readings = new ReadingCache(options.cacheDir, `${options.version} ${READING_VERSION}`)
  }

  /**
   * Reads, compiles and tests; what is live is not touched. One call at a time.
   * @param origin of the files, for the revision
   */
  async load(
    files: readonly SourceFile[],
    origin: { readonly commit: string | undefined; readonly loadedAt: number },
  ): Promise<LoadedPolicies> {
    const readings = await this.#readings.readings(files, (unknown) => this.#read(unknown))
    const set = assemblePolicies(readings)
    if (!isUsable(set)) return { ok: false, problems: set.problems, transient: false }
    const outcomes = await this.#shards(set)
    const failed = outcomes.filter((outcome) => !outcome.ok)
    const shards = outcomes.filter((outcome) => outcome.ok)
    const opened = shards.map(({ digest, shard }) => [digest, shard.wasm] as const)
    if (failed.length > 0) {
      // What compiled need not be compiled again when the rest is put right.
      for (const [digest, wasm] of opened) this.#live.set(digest, wasm)
      const problems = [...distinct(failed.flatMap((outcome) => outcome.problems)), ...set.problems]
      return { ok: false, problems, transient: failed.some((outcome) => outcome.transient) }
    }
    this.#live = new Map(opened)
    const digest = sourcesDigest(files)
    const { commit, loadedAt } = origin
    const engine = createEngine({
      revision: {
        id: `r_${digest.slice(0, 12)}`,
        digest,
        ...(commit === undefined ? {} : { commit }),
        loadedAt,
        counts: countsOf(set, shards.length),
      },
      shards: shards.map(({ shard }) => shard),
    })
    await this.#modules.prune()
    return { ok: true, engine, set, problems: set.problems }
  }

  async #read(files: readonly SourceFile[]): Promise<FileReading[]> {
    // Rego at once, since each turn is a call of the toolchain; YAML a few at a time, since it is read on this thread.
    const rego = files.filter(({ path }) => path.endsWith('.rego'))
    const readings = await readFiles(rego, this.#toolchain)
    const others = files.filter(({ path }) => !path.endsWith('.rego'))
    for (let from = 0; from < others.length; from += FILES_A_TURN) {
      readings.push(...(await readFiles(others.slice(from, from + FILES_A_TURN), this.#toolchain)))
      await nextTurn()
    }
    const byFile = new Map(readings.map((reading) => [reading.file, reading]))
    return files.map(({ path }) => byFile.get(path)!)
  }

  async #shards(set: PolicySet): Promise<ShardOutcome[]> {
    this.#toolchainDigest ??= toolchainDigest()
    const compiler = await this.#toolchainDigest
    const dataDigest = createHash('sha256').update(JSON.stringify(set.data)).digest('hex')
    return Promise.all(
      partition(set.policies).map(async (policies): Promise<ShardOutcome> => {
        const texts = policies.flatMap(modulesOf).map(({ rego }) => rego)
        const sources = { policies, libraries: librariesUsedBy(texts, set.libraries) }
        const readsData = policies.some((policy) => policy.readsData)
        const module = shardDigest(sources, compiler)
        const digest = readsData ? `${module} ${dataDigest}` : module
        const live = this.#live.get(digest)
        const inputs = policies.map((policy) => inputUse(policy, set.libraries))
        if (live) return { ok: true, digest, shard: { policies, inputs, wasm: live } }
        const opened = await this.#shard(sources, module, readsData ? set.data : undefined)
        return opened.ok ? { ok: true, digest, shard: { policies, inputs, wasm: opened.wasm } } : opened
      }),
    )
  }

  async #shard(sources: ShardSources, moduleDigest: string, data: object | undefined): Promise<OpenedShard> {
    const { policies } = sources
    const kept = await this.#modules.get(moduleDigest)
    const known = kept && (await this.#open(policies, kept, data))
    if (known?.ok) return known
    const compiled = await compileShard(this.#toolchain, sources)
    if (!compiled.ok) return compiled
    const opened = await this.#open(policies, compiled.wasm, data)
    if (opened.ok) await this.#modules.put(moduleDigest, compiled.wasm)
    return opened
  }

  /** Instantiates a module and asks it once. */
  async #open(
    policies: readonly Policy[],
    bytes: Uint8Array,
    data: object | undefined,
  ): Promise<OpenedShard> {
    try {
      const module = await WebAssembly.compile(bytes)
      // Instances are made on this thread: one a turn, so that gates wait for one at most.
      await nextTurn()
      const wasm = new WasmPolicy(module, { memoryPages: memoryPages(bytes), ...(data ? { data } : {}) })
      const problems = selfTest(policies, wasm)
      return problems.length > 0 ? { ok: false, problems, transient: false } : { ok: true, wasm }
    } catch (cause) {
      const message = `the compiled policies cannot be run: ${(cause as Error).message}`
      return {
        ok: false,
        problems: [{ file: policies[0]?.origin.file ?? '', message, severity: 'error' }],
        transient: false,
      }
    }
  }
}

/** Of all sources: of each path and the digest of its bytes, in path order. */
export function sourcesDigest(files: readonly SourceFile[]): string {
  const hash = createHash('sha256')
  for (const { path, digest } of files) hash.update(`${JSON.stringify(path)} ${digest}\n`)
  return hash.digest('hex')
}

function countsOf({ policies, tests, regoTests }: PolicySet, shards: number) {
  const yaml = policies.filter(({ origin }) => origin.language === 'yaml').length
  return {
    policies: policies.length,
    yaml,
    rego: policies.length - yaml,
    shards,
    tests: tests.length + regoTests.length,
  }
}

/** A library's mistake is found in every shard that holds it. */
const distinct = (problems: readonly PolicyProblem[]): PolicyProblem[] => [
  ...new Map(problems.map((each) => [JSON.stringify(each), each])).values(),
]

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
