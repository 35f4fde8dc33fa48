/**
 * The modules of shards, tested and ready to be asked: those of the last policy sets in this process, those that were
 * kept on disk, and the rest from the compiler.
 * @module
 */
import { selfTest } from '../engine/self-test.js'
import { WasmPolicy } from '../engine/wasm-policy.js'
import type { Policy, PolicyProblem } from '../policy.js'
import type { Toolchain } from '../toolchain/toolchain.js'
import { type CompilerRefusal, compileShard, type ShardSources, shardDigest } from './compile-shard.js'
import { memoryPages } from './memory-pages.js'
import type { ModuleCache } from './module-cache.js'
import { toolchainDigest } from './toolchain-identity.js'

// Node has WebAssembly; the type library without a browser's DOM does not say so. Only what is used is declared.
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> }

/** The base documents that policies read, and what tells them from others. */
export interface BaseData {
  readonly value: object
  readonly digest: string
}

export type OpenedModule = { readonly ok: true; readonly wasm: WasmPolicy } | CompilerRefusal

interface Live {
  readonly wasm: WasmPolicy
  readonly dataDigest: string | undefined
}

export class ShardModules {
  readonly #toolchain: Toolchain
  readonly #cache: ModuleCache
  #compiler: Promise<string> | undefined
  #live = new Map<string, Live>()
  /** Used since the last `settle`. */
  #used = new Set<string>()
  #opening: Promise<unknown> = Promise.resolve()
  #keeping: Promise<unknown> = Promise.resolve()

  constructor(toolchain: Toolchain, cache: ModuleCache) {
    this.#toolchain = toolchain
    this.#cache = cache
  }

  /** The shard's module. Its policies were each asked once, over the data where they read any. */
  async open(sources: ShardSources, data: BaseData): Promise<OpenedModule> {
    this.#compiler ??= toolchainDigest()
    const digest = shardDigest(sources, await this.#compiler)
    this.#used.add(digest)
    const { policies } = sources
    const read = policies.some((policy) => policy.readsData) ? data : undefined
    const live = this.#live.get(digest)
    if (live && live.dataDigest === read?.digest) return { ok: true, wasm: live.wasm }
    const opened = live
      ? await this.#inTurn(() => tested(policies, live.wasm.withData(read?.value)))
      : await this.#make(sources, digest, read?.value)
    if (opened.ok) this.#live.set(digest, { wasm: opened.wasm, dataDigest: read?.digest })
    return opened
  }

  /** A set went live: lets go of the modules that were not opened for it. */
  settle(): void {
    for (const digest of this.#live.keys()) if (!this.#used.has(digest)) this.#live.delete(digest)
    this.#used = new Set()
    this.#keeping = this.#keeping.then(() => this.#cache.prune())
  }

  /** Resolves when all that was compiled is kept. */
  async kept(): Promise<void> {
    await this.#keeping
  }

  async #make(sources: ShardSources, digest: string, data: object | undefined): Promise<OpenedModule> {
    const kept = await this.#cache.get(digest)
    const known = kept && (await this.#open(sources.policies, kept, data))
    if (known?.ok) return known
    const compiled = await compileShard(this.#toolchain, sources)
    if (!compiled.ok) return compiled
    const opened = await this.#open(sources.policies, compiled.wasm, data)
    // No gate need wait for the disk here.
    if (opened.ok) this.#keeping = Promise.all([this.#keeping, this.#cache.put(digest, compiled.wasm)])
    return opened
  }

  #open(policies: readonly Policy[], bytes: Uint8Array, data: object | undefined): Promise<OpenedModule> {
    return this.#inTurn(async () => {
      const module = await WebAssembly.compile(bytes)
      const wasm = new WasmPolicy(module, { memoryPages: memoryPages(bytes), ...(data ? { data } : {}) })
      return tested(policies, wasm)
    }).catch((cause: Error) =>
      refusal([
        {
          file: policies[0]?.origin.file ?? '',
          message: `the compiled policies cannot be run: ${cause.message}`,
          severity: 'error',
        },
      ]),
    )
  }

  /** Instances are made on this thread: one a turn, so that a gate waits for one at most. */
  #inTurn<T>(run: () => T | Promise<T>): Promise<T> {
    const mine = this.#opening.then(nextTurn).then(run)
    this.#opening = mine.catch(() => {})
    return mine
  }
}

const refusal = (problems: readonly PolicyProblem[]): OpenedModule => ({
  ok: false,
  problems,
  transient: false,
})

function tested(policies: readonly Policy[], wasm: WasmPolicy): OpenedModule {
  const problems = selfTest(policies, wasm)
  return problems.length > 0 ? refusal(problems) : { ok: true, wasm }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
