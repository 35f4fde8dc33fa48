/**
 * Checks libraries that no policy uses, and that are therefore in no module: a mistake in one is to be found when it is
 * written, not when somebody first uses it.
 * @module
 */
import { createHash } from 'node:crypto'
import type { Library } from '../language/assemble-policies.js'
import type { Policy } from '../policy.js'
import type { Toolchain } from '../toolchain/toolchain.js'
import { type CompilerRefusal, gateBuiltins, refusalOf, textsOf } from './compile-shard.js'
import { librariesUsedBy } from './library-use.js'
import type { ModuleCache } from './module-cache.js'
import { toolchainDigest } from './toolchain-identity.js'

export class LibraryCheck {
  readonly #toolchain: Toolchain
  readonly #cache: ModuleCache
  /** What was checked last. */
  #known = ''

  /** @param cache keeps that a check went well: an empty module */
  constructor(toolchain: Toolchain, cache: ModuleCache) {
    this.#toolchain = toolchain
    this.#cache = cache
  }

  /** What is wrong with the libraries that none of the policies may reach; undefined where nothing is. */
  async refusal(
    policies: readonly Policy[],
    libraries: readonly Library[],
  ): Promise<CompilerRefusal | undefined> {
    const used = new Set(librariesUsedBy(textsOf(policies), libraries))
    const unused = libraries.filter((library) => !used.has(library))
    if (unused.length === 0) return undefined
    const checked = librariesUsedBy(
      unused.map(({ rego }) => rego),
      libraries,
    )
    const files = Object.fromEntries([...unused, ...checked].map(({ path, rego }) => [path, rego]))
    const digest = await digestOf(files)
    if (digest === this.#known || (await this.#cache.get(digest))) {
      this.#known = digest
      return undefined
    }
    const { capabilities } = gateBuiltins
    const reply = await this.#toolchain.check({ files, capabilities })
    if (!reply.ok) return refusalOf(reply.errors)
    this.#known = digest
    await this.#cache.put(digest, new Uint8Array())
    return undefined
  }
}

async function digestOf(files: Readonly<Record<string, string>>): Promise<string> {
  const parts = ['libraries', await toolchainDigest(), gateBuiltins.capabilities, files]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
